from pharmakon.workflows.model_list import listed, shipped

CARD = {
    "name": "x",
    "property": {"title": "X", "unit": "h", "kind": "regression", "hazard": True},
    "dataset": {"used": 120, "licence": "own"},
    "scores": {
        "scaffold": {
            "n": 100,
            "model": {"rmse": [0.5, 0.4, 0.6]},
            "mean": {"rmse": [1.0, 0.9, 1.1]},
            "knn": {"rmse": [0.7, 0.6, 0.8]},
        }
    },
    "coverage": {"scaffold": {"observed": 0.91}},
}


def test_a_model_stands_beside_the_best_of_its_baselines():
    one = listed(CARD)
    assert (one.metric, one.split, one.score, one.rival, one.coverage) == (
        "RMSE",
        "scaffold",
        (0.5, 0.4, 0.6),
        0.7,
        0.91,
    )
    assert (one.molecules, one.hazard, one.licence) == (120, True, "own")


def test_of_an_area_the_highest_baseline_is_the_best():
    scores = {"model": {"auroc": [0.8, 0.7, 0.9]}, "a": {"auroc": [0.6, 0.5, 0.7]}, "b": {"auroc": [0.7, 0.6, 0.8]}}
    card = CARD | {"property": {"title": "X", "kind": "classification"}, "scores": {"cluster": scores}}
    assert (listed(card).rival, listed(card).split, listed(card).coverage) == (0.7, "cluster", None)


def test_what_a_card_does_not_have_is_none():
    one = listed({"name": "x", "property": {"title": "X", "kind": "regression"}})
    assert (one.score, one.rival, one.molecules, one.coverage) == (None, None, None, None)


def test_every_shipped_model_is_listed_with_a_score():
    groups = shipped()
    assert {"toxicity", "targets"} <= groups.keys()
    assert all(one.score is not None for models in groups.values() for one in models)

"""Runs side by side: what differs is found, whichever verb made them."""

import json

import pytest

from pharmakon.core.errors import RecordError
from pharmakon.workflows.compare_runs import CompareRunsConfig, run


def folder(path, *, verb="attack", seed=0, config=None, inputs=(), result=None, designs=""):
    path.mkdir()
    told = {"verb": verb, "seed": seed, "config": config or {}, "inputs": list(inputs), "versions": {"numpy": "2.4"}}
    (path / "run.json").write_text(json.dumps(told))
    if result is not None:
        (path / "result.json").write_text(json.dumps(result))
    if designs:
        (path / "designs.csv").write_text(designs)
    return path


def rows(found, part):
    return {row.name: row.values for row in found.parts[part] if row.differs}


def test_what_was_asked_is_compared_without_what_stands_by_default(tmp_path):
    goal = {"property": "qed", "want": ">= 0.9", "weight": 1.0, "like": [], "shape": "linear"}
    a = folder(tmp_path / "a", verb="design", config={"goals": [goal], "calls": 1000, "output": "x"})
    b = folder(tmp_path / "b", verb="design", config={"goals": [goal | {"weight": 3.0}], "calls": 77}, seed=5)
    found = run(CompareRunsConfig(runs=(a, b)))
    asked = rows(found, "request")
    assert asked["seed"] == ("0", "5") and asked["calls"] == ("1000", "77")
    assert asked["goals / qed"] == ("want >= 0.9", "want >= 0.9, weight 3.00")
    assert not rows(found, "versions") and "output" not in {row.name for row in found.parts["request"]}


def test_an_option_that_one_run_left_alone_has_its_default(tmp_path):
    a = folder(tmp_path / "a", verb="dose", config={"drug": "warfarin", "equation": "pharmacogenetic"})
    b = folder(tmp_path / "b", verb="dose", config={"drug": "warfarin", "equation": "clinical"})
    found = run(CompareRunsConfig(runs=(a, b)))
    assert rows(found, "request") == {"equation": ("pharmacogenetic", "clinical")}
    assert not rows(run(CompareRunsConfig(runs=(a, a))), "request")


def test_inputs_are_compared_by_their_bytes_and_results_with_their_intervals(tmp_path):
    result = {
        "models": {"fused": {"auc": {"value": 0.8123, "low": 0.7, "high": 0.9}}},
        "samples": 10,
        "curve": [1, 2, 3, 4],
    }
    one = {"path": "/x/scores.csv", "sha256": "a" * 64}
    a = folder(tmp_path / "a", inputs=[one], result=result)
    b = folder(tmp_path / "b", inputs=[one | {"sha256": "b" * 64}], result=result | {"samples": 12})
    found = run(CompareRunsConfig(runs=(a, b)))
    assert rows(found, "inputs") == {"scores.csv": ("a" * 64, "b" * 64)}
    assert rows(found, "results") == {"samples": ("10", "12")}
    assert ("0.812 (0.700 to 0.900)",) * 2 in {row.values for row in found.parts["results"]}
    assert found.differing == 2 and found.plain()["results"][-1]["differs"] is True


def test_a_file_is_named_and_not_where_it_lay(tmp_path):
    inputs = [{"path": "/srv/data/7/scores.csv", "sha256": "a" * 64}]
    config = {"members": "/srv/data/7/scores.csv", "folder": "/srv/data/7", "smiles": "/C=C/F"}
    found = run(CompareRunsConfig(runs=(folder(tmp_path / "a", verb="x", config=config, inputs=inputs),)))
    asked = {row.name: row.values[0] for row in found.parts["request"]}
    assert (asked["members"], asked["folder"], asked["smiles"]) == ("scores.csv", "7", "/C=C/F")


def test_a_design_is_known_by_its_molecules_and_a_missing_fact_is_empty(tmp_path):
    a = folder(tmp_path / "a", verb="design", designs="name,score\nD001,0.91\nD002,0.5\n")
    b = folder(tmp_path / "b", verb="other")
    found = run(CompareRunsConfig(runs=(a, b)))
    assert rows(found, "results") == {"designs": ("2", ""), "D001, score": ("0.910", ""), "D002, score": ("0.500", "")}


def test_a_model_tells_its_scores(tmp_path):
    path = tmp_path / "model"
    path.mkdir()
    card = {"name": "logs", "scores": {"random": {"rmse": [0.6, 0.5, 0.7]}}, "coverage": {"random": {"observed": 0.91}}}
    card["dataset"] = {"files": ["assay.csv"], "sha256": ["c" * 64]}
    (path / "card.json").write_text(json.dumps(card))
    (only,) = (run(CompareRunsConfig(runs=(path,))).parts[part] for part in ("results",))
    assert {row.name: row.values[0] for row in only} == {
        "random / rmse": "0.600 (0.500 to 0.700)",
        "coverage / random / observed": "0.910",
    }


def test_a_model_tells_what_was_asked_of_the_run_that_made_it(tmp_path):
    runs = []
    for name, column in (("a", "logS"), ("b", "logD")):
        path = tmp_path / name
        path.mkdir()
        (path / "card.json").write_text(json.dumps({"name": name, "seed": 3, "scores": {}, "versions": {"scipy": "1"}}))
        table = [{"path": "/x/assay.csv", "sha256": "a" * 64}]
        folder(tmp_path / f"{name}.record", verb="train", config={"value": column, "log": True}, inputs=table)
        runs.append(path)
    parts = run(CompareRunsConfig(runs=tuple(runs))).parts
    asked = {row.name: row.values for row in parts["request"]}
    assert asked["verb"] == ("train", "train") and asked["value"] == ("logS", "logD") and asked["seed"] == ("3", "3")
    assert asked["log"] == ("true", "true") and asked["name"] == ("a", "b")
    assert {row.name for row in parts["versions"]} >= {"scipy", "numpy"} and parts["inputs"][0].name == "assay.csv"


def test_what_is_no_run_is_refused(tmp_path):
    with pytest.raises(RecordError, match="is not a run folder"):
        run(CompareRunsConfig(runs=(tmp_path,)))
    with pytest.raises(ValueError, match="at least 1"):
        CompareRunsConfig(runs=())


def test_a_table_stands_for_the_record_beside_it(tmp_path):
    from pharmakon.workflows.recorded import recorded

    for name, dose in (("a.csv", "5"), ("b.csv", "6")):
        with recorded("dose", CompareRunsConfig(runs=(tmp_path,)), [tmp_path / name], inputs=[]):
            (tmp_path / name).write_text(dose)
    found = rows(run(CompareRunsConfig(runs=(tmp_path / "a.csv", tmp_path / "b.csv"))), "results")
    assert found.keys() == {"output"} and len(set(found["output"])) == 2
    (tmp_path / "b.csv").unlink()
    with recorded("dose", CompareRunsConfig(runs=(tmp_path,)), [tmp_path / "b.csv"], inputs=[]):
        (tmp_path / "b.csv").write_text("5")
    found = run(CompareRunsConfig(runs=(tmp_path / "a.csv", tmp_path / "b.csv")))
    assert not rows(found, "results")  # the same bytes, whatever the file is called

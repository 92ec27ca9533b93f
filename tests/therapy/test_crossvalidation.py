import numpy as np
import pytest

from pharmakon.core.errors import UsageError
from pharmakon.therapy.crossvalidation import BASELINES, SPLITS, cross_validate, scores, within_drug


@pytest.mark.parametrize("split", SPLITS)
def test_every_response_is_held_out_once_and_beside_its_means(screen, split):
    held = cross_validate(screen, split, diagonal=split == "both")
    assert set(held.predicted) == {"model", *BASELINES[split]}
    found = np.isfinite(held.predicted["model"])
    if split in ("mixed", "cell", "drug"):
        assert (found >= screen.tested).all()
    if split == "tissue":
        assert not found[[i for i, tissue in enumerate(screen.tissue) if not tissue]].any()
    for figures in held.scores().values():
        assert figures["rmse"] > 0


def test_lines_that_are_not_known_are_predicted_better_than_by_the_mean(screen):
    figures = cross_validate(screen, "cell").scores()
    assert figures["model"]["rmse"] < 0.9 * figures["drug mean"]["rmse"]
    assert figures["model"]["within_drug"] > 0.4


def test_a_held_out_response_has_no_say(screen):
    spoilt = screen.take()
    before = cross_validate(spoilt, "mixed", seed=3).predicted["model"]
    at = tuple(np.argwhere(screen.tested)[0])
    spoilt.response[at] += 50
    after = cross_validate(spoilt, "mixed", seed=3).predicted["model"]
    assert after[at] == pytest.approx(before[at], abs=1e-9)


def test_within_drug_ignores_the_drug_mean():
    random = np.random.default_rng(0)
    truth = random.normal(loc=[0, 10, 20, 30], size=(30, 4))
    means = np.broadcast_to(truth.mean(axis=0), truth.shape)
    assert within_drug(truth, means) == 0
    assert within_drug(truth, truth) == pytest.approx(1)
    assert scores(truth, means)["pearson"] > 0.9


def test_one_tissue_cannot_be_left_out(screen):
    few = screen.take(np.array([i for i, tissue in enumerate(screen.tissue) if tissue != "skin"]))
    with pytest.raises(UsageError, match="two tissues"):
        cross_validate(few, "tissue")

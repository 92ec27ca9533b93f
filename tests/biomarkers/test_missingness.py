import numpy as np
import pytest

from pharmakon.biomarkers.block import Block
from pharmakon.biomarkers.missingness import Screened, missingness, unmeasured
from pharmakon.biomarkers.outcome import Outcome

N = 100
Y = np.repeat([0.0, 1.0], N // 2)
OUTCOMES = [
    Outcome("y", "binary", Y),
    Outcome("y", "continuous", Y + np.linspace(0, 0.5, N)),
    Outcome("y", "survival", np.ones(N), Y),
]


def worst(values, outcome=OUTCOMES[0]):
    block = Block("rna", values, tuple(f"g{j}" for j in range(values.shape[1])))
    return {check.name: check for check in missingness(outcome, {"rna": block})}


@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda outcome: outcome.kind)
def test_a_gap_that_is_a_marker_is_found(outcome):
    values = np.ones((N, 30))
    values[Y == 1, 7] = np.nan
    check = worst(values, outcome)["gaps-rna"]
    assert check.severity == "warning"
    assert "g7" in check.sentence
    assert check.measures["informative"] == 1


@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda outcome: outcome.kind)
def test_gaps_by_chance_pass(outcome):
    values = np.where(np.random.default_rng(0).random((N, 200)) < 0.1, np.nan, 1.0)
    assert worst(values, outcome)["gaps-rna"].severity == "passed"


def test_a_block_that_the_sick_lack_is_found():
    values = np.ones((N, 5))
    values[40:70] = np.nan
    found = worst(values)
    assert found["absent-rna"].severity == "info"
    assert "gaps-rna" not in found
    values[60:] = np.nan
    assert worst(values)["absent-rna"].severity == "warning"


def test_no_gap_is_said():
    assert worst(np.ones((N, 3)))["gaps-rna"].severity == "passed"


ARM = np.where(np.arange(N) % 2, "drug", "placebo")


@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda outcome: outcome.kind)
def test_samples_left_out_for_want_of_any_measurement_are_compared_with_the_rest(outcome):
    everybody = Screened(np.arange(N) < 70, outcome, {"arm": ARM, "batch": np.repeat(["a", "b"], N // 2)})
    (check,) = unmeasured(everybody)
    assert check.severity == "warning"
    assert "30% of the samples" in check.sentence
    assert "the outcome (p" in check.sentence
    assert "the batch (p" in check.sentence
    assert "the arm" not in check.sentence
    assert check.measures["share"] == pytest.approx(0.3)
    assert check.measures["p of arm"] > 0.9


def test_an_arm_that_was_measured_less_is_found():
    (check,) = unmeasured(Screened((ARM == "drug") | (np.arange(N) % 3 > 0), OUTCOMES[0], {"arm": ARM}))
    assert check.severity == "warning"
    assert "the arm (p" in check.sentence


def test_samples_left_out_by_chance_are_said():
    (check,) = unmeasured(Screened(np.arange(N) % 5 > 0, OUTCOMES[0], {"arm": ARM}))
    assert check.severity == "info"
    assert unmeasured(None) == []

import numpy as np
import pytest

from pharmakon.biomarkers.aliasing import aliasing, association
from pharmakon.biomarkers.outcome import Outcome

N = 60
HALF = np.repeat([0.0, 1.0], N // 2)
BINARY = Outcome("y", "binary", HALF)


def labels(codes):
    return np.array([f"b{int(code)}" for code in codes])


def worst(outcome, **roles):
    return {check.name: check for check in aliasing(outcome, roles)}


def test_a_batch_that_is_the_outcome_is_refused():
    check = worst(BINARY, batch=labels(HALF))["batch-outcome"]
    assert check.severity == "refused"
    assert check.forbids == "anything"


def test_many_small_batches_of_one_class_each_are_refused_too():
    check = worst(BINARY, batch=labels(np.arange(N) // 5))["batch-outcome"]
    assert check.severity == "refused"


def test_a_mixed_batch_passes_and_a_lopsided_one_is_warned_of():
    random = np.random.default_rng(0)
    assert worst(BINARY, batch=labels(random.integers(0, 2, N)))["batch-outcome"].severity == "passed"
    lopsided = np.where(random.random(N) < 0.2, 1 - HALF, HALF)
    assert worst(BINARY, batch=labels(lopsided))["batch-outcome"].severity == "warning"


def test_a_treatment_may_work():
    """An arm that goes with the outcome is the point of a trial."""
    assert worst(BINARY, arm=labels(HALF))["arm-outcome"].severity == "info"


def test_an_arm_that_is_a_site_forbids_prediction_only():
    check = worst(BINARY, site=labels(np.arange(N) % 2), arm=labels(np.arange(N) % 2))["site-arm"]
    assert check.severity == "refused"
    assert check.forbids == "predictive"


def test_a_column_of_names_is_no_batch():
    assert worst(BINARY, batch=labels(np.arange(N)))["batch-names"].severity == "warning"


@pytest.mark.parametrize(
    "outcome",
    [
        BINARY,
        Outcome("y", "continuous", HALF * 10 + np.linspace(0, 0.1, N)),
        Outcome("y", "survival", np.ones(N), HALF),
    ],
)
def test_strength_is_1_for_the_same_and_small_for_chance(outcome):
    v, p, pure = association(labels(HALF), outcome)
    assert v == pytest.approx(1, abs=0.01)
    assert p < 1e-8
    assert pure > 0.99
    v, p, pure = association(labels(np.arange(N) % 2), outcome)
    assert v < 0.1
    assert p > 0.5
    assert pure < 0.1


def test_a_level_of_one_sample_is_named():
    lonely = labels(np.arange(N) % 3)
    lonely[5] = "b9"
    check = worst(BINARY, site=lonely)["site-single"]
    assert check.severity == "warning"
    assert "b9" in check.sentence
    assert "site-single" not in worst(BINARY, site=labels(np.arange(N) % 3))
    assert "arm-single" not in worst(BINARY, arm=lonely)


def test_a_rare_outcome_in_small_sites_is_no_aliasing():
    for seed in range(20):
        rare = np.random.default_rng(seed).permutation(np.repeat([1.0, 0.0], [15, 585]))
        check = worst(Outcome("y", "binary", rare), site=labels(np.arange(600) // 3))["site-outcome"]
        assert check.severity != "refused", check.sentence
    together = np.repeat([1.0, 0.0], [15, 585])  # all events in five sites of their own
    assert (
        worst(Outcome("y", "binary", together), site=labels(np.arange(600) // 3))["site-outcome"].severity == "refused"
    )

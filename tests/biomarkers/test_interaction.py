import numpy as np
import pytest

from pharmakon.biomarkers.interaction import find_interactions
from pharmakon.biomarkers.outcome import Outcome
from pharmakon.core.errors import DataError

N, P = 400, 30
RANDOM = np.random.default_rng(3)
VALUES = RANDOM.normal(size=(N, P))
ARM = np.array(["drug", "placebo"])[RANDOM.integers(0, 2, N)]
TREATED = (ARM == "placebo").astype(float)
SIGNAL = 0.3 * VALUES[:, 1] + 1.0 * VALUES[:, 0] * TREATED


def outcome(kind):
    if kind == "continuous":
        return Outcome("y", kind, SIGNAL + RANDOM.normal(size=N))
    if kind == "binary":
        return Outcome("y", kind, (RANDOM.random(N) < 1 / (1 + np.exp(-SIGNAL))).astype(float))
    time = RANDOM.exponential(np.exp(-SIGNAL))
    return Outcome("y", kind, np.minimum(time, 2.0), (time < 2).astype(float))


@pytest.mark.parametrize("kind", ["continuous", "binary", "survival"])
def test_the_feature_that_changes_the_treatment_is_found_and_no_prognostic_one(kind):
    found = find_interactions(VALUES, [f"G{j}" for j in range(P)], outcome(kind), ARM)
    assert found.adjusted.q[0] < 0.01
    assert found.adjusted.effect[0] == pytest.approx(1.0, abs=0.5)
    assert (found.adjusted.q[1:] > 0.05).all()
    assert "placebo minus drug" in found.meaning


def test_it_equals_the_textbook_regression():
    y = outcome("continuous")
    age = RANDOM.normal(size=(N, 1))
    found = find_interactions(VALUES, [f"G{j}" for j in range(P)], y, ARM, covariates=age, covariate_names=["age"])
    x = (VALUES[:, 2] - VALUES[:, 2].mean()) / VALUES[:, 2].std()
    X = np.column_stack([np.ones(N), x, TREATED, x * TREATED, age])
    assert found.adjusted.effect[2] == pytest.approx(np.linalg.lstsq(X, y.value, rcond=None)[0][3])
    assert found.raw.effect[2] != pytest.approx(found.adjusted.effect[2])


def test_under_the_null_few_are_found():
    noise = Outcome("y", "binary", (RANDOM.random(N) < 0.5).astype(float))
    found = find_interactions(VALUES, [f"G{j}" for j in range(P)], noise, ARM)
    assert (found.adjusted.p < 0.05).sum() <= 5


def test_what_cannot_be_told_has_no_answer():
    values = VALUES[:, :3].copy()
    values[:, 0] = 1.0
    values[TREATED == 1, 1] = 0.0
    values[5:, 2] = np.nan
    found = find_interactions(values, ["a", "b", "c"], outcome("binary"), ARM)
    assert np.isnan(found.raw.effect[[0, 2]]).all()
    assert found.raw.tested <= 1


def test_three_arms_are_refused():
    with pytest.raises(DataError, match="two arms"):
        find_interactions(VALUES, [f"G{j}" for j in range(P)], outcome("binary"), np.array(["a", "b", "c", "d"] * 100))


def test_of_few_patients_no_more_is_found_by_chance_than_is_allowed():
    """The error is estimated from 24 patients: far out, the normal distribution is ten times too sure."""
    random, found = np.random.default_rng(0), 0
    for _ in range(12):
        values, arm = random.normal(size=(24, 300)), np.repeat(["a", "b"], 12)
        y = Outcome("y", "continuous", random.normal(size=24))
        found += int((find_interactions(values, [f"G{j}" for j in range(300)], y, arm).adjusted.q < 0.05).any())
    assert found <= 3  # 7 of 12 by the normal distribution


@pytest.mark.parametrize("kind", ["continuous", "binary", "survival"])
def test_a_feature_that_one_arm_does_not_have_is_not_tested(kind):
    random = np.random.default_rng(0)
    arm = np.repeat(["a", "b"], 20)
    mutated = ((random.random((40, 60)) < 0.3) & (arm == "b")[:, None]).astype(float)
    y = {
        "continuous": Outcome("y", "continuous", random.normal(size=40)),
        "binary": Outcome("y", "binary", np.tile([0.0, 1.0], 20)),
        "survival": Outcome("y", "survival", random.exponential(size=40), np.ones(40)),
    }[kind]
    found = find_interactions(mutated, [f"G{j}" for j in range(60)], y, arm)
    assert found.raw.tested == 0 and np.isnan(found.raw.effect).all()

from dataclasses import fields

import numpy as np
import pytest

from pharmakon.biomarkers.differential import find_differential
from pharmakon.biomarkers.multiplicity import benjamini_hochberg
from pharmakon.biomarkers.outcome import Outcome
from pharmakon.core.errors import DataError

NAMES = [f"G{j}" for j in range(30)]


@pytest.fixture
def cohort():
    """80 patients; G0 differs by class, G1 by age, and the older are more often of class 1."""
    rng = np.random.default_rng(0)
    age = rng.normal(60, 10, 80)
    ill = (age + rng.normal(0, 8, 80) > 60).astype(float)
    X = rng.normal(5, 1, (80, 30))
    X[:, 0] += 1.5 * ill
    X[:, 1] += 0.2 * (age - 60) - 0.8 * ill
    return X, ill, age[:, None], rng


def test_two_classes_raw_and_adjusted(cohort):
    X, ill, age, _ = cohort
    outcome = Outcome("response", "binary", ill, positive="R", negative="NR")
    found = find_differential(X, NAMES, outcome, covariates=age, covariate_names=["age"])
    difference = X[ill == 1].mean(axis=0) - X[ill == 0].mean(axis=0)
    np.testing.assert_allclose(found.raw.effect, difference)
    design = np.column_stack([np.ones(80), age, ill])
    np.testing.assert_allclose(found.adjusted.effect, np.linalg.lstsq(design, X, rcond=None)[0][2])
    assert found.meaning == "difference in the feature's unit, R minus NR" and "limma" in found.method
    assert found.adjusted.q[0] < 0.01 and found.adjusted_for == ("age",)
    # G1 is higher in class 1 because of age, and lower at a given age.
    assert found.raw.effect[1] > 0 > found.adjusted.effect[1]
    assert found.flipped[1] and not found.flipped[0]
    # The sign of an effect near 0 says nothing.
    small = (found.raw.low < 0) & (found.raw.high > 0) & (found.adjusted.low < 0) & (found.adjusted.high > 0)
    turned = found.raw.effect * found.adjusted.effect < 0
    assert (small & turned).any() and not found.flipped[small].any()
    np.testing.assert_array_equal(found.adjusted.q, benjamini_hochberg(found.adjusted.p))
    assert (found.adjusted.tested, found.patients, found.left_out) == (30, 80, 0)


def test_a_number_is_a_slope_per_sd(cohort):
    X, _, age, _ = cohort
    outcome = Outcome("age", "continuous", age[:, 0], unit="years")
    found = find_differential(X, NAMES, outcome)
    slope = [np.polyfit(age[:, 0], x, 1)[0] * age.std(ddof=1) for x in X.T]
    np.testing.assert_allclose(found.raw.effect, slope)
    assert found.meaning == "slope in the feature's unit per SD of age"
    assert found.adjusted is found.raw and found.adjusted_for == () and not found.flipped.any()


def test_survival_is_a_log_hazard_ratio_per_sd(cohort):
    X, _, age, rng = cohort
    time = rng.exponential(np.exp(-1.2 * (X[:, 2] - 5)))
    outcome = Outcome("OS", "survival", time, (rng.random(80) < 0.7).astype(float), positive="death")
    found = find_differential(X, NAMES, outcome, covariates=age, covariate_names=["age"])
    assert found.meaning == "log hazard ratio of death per SD of the feature" and "Cox" in found.method
    assert found.adjusted.low[2] > 0 and found.adjusted.q[2] < 1e-3 and np.argmin(found.raw.p) == 2


def test_a_marker_whose_hazard_ratio_has_no_end_is_not_tested_and_not_found(cohort):
    X, _, _, rng = cohort
    time, event = rng.exponential(1, 80), np.ones(80)
    X[:, 3] = np.arange(80) < 20
    time[:20], event[:20] = 3.0, 0.0
    found = find_differential(X, NAMES, Outcome("OS", "survival", time, event))
    assert np.isnan([found.raw.effect[3], found.raw.p[3], found.raw.q[3]]).all() and found.raw.tested == 29


def test_a_batch_is_in_the_model(cohort):
    X, ill, _, rng = cohort
    batch = np.where(rng.random(80) < 0.3 + 0.4 * ill, "p2", "p1")
    X[:, 5:] += 3.0 * (batch == "p2")[:, None]
    outcome = Outcome("response", "binary", ill)
    found = find_differential(X, NAMES, outcome, batch=batch)
    assert found.adjusted_for == ("batch p2",)
    assert (found.raw.q[5:] < 0.1).sum() > 15 and (found.adjusted.q[5:] < 0.1).sum() < 3
    with pytest.raises(DataError, match="response: in this design a combination of the columns before it"):
        find_differential(X, NAMES, outcome, batch=ill.astype(int))


def test_both_models_have_the_same_patients(cohort):
    X, ill, age, _ = cohort
    X[3, 4] = np.nan
    age[:5] = np.nan
    ill[10] = np.nan
    batch = ["x"] * 20 + ["y"] * 20 + [""] * 2 + ["x"] * 37 + [None]
    found = find_differential(
        X, NAMES, Outcome("response", "binary", ill), covariates=age, covariate_names=["age"], batch=batch
    )
    assert (found.patients, found.left_out) == (71, 9)
    np.testing.assert_array_equal(found.raw.n, found.adjusted.n)
    assert found.raw.n[4] == 71  # the patient without a value was left out for his age already
    X[20, 4] = np.nan
    assert find_differential(X, NAMES, Outcome("response", "binary", ill)).raw.n[4] == 77


def test_only_what_was_tested_counts(cohort):
    X, ill, _, _ = cohort
    X[:, 7] = np.nan
    found = find_differential(X, NAMES, Outcome("response", "binary", ill))
    assert found.adjusted.tested == 29 and np.isnan(found.adjusted.q[7])


def test_as_a_table(cohort):
    X, ill, age, _ = cohort
    found = find_differential(X, NAMES, Outcome("r", "binary", ill), covariates=age, covariate_names=["age"])
    table = found.columns()
    assert list(table)[:3] == ["feature", "raw_n", "raw_effect"] and list(table)[-1] == "flipped"
    assert all(len(column) == 30 for column in table.values())
    assert len(table) == 2 * len(fields(found.raw)) + 2


def test_counts_are_counts():
    pytest.importorskip("pydeseq2", reason="the extra counts is not installed")
    rng = np.random.default_rng(1)
    ill = np.arange(12) % 2.0
    X = rng.negative_binomial(5, 0.05, (12, 8)).astype(float)
    X[:, 0] *= 1 + 7 * ill
    outcome = Outcome("response", "binary", ill)
    X[4] = np.nan  # a patient without the block
    found = find_differential(X, NAMES[:8], outcome, kind="counts")
    assert (found.patients, found.left_out) == (11, 1)
    assert found.meaning == "difference in log2 counts, 1 minus 0" and "DESeq2" in found.method
    assert found.raw.effect[0] == pytest.approx(3, abs=1) and found.raw.q[0] < 0.01
    with pytest.raises(DataError, match="moderated linear model"):
        find_differential(np.log2(X + 1), NAMES[:8], outcome, kind="counts")
    with pytest.raises(DataError, match="VarianceStabilise"):
        find_differential(X, NAMES[:8], Outcome("OS", "survival", ill + 1, ill), kind="counts")


def test_requests_without_an_answer(cohort):
    X, ill, age, _ = cohort
    with pytest.raises(DataError, match="same in all 80 patients"):
        find_differential(X, NAMES, Outcome("r", "binary", np.ones(80)))
    with pytest.raises(DataError, match="no event"):
        find_differential(X, NAMES, Outcome("OS", "survival", age[:, 0], np.zeros(80)))
    for names in (["age", "sex"], ["r"]):
        with pytest.raises(DataError, match="need a table of 80 rows"):
            find_differential(X, NAMES, Outcome("r", "binary", ill), covariates=age, covariate_names=names)

from dataclasses import replace

import numpy as np
import pytest

from pharmakon.biomarkers.judging import added_value, judge, subgroups, within_fold_auc, within_fold_c
from pharmakon.biomarkers.outcome import Outcome
from pharmakon.biomarkers.risks import Risks
from pharmakon.core.errors import DataError, UnknownName, UsageError

RNG = np.random.default_rng(0)
N = 400
SIGNAL = RNG.normal(size=N)
BINARY = Outcome("o", "binary", (RNG.random(N) < 1 / (1 + np.exp(-1.5 * SIGNAL))).astype(float))
DEATH, CENSORED = RNG.exponential(size=N) * np.exp(-SIGNAL), RNG.exponential(size=N) * 2
SURVIVAL = Outcome("o", "survival", np.minimum(DEATH, CENSORED), (DEATH <= CENSORED).astype(float))


def risks(score, *, value=None, fold=None):
    n = len(score)
    value = 1 / (1 + np.exp(-score)) if value is None else value
    return Risks(value, score, np.zeros(n, np.int64) if fold is None else fold, np.zeros(n, bool), "m")


def test_a_binary_outcome_is_judged_with_intervals():
    found = judge(BINARY, risks(1.5 * SIGNAL), np.arange(N), resamples=100)
    assert list(found) == ["auc", "brier", "calibration_slope", "calibration_intercept", "ici"]
    for estimate in found.values():
        assert estimate.low <= estimate.high
        assert estimate.patients == N
    assert 0.75 < found["auc"].low < found["auc"].value < found["auc"].high < 0.9
    assert found["auc"].high - found["auc"].low == pytest.approx(2 * 1.96 * 0.02, abs=0.03)
    assert found["calibration_slope"].low < 1 < found["calibration_slope"].high


def test_survival_and_numbers_have_their_own_metrics():
    found = judge(
        SURVIVAL, risks(SIGNAL, value=1 - np.exp(-0.5 * np.exp(SIGNAL))), np.arange(N), horizon=0.5, resamples=20
    )
    assert 0.65 < found["c_uno"].value < 0.85
    assert 0.7 < found["auc_at_horizon"].value < 0.95
    assert found["brier_at_horizon"].value < 0.22
    y = SIGNAL + RNG.normal(size=N)
    numbers = judge(Outcome("o", "continuous", y), risks(SIGNAL, value=SIGNAL), np.arange(N), resamples=20)
    assert numbers["r2"].value == pytest.approx(0.5, abs=0.1)
    assert numbers["spearman"].value > 0.6
    with pytest.raises(UsageError, match="horizon"):
        judge(SURVIVAL, risks(SIGNAL), np.arange(N))


def test_patients_of_the_model_cannot_be_judged():
    seen = replace(risks(SIGNAL), seen=np.arange(N) < 10)
    for ask in (
        lambda: judge(BINARY, seen, np.arange(N)),
        lambda: added_value(BINARY, seen, risks(SIGNAL), np.arange(N)),
        lambda: added_value(BINARY, risks(SIGNAL), seen, np.arange(N)),
        lambda: subgroups(BINARY, seen, np.arange(N), np.arange(N) % 2),
    ):
        with pytest.raises(DataError, match="10 of 400 patients made the model"):
            ask()


def test_ranks_compare_inside_a_fold_only():
    """Scores that are perfect inside each fold and shifted between them."""
    fold = np.arange(N) % 2
    score = BINARY.value + 10 * fold
    assert within_fold_auc(BINARY, risks(score, fold=fold)) == 1
    assert within_fold_auc(BINARY, risks(score)) < 0.85
    assert within_fold_c(SURVIVAL, risks(-SURVIVAL.value + 100 * fold, fold=fold)) == 1


def test_rows_of_one_patient_widen_the_interval():
    groups = np.repeat(np.arange(50), 8)
    outcome, score = BINARY.take(np.repeat(np.arange(50), 8)), SIGNAL[np.repeat(np.arange(50), 8)]
    honest = judge(outcome, risks(score), groups, resamples=60)["auc"]
    naive = judge(outcome, risks(score), np.arange(N), resamples=60)["auc"]
    assert honest.high - honest.low > 2 * (naive.high - naive.low)


def test_what_a_model_adds_is_a_paired_difference():
    weak = risks(SIGNAL + 1.5 * RNG.normal(size=N))
    found = added_value(BINARY, risks(1.5 * SIGNAL), weak, np.arange(N), resamples=200)
    assert found["auc"].low > 0
    assert found["net_benefit_0.5"].value > 0
    same = added_value(BINARY, weak, weak, np.arange(N), resamples=20)
    assert all(e.value == e.low == e.high == 0 for e in same.values())
    gap = weak.value.copy()
    gap[:100] = np.nan
    assert (
        added_value(BINARY, risks(SIGNAL), replace(weak, value=gap), np.arange(N), resamples=20)["auc"].patients == 300
    )


def test_subgroups_have_sizes_intervals_and_gaps():
    sex = np.where(np.arange(N) < 300, "female", "male")
    score = np.where(sex == "male", RNG.normal(size=N), SIGNAL)  # says nothing of men
    table = subgroups(BINARY, risks(score), np.arange(N), sex, resamples=100)
    women, men = table
    assert (women.level, women.inside.patients, men.inside.patients) == ("female", 300, 100)
    assert women.inside.events == min(BINARY.value[:300].sum(), 300 - BINARY.value[:300].sum())
    assert women.inside.low > 0.7
    assert men.inside.low < 0.5 < men.inside.high
    assert men.gap.high < 0 < women.gap.low
    one_class = np.where(BINARY.value > 0, "all", "none")
    assert all(
        np.isnan(row.inside.value) for row in subgroups(BINARY, risks(SIGNAL), np.arange(N), one_class, resamples=5)
    )
    with pytest.raises(UnknownName):
        subgroups(BINARY, risks(SIGNAL), np.arange(N), sex, metric="f1")


def test_what_does_not_fit_together_is_refused():
    with pytest.raises(DataError, match="same patients"):
        judge(BINARY, risks(SIGNAL[:5]), np.arange(N))
    with pytest.raises(DataError, match="no patient"):
        judge(Outcome("o", "binary", np.full(3, np.nan)), risks(SIGNAL[:3]), np.arange(3))


def test_beyond_the_last_follow_up_nothing_is_judged():
    from pharmakon.biomarkers.judging import _weighted_brier

    outcome = Outcome("y", "survival", np.arange(1.0, 21.0), np.tile([0.0, 1.0], 10))
    risks = Risks(np.full(20, 0.99), np.zeros(20), np.zeros(20, np.int64), np.zeros(20, bool), "x")
    assert np.isfinite(_weighted_brier(outcome, risks, 10.0))
    assert np.isnan(_weighted_brier(outcome, risks, 3650.0))

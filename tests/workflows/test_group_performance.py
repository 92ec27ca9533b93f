import numpy as np
import pytest

from pharmakon.biomarkers.outcome import Outcome
from pharmakon.biomarkers.risks import Risks
from pharmakon.biomarkers.survival_metrics import harrell_c
from pharmakon.core.errors import DataError, UsageError
from pharmakon.fairness.groups import Groups
from pharmakon.workflows.group_performance import for_whom, in_groups, worse_off


def survival(n=240, seed=0):
    """Risks that order the men and not the women."""
    random = np.random.default_rng(seed)
    sex = Groups.of("sex", ["F", "M"] * (n // 2))
    score = random.normal(size=n)
    time = random.exponential(np.exp(-np.where(sex.code == 1, 1.5 * score, 0)))
    censored = random.exponential(2.0, n)
    outcome = Outcome("death", "survival", np.minimum(time, censored), (time <= censored).astype(float))
    return outcome, 1 / (1 + np.exp(-score)), score, sex


def test_survival_by_group_has_concordance_and_calibration():
    outcome, risk, score, sex = survival()
    found = in_groups(outcome, risk, {"sex": sex}, score=score, horizon=0.7, resamples=60)["sex"]
    women, men = found.groups
    rows = sex.code == 1
    assert men.metrics["harrell_c"].value == pytest.approx(
        harrell_c(outcome.value[rows], outcome.event[rows], score[rows])
    )
    assert men.metrics["uno_c"].value > 0.7 > women.metrics["uno_c"].value
    assert "uno_c" in women.worse and np.isfinite(men.metrics["slope"].value)
    assert "sex F: Uno's C" in worse_off({"sex": found}, "survival")[0]
    with pytest.raises(UsageError, match="horizon"):
        in_groups(outcome, risk, {"sex": sex})


def test_numbers_have_errors_by_group():
    random = np.random.default_rng(0)
    y = random.normal(50, 10, 200)
    sex = Groups.of("sex", ["F", "M"] * 100)
    found = in_groups(Outcome("dose", "continuous", y), y + np.where(sex.code == 0, 6, 1), {"sex": sex}, resamples=50)
    assert found["sex"].groups[0].metrics["bias"].value == pytest.approx(6)
    assert worse_off(found, "continuous")[0].startswith("sex F: mean absolute error 6.00")


def test_who_has_no_risk_or_no_outcome_is_left_out():
    y = np.tile([1.0, 0.0, np.nan, 1.0], 30)
    risk = np.tile([0.9, 0.1, 0.5, np.nan], 30)
    found = in_groups(Outcome("r", "binary", y), risk, {"g": Groups.of("g", ["a"] * 120)}, resamples=20)["g"]
    assert found.groups[0].n == 60


def test_a_signature_is_judged_by_groups_that_nobody_named(cohort, cohort_file):
    path = cohort_file()
    n = len(cohort)
    risk = np.where(cohort.outcome.value == 1, 0.7, 0.3)
    risks = Risks(risk, risk, np.zeros(n, np.int64), np.zeros(n, bool), "toy")
    found = for_whom(cohort, risks, path)
    assert list(found) == ["sex", "age"]
    assert sum(group.n for group in found["sex"].groups) == n
    seen = Risks(risk, risk, np.zeros(n, np.int64), np.ones(n, bool), "toy")
    with pytest.raises(DataError, match="made the model"):
        for_whom(cohort, seen, path)

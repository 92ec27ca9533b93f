import numpy as np
import pytest

from pharmakon.biomarkers.declaration import FairnessLimits
from pharmakon.core.errors import UnknownName
from pharmakon.fairness.classification import Judged
from pharmakon.fairness.groups import Groups
from pharmakon.fairness.performance import of_risks
from pharmakon.fairness.rates import compared
from pharmakon.fairness.reference import read_population
from pharmakon.fairness.representation import represented
from pharmakon.workflows.audit_limits import findings, judged, known_metrics


def performance(n=1000):
    random = np.random.default_rng(0)
    sex = Groups.of("sex", ["f", "m"] * (n // 2))
    risk = random.random(n)
    y = (random.random(n) < np.where(sex.code == 0, 0.5, risk)).astype(float)
    return {"sex": of_risks(Judged(y, risk, (risk >= 0.5).astype(float)), sex, resamples=100)}


def verdicts(limits, shown=None):
    return [one.verdict for one in judged(limits, [], [], performance() if shown is None else shown)]


@pytest.mark.parametrize(
    ("gap", "worst", "expected"),
    [
        ({"auc": 0.9}, {}, ["met"]),
        ({"auc": 0.05}, {}, ["missed"]),
        ({"prevalence": 1.0}, {"auc": 0.7}, None),
        ({}, {"auc": 0.2, "brier": 0.1}, ["met", "missed"]),
    ],
)
def test_a_limit_is_met_by_the_whole_interval_and_missed_by_the_figure(gap, worst, expected):
    limits = FairnessLimits(gap=gap, worst=worst)
    if expected is None:
        with pytest.raises(UnknownName):
            known_metrics(limits)
    else:
        known_metrics(limits)
        assert verdicts(limits) == expected


def test_between_the_two_it_cannot_be_told():
    found = performance()["sex"].gaps["auc"]
    between = (found.value + found.high) / 2
    assert verdicts(FairnessLimits(gap={"auc": between})) == ["cannot tell"]
    assert verdicts(FairnessLimits(gap={"auc": 0.1}, worst={"auc": 0.6}), {}) == ["cannot tell", "cannot tell"]


def test_participation_and_missing_values():
    us = read_population("us-2020")
    sex = Groups.of("sex", ["female"] * 200 + ["male"] * 800)
    gone = {"hb": np.arange(1000) < 50}
    limits = FairnessLimits(participation=0.8, missing=0.05)
    shares, missing = [represented(sex, us, role="sex")], compared(gone, [sex])
    found = judged(limits, shares, missing, {})
    assert [one.verdict for one in found] == ["missed", "missed"]
    said = findings(found, shares, missing, ["sex f: AUC low", "race x: cannot tell: 3 people"])
    assert [one.severity for one in said] == ["error", "error", "warning", "warning", "warning", "info"]
    assert "under-represented" in said[2].sentence and "hb is missing more often in sex female" in said[3].sentence
    assert judged(limits, [], [], {})[0].verdict == "cannot tell"


def test_of_groups_too_small_to_tell_nothing_is_met():
    sex = Groups.of("sex", ["female"] * 25 + ["male"] * 25)
    missing = compared({"hb": np.arange(50) < 24}, [sex])
    assert missing and all(one.small for one in missing)
    (found,) = judged(FairnessLimits(missing=0.1), [], missing, {})
    assert found.verdict == "cannot tell"
    (found,) = judged(FairnessLimits(missing=0.1), [], [], {})
    assert found.verdict == "met"

import numpy as np
import pytest

from pharmakon.biomarkers import survival_metrics
from pharmakon.biomarkers.survival import CensoringDistribution
from pharmakon.biomarkers.survival_metrics import brier_scores, dynamic_auc, harrell_c, integrated_brier, uno_c
from pharmakon.core.errors import DataError, UsageError


@pytest.fixture(scope="module")
def patients():
    """Times (with ties), events and a rounded risk of 90 patients."""
    rng = np.random.default_rng(0)
    z = rng.normal(size=90)
    came, left = rng.exponential(np.exp(-z)), rng.exponential(1.2, 90)
    time = np.ceil(np.minimum(came, left) * 10) / 10
    return time, (came <= left).astype(float), np.round(z + rng.normal(size=90), 1)


def pairs(time, event, risk, weight):
    above = total = 0.0
    for i in np.flatnonzero(event):
        for j in range(len(time)):
            if time[j] > time[i] or (time[j] == time[i] and not event[j]):
                total += weight[i]
                above += weight[i] * ((risk[i] > risk[j]) + 0.5 * (risk[i] == risk[j]))
    return above / total


def test_concordance_is_what_counting_pairs_gives(patients, monkeypatch):
    time, event, risk = patients
    assert harrell_c(*patients) == pytest.approx(pairs(time, event, risk, np.ones(90)))
    censoring = CensoringDistribution.of(time, event)
    weight = 1 / censoring.before(time) ** 2
    assert uno_c(*patients) == pytest.approx(pairs(time, event, risk, weight))
    early = weight * (time < 1)
    assert uno_c(*patients, tau=1.0) == pytest.approx(pairs(time, event, risk, early))
    assert uno_c(*patients, tau=1.0) != pytest.approx(uno_c(*patients), abs=1e-4)
    monkeypatch.setattr(survival_metrics, "CELLS", 200)  # in many blocks
    assert uno_c(*patients) == pytest.approx(pairs(time, event, risk, weight))


def test_concordance_of_a_perfect_and_a_useless_risk(patients):
    time, event, _ = patients
    distinct = time + np.arange(90) * 1e-6
    assert uno_c(distinct, event, -distinct) == 1 and harrell_c(distinct, event, distinct) == 0
    assert harrell_c(time, event, np.zeros(90)) == 0.5
    assert np.isnan(harrell_c(time, np.zeros(90), time))


def test_uno_does_not_depend_on_how_long_patients_were_observed():
    rng = np.random.default_rng(1)
    n = 4000
    z = rng.normal(size=n)
    came = rng.exponential(np.exp(-z))
    risk = np.where(came < 0.5, z, -z)  # right early, wrong late: what censoring hides decides
    truth = uno_c(came, np.ones(n), risk, tau=2.0)
    left = rng.exponential(1.0, n)
    time, event = np.minimum(came, left), (came <= left).astype(float)
    assert uno_c(time, event, risk, tau=2.0) == pytest.approx(truth, abs=0.02)
    assert abs(harrell_c(time, event, risk) - truth) > 0.05


def test_auc_at_a_time_is_what_counting_pairs_gives(patients):
    time, event, risk = patients
    G = CensoringDistribution.of(time, event)
    times = np.array([0.2, 0.5, 1.0])
    found = dynamic_auc(*patients, times)
    for t, auc in zip(times, found.auc, strict=True):
        case, control = np.flatnonzero((time <= t) & (event == 1)), np.flatnonzero(time > t)
        weight = 1 / G.before(time[case])
        wins = [[(risk[i] > risk[j]) + 0.5 * (risk[i] == risk[j]) for j in control] for i in case]
        assert auc == pytest.approx(weight @ np.mean(wins, axis=1) / weight.sum())
    assert found.auc.min() < found.mean < found.auc.max()
    each = np.column_stack([risk, -risk, risk])
    assert dynamic_auc(time, event, each, times).auc[1] == pytest.approx(1 - found.auc[1])


def test_auc_without_cases_or_controls_is_nan(patients):
    found = dynamic_auc(*patients, np.array([0.01, 100.0]))
    assert np.isnan(found.auc).all() and np.isnan(found.mean)


def test_brier_scores_by_hand(patients):
    time, event, risk = patients
    times = np.array([0.3, 0.8])
    S = np.exp(-np.exp(0.5 * risk)[:, None] * times)
    G = CensoringDistribution.of(time, event)
    found = brier_scores(time, event, S, times)
    for m, t in enumerate(times):
        total = 0.0
        for i in range(90):
            if time[i] <= t and event[i]:
                total += S[i, m] ** 2 / G.before(time[i : i + 1])[0]
            elif time[i] > t:
                total += (1 - S[i, m]) ** 2 / G.at(times[m : m + 1])[0]
        assert found[m] == pytest.approx(total / 90)
    assert integrated_brier(time, event, S, times) == pytest.approx(found.mean())
    half = brier_scores(time, np.ones(90), np.full((90, 2), 0.5), times)
    assert half == pytest.approx([0.25, 0.25])


def test_weights_of_training_patients_and_their_reach(patients):
    time, event, risk = patients
    short = CensoringDistribution.of(np.minimum(time, 0.6), np.where(time > 0.6, 0.0, event))
    with pytest.raises(DataError, match="tau"):
        uno_c(time, event, risk, censoring=short)
    assert 0 < uno_c(time, event, risk, tau=0.5, censoring=short) < 1
    with pytest.raises(DataError, match="longest observation"):
        brier_scores(time, event, np.full((90, 1), 0.5), np.array([1.0]), censoring=short)


def test_shapes_are_checked(patients):
    time, event, _ = patients
    with pytest.raises(UsageError, match="90 patients and 2 times"):
        brier_scores(time, event, np.zeros((90, 3)), np.array([1.0, 2.0]))
    with pytest.raises(UsageError, match="two times"):
        integrated_brier(time, event, np.zeros((90, 1)), np.array([1.0]))

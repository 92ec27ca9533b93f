import numpy as np
import pytest

from pharmakon.biomarkers.calibration_curve import calibration, happened_by
from pharmakon.biomarkers.outcome import Outcome

RNG = np.random.default_rng(0)
N = 3000
SCORE = RNG.normal(size=N)
RISK = 1 / (1 + np.exp(-SCORE))
LABEL = Outcome("o", "binary", (RNG.random(N) < RISK).astype(float))


def logistic(score):
    return 1 / (1 + np.exp(-score))


def test_honest_risks_have_slope_1_intercept_0_and_lie_on_their_curve():
    found = calibration(LABEL, RISK)
    assert found.slope == pytest.approx(1, abs=0.12)
    assert found.intercept == pytest.approx(0, abs=0.1)
    assert found.ici < 0.02
    assert np.abs(found.said - found.happened).max() < 0.08


def test_what_is_wrong_is_told_apart():
    extreme, shifted = calibration(LABEL, logistic(2 * SCORE)), calibration(LABEL, logistic(SCORE + 1))
    assert extreme.slope == pytest.approx(0.5, abs=0.06)
    assert shifted.slope == pytest.approx(1, abs=0.12)
    assert shifted.intercept == pytest.approx(-1, abs=0.12)
    assert extreme.ici > 0.06
    assert shifted.ici == pytest.approx(np.mean(logistic(SCORE + 1) - RISK), abs=0.02)


def test_survival_is_judged_at_the_horizon_with_the_censored_made_up_for():
    death, censored = RNG.exponential(size=N) * np.exp(-SCORE), RNG.exponential(size=N) * 1.5
    outcome = Outcome("o", "survival", np.minimum(death, censored), (death <= censored).astype(float))
    label, weight = happened_by(outcome, 0.5)
    assert (weight @ label) / N == pytest.approx(np.mean(death <= 0.5), abs=0.02)
    assert weight.sum() == pytest.approx(N, rel=0.02)
    found = calibration(outcome, 1 - np.exp(-0.5 * np.exp(SCORE)), horizon=0.5)
    assert found.slope == pytest.approx(1, abs=0.15)
    assert found.ici < 0.03


def test_numbers_have_a_slope_too_and_one_risk_for_all_has_none():
    y = SCORE + RNG.normal(size=N)
    assert calibration(Outcome("o", "continuous", y), 2 * SCORE).slope == pytest.approx(0.5, abs=0.05)
    same = calibration(LABEL, np.full(N, 0.3))
    assert np.isnan(same.slope)
    assert same.ici == pytest.approx(abs(LABEL.value.mean() - 0.3), abs=1e-6)

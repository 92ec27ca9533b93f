import numpy as np
import pytest

from pharmakon.biomarkers.decision_curve import decision_curve, net_benefit
from pharmakon.biomarkers.outcome import Outcome
from pharmakon.core.errors import UsageError


def test_net_benefit_by_hand():
    outcome = Outcome("o", "binary", np.array([1.0, 1, 0, 0, 0, 0, 0, 0, 0, 0]))
    risk = np.array([0.9, 0.1, 0.5, 0.5, 0, 0, 0, 0, 0, 0])
    assert net_benefit(outcome, risk, 0.2) == pytest.approx(1 / 10 - 2 / 10 * 0.25)
    curve = decision_curve(outcome, risk, thresholds=np.array([0.2, 0.95]))
    assert curve.everybody[0] == pytest.approx(0.2 - 0.8 * 0.25)
    assert curve.model[1] == 0


def test_true_risks_are_never_worse_than_treating_everybody_or_nobody():
    rng = np.random.default_rng(0)
    risk = rng.random(20_000) ** 2
    curve = decision_curve(Outcome("o", "binary", (rng.random(20_000) < risk).astype(float)), risk)
    assert (curve.model > np.maximum(curve.everybody, 0) - 0.005).all()
    assert (curve.model[3:12] > np.maximum(curve.everybody, 0)[3:12] + 0.01).all()


def test_censored_survival_is_worth_what_complete_survival_is():
    rng = np.random.default_rng(0)
    score = rng.normal(size=5000)
    death, censored = rng.exponential(size=5000) * np.exp(-score), rng.exponential(size=5000) * 1.5
    seen = Outcome("o", "survival", np.minimum(death, censored), (death <= censored).astype(float))
    whole = Outcome("o", "binary", (death <= 0.5).astype(float))
    risk = 1 - np.exp(-0.5 * np.exp(score))
    assert net_benefit(seen, risk, 0.4, horizon=0.5) == pytest.approx(net_benefit(whole, risk, 0.4), abs=0.015)


def test_a_number_has_no_decision_curve():
    with pytest.raises(UsageError, match="class or an event"):
        net_benefit(Outcome("o", "continuous", np.zeros(2)), np.zeros(2), 0.5)

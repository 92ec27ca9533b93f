import numpy as np
import pytest

from pharmakon.biomarkers.cox_loss import CoxLoss
from pharmakon.core.errors import DataError

RNG = np.random.default_rng(0)
TIME = RNG.integers(1, 10, 60).astype(float)  # many ties
EVENT = (RNG.random(60) < 0.6).astype(float)


def brute(eta, *, ties):
    """Straight from the formula, an event at a time."""
    total = 0.0
    for t in np.unique(TIME[EVENT > 0]):
        dead = np.flatnonzero((t == TIME) & (EVENT > 0))
        for rank, i in enumerate(dead):
            taken = rank / len(dead) if ties == "efron" else 0.0
            risk = np.exp(eta[t <= TIME]).sum() - taken * np.exp(eta[dead]).sum()
            total += np.log(risk) - eta[i]
    return total / len(eta)


@pytest.mark.parametrize("ties", ["breslow", "efron"])
def test_value_and_derivatives(ties):
    loss, eta, steps = CoxLoss(TIME, EVENT, ties=ties), RNG.normal(size=60), np.eye(60) * 1e-5
    assert loss.value(eta) == pytest.approx(brute(eta, ties=ties), abs=1e-12)
    slope = [(loss.value(eta + s) - loss.value(eta - s)) / 2e-5 for s in steps]
    bend = [(loss.gradient(eta + s) - loss.gradient(eta - s)) / 2e-5 for s in steps]
    np.testing.assert_allclose(loss.gradient(eta), slope, atol=1e-9)
    np.testing.assert_allclose(loss.hessian(eta, np.eye(60)), bend, atol=1e-9)


def test_breslow_and_efron_differ_with_ties_only():
    untied, eta = np.arange(60.0), RNG.normal(size=60)
    a, b = (CoxLoss(untied, EVENT, ties=ties) for ties in ("breslow", "efron"))
    assert a.value(eta) == b.value(eta)
    assert CoxLoss(TIME, EVENT, ties="efron").value(eta) < CoxLoss(TIME, EVENT, ties="breslow").value(eta)


def test_a_constant_more_changes_nothing_and_large_scores_do_not_overflow():
    loss, eta = CoxLoss(TIME, EVENT), RNG.normal(size=60)
    assert loss.value(eta + 1000) == pytest.approx(loss.value(eta))
    np.testing.assert_allclose(loss.gradient(eta + 1000), loss.gradient(eta), atol=1e-12)


def test_the_baseline_of_equal_scores_is_nelson_and_aalens():
    times, hazard = CoxLoss(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 0.0, 1.0, 1.0])).baseline(np.zeros(4))
    np.testing.assert_allclose(times, [1, 3, 4])
    np.testing.assert_allclose(hazard, [1 / 4, 1 / 4 + 1 / 2, 1 / 4 + 1 / 2 + 1])


def test_no_event_is_refused():
    with pytest.raises(DataError, match="no event came"):
        CoxLoss(TIME, np.zeros(60))


def test_the_slope_is_exact_where_scores_lie_far_apart():
    """Near the end of a path the last patients at risk have a share of 1e-12 of the first: digits must not be lost."""
    time, event = np.arange(1.0, 41), np.ones(40)
    eta = np.linspace(14, -14, 40)
    relative = np.exp(eta - eta.max())
    risk = np.array([relative[i:].sum() for i in range(40)])
    expected = np.array([relative[i] * (1 / risk[: i + 1]).sum() for i in range(40)])
    np.testing.assert_allclose(CoxLoss(time, event).gradient(eta) * 40 + event, expected, rtol=1e-9)

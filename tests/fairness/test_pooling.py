import numpy as np
import pytest

from pharmakon.fairness.pooling import pooled_rates


def test_small_cells_are_drawn_further_and_come_nearer_to_the_truth():
    random = np.random.default_rng(1)
    truth = random.beta(8, 12, 60)
    n = random.integers(3, 200, 60)
    k = random.binomial(n, truth)
    found = pooled_rates(k, n)
    assert found.mean == pytest.approx(0.4, abs=0.05)
    assert 8 < found.strength < 60
    assert np.mean((found.rate - truth) ** 2) < 0.8 * np.mean((k / n - truth) ** 2)
    assert np.mean((found.low <= truth) & (truth <= found.high)) > 0.88
    order = np.argsort(n)
    assert (np.diff(found.weight[order]) >= 0).all()


def test_cells_of_one_rate_are_pooled_almost_wholly():
    found = pooled_rates([10, 21, 39], [100, 200, 400])
    assert np.ptp(found.rate) < 0.01
    assert found.rate == pytest.approx(0.1, abs=0.01)


def test_an_empty_cell_gets_what_all_have():
    found = pooled_rates([0, 30], [0, 100])
    assert found.rate[0] == pytest.approx(found.mean) and found.weight[0] == 0
    assert np.isnan(pooled_rates([0], [0]).rate).all()


@pytest.mark.parametrize("share", [0, 1])
def test_cells_that_all_have_all_or_nothing_are_pooled_too(share):
    n = np.array([25, 25, 30, 4])
    found = pooled_rates(n * share, n)
    assert np.abs(found.rate - share).max() < 0.02
    assert (found.low <= found.rate + 1e-9).all() and (found.rate - 1e-9 <= found.high).all()

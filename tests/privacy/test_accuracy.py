"""What is expected is what happens: errors drawn by OpenDP pass the expected one about 1 time in 20."""

import numpy as np
import pytest

from pharmakon.privacy.budget import Price

pytest.importorskip("opendp")

from pharmakon.privacy.accuracy import count_error, curve_error, mean_error
from pharmakon.privacy.release import Mechanism, mean, prelude


@pytest.mark.parametrize("price", [Price(0.2), Price(1.0, 1e-6)])
def test_a_counts_error_holds(price):
    noise = np.abs(Mechanism(price, cells=4000)(np.zeros(0, dtype=np.int64)).values)
    bound = count_error(price)
    assert (noise > bound).mean() < 0.07
    assert (noise >= bound - 2).mean() > 0.03


def test_a_counts_error_is_opendps_own():
    dp = prelude()
    for epsilon in (0.05, 0.3, 1.0):
        theirs = dp.discrete_laplacian_scale_to_accuracy(scale=1 / epsilon, alpha=0.05)
        assert count_error(Price(epsilon)) == pytest.approx(theirs, abs=1.0)


def test_more_cells_have_a_worse_worst():
    assert count_error(Price(0.1), 20) > count_error(Price(0.1))


def test_a_means_error_holds_where_it_is_worst():
    price, n = Price(0.5), 300
    bound = mean_error(0.0, 10.0, n, price)
    errors = [abs(mean(np.full(n, 10.0), 0.0, 10.0, price)[0] - 10) for _ in range(150)]
    assert np.mean(np.array(errors) > bound) < 0.12


def test_more_people_and_more_epsilon_cost_less():
    assert curve_error(6, 2000, Price(0.5)) < curve_error(6, 200, Price(0.5))
    assert curve_error(6, 200, Price(1.0)) < curve_error(6, 200, Price(0.25))
    assert curve_error(6, 400, Price(0.5), groups=2) == pytest.approx(curve_error(6, 200, Price(0.5)))
    assert mean_error(0.0, 10.0, 3000, Price(0.5)) < mean_error(0.0, 10.0, 300, Price(0.5)) / 5

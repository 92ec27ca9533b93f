import numpy as np
import pytest

from pharmakon.fairness.intervals import difference, q_values, share, wilson


def test_wilsons_interval_is_the_published_one():
    # Newcombe, Stat. Med. 1998, 17, 857: 81 of 263 and 0 of 20.
    low, high = wilson([81, 0], [263, 20])
    assert low == pytest.approx([0.2553, 0.0], abs=5e-5)
    assert high == pytest.approx([0.3662, 0.1611], abs=5e-5)
    assert np.isnan(share(0, 0).value)


def test_newcombes_difference_is_the_published_one():
    # Newcombe, Stat. Med. 1998, 17, 873, table II, method 10: 56/70 - 48/80.
    found, p = difference(56, 70, 48, 80)
    assert found.value == pytest.approx(0.2)
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert 0 < p < 0.05


def test_q_values_are_those_of_scipy():
    from scipy.stats import false_discovery_control

    p = np.array([0.001, 0.2, 0.03, 0.04, 0.9])
    assert q_values(p) == pytest.approx(false_discovery_control(p))
    assert np.isnan(q_values([np.nan, 0.01])[0]) and q_values([np.nan, 0.01])[1] == pytest.approx(0.01)

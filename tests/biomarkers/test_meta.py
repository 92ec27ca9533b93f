import numpy as np
import pytest

from pharmakon.biomarkers.meta import random_effects
from pharmakon.core.errors import DataError

# The BCG vaccine trials (Colditz et al., JAMA 1994): log relative risks and variances as metafor prints them.
BCG = np.array(
    [-0.8893, -1.5854, -1.3481, -1.4416, -0.2175, -0.7861, -1.6209, 0.0120, -0.4694, -1.3713, -0.3394, 0.4459, -0.0173]
)
VARIANCE = np.array(
    [0.3256, 0.1946, 0.4154, 0.0200, 0.0512, 0.0069, 0.2230, 0.0040, 0.0564, 0.0730, 0.0124, 0.5325, 0.0714]
)


def test_the_vaccine_trials_as_others_sum_them():
    found = random_effects(BCG, np.sqrt(VARIANCE))
    assert found.tau2 == pytest.approx(0.309, abs=0.002)
    assert found.value == pytest.approx(-0.714, abs=0.002)
    assert found.q == pytest.approx(152.2, abs=0.6)
    assert found.i2 == pytest.approx(0.921, abs=0.002)
    assert found.low == pytest.approx(-1.107, abs=0.03)
    assert found.expected_low < found.low < found.value < found.high < found.expected_high
    assert found.weights.sum() == pytest.approx(1)


def test_cohorts_that_agree_have_no_variance_between_them_and_no_shorter_interval_than_the_normal_one():
    found = random_effects(np.full(4, 0.5), np.full(4, 0.2))
    assert found.tau2 == 0
    assert found.i2 == 0
    assert found.high - found.low >= 2 * 1.96 * 0.1


def test_two_cohorts_have_no_prediction_and_one_is_refused():
    assert np.isnan(random_effects(np.array([0.1, 0.4]), np.array([0.1, 0.1])).expected_low)
    with pytest.raises(DataError, match="two cohorts"):
        random_effects(np.array([0.1]), np.array([0.1]))


def test_the_interval_covers_with_few_cohorts():
    rng = np.random.default_rng(0)
    inside = []
    for _ in range(400):
        se = rng.uniform(0.1, 0.3, 4)
        found = random_effects(0.3 + rng.normal(0, 0.2, 4) + rng.normal(0, se), se)
        inside.append(found.low <= 0.3 <= found.high)
    assert np.mean(inside) > 0.92

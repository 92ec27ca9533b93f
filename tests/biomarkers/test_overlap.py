import numpy as np
import pytest

from pharmakon.biomarkers.overlap import arm_by_trees, overlap
from pharmakon.biomarkers.positivity import arm_from


@pytest.fixture
def two_series():
    """Each standardised by itself; in one the columns go together, in the other they do not."""
    random = np.random.default_rng(0)
    treated = np.arange(160) % 2 == 0
    values = random.normal(size=(160, 30))
    values[treated] = random.choice([-1.5, 1.5], size=(80, 1)) + 0.3 * random.normal(size=(80, 30))
    for arm in (treated, ~treated):
        values[arm] = (values[arm] - values[arm].mean(axis=0)) / values[arm].std(axis=0)
    return treated, values


def test_trees_see_what_a_straight_line_does_not(two_series):
    treated, values = two_series
    assert arm_from(np.where(treated, "a", "b"), values, np.arange(160).astype(str)) < 0.8
    found = overlap("expression", arm_by_trees(treated, values), means="trees")
    assert (found.severity, found.forbids) == ("refused", "predictive")
    assert found.measures["AUC of the arm"] > 0.95


def test_arms_drawn_by_lot_pass():
    random = np.random.default_rng(1)
    values = random.normal(size=(120, 8))
    values[0, 0] = np.nan
    treated = random.random(120) < 0.5
    assert overlap("covariates", arm_by_trees(treated, values), means="trees").severity == "passed"


def test_unlike_arms_are_warned_of():
    random = np.random.default_rng(2)
    treated = np.arange(200) % 2 == 0
    values = random.normal(size=(200, 3)) + 1.6 * treated[:, None] * [1, 0, 0]
    assert 0.7 < arm_by_trees(treated, values) < 0.95

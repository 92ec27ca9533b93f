import numpy as np
import pytest

from pharmakon.core.errors import UsageError
from pharmakon.learn.ensemble import blend_weights
from pharmakon.learn.metrics import brier


@pytest.fixture
def members():
    r = np.random.default_rng(0)
    y = 5 + r.normal(size=2000)
    return y[:, None] + r.normal(size=(2000, 3)) * [0.5, 1.0, 0.5], y


def test_finds_the_weights_of_least_squares(members):
    P, y = members
    weights = blend_weights(P, y, shrink=0)
    # Independent errors: weight goes as one over the variance, 4 : 1 : 4.
    np.testing.assert_allclose(weights, [4 / 9, 1 / 9, 4 / 9], atol=0.04)
    assert weights.sum() == pytest.approx(1)


def test_shrinks_to_equal(members):
    P, y = members
    free = blend_weights(P, y, shrink=0)
    np.testing.assert_allclose(blend_weights(P, y), 0.7 * free + 0.1)
    np.testing.assert_allclose(blend_weights(P, y, shrink=1), 1 / 3)


def test_a_harmful_member_gets_nothing(members):
    P, y = members
    weights = blend_weights(np.column_stack([P, -y]), y, shrink=0)
    assert weights[3] == 0


def test_the_unit_does_not_matter(members):
    P, y = members
    np.testing.assert_allclose(blend_weights(P * 1e-9, y * 1e-9), blend_weights(P, y))


def test_probabilities_blend_to_a_lower_brier_loss():
    r = np.random.default_rng(1)
    y = r.integers(0, 2, 1000)
    P = np.clip(y[:, None] * 0.4 + 0.3 + 0.25 * r.normal(size=(1000, 3)), 0, 1)
    blend = P @ blend_weights(P, y)
    assert brier(y, blend) < min(brier(y, P[:, k]) for k in range(3))


def test_rows_with_a_gap_are_left_out(members):
    P, y = members
    expected = blend_weights(P[5:], y[5:])
    P[:5, 1] = np.nan
    np.testing.assert_allclose(blend_weights(P, y), expected, rtol=1e-4)


def test_nothing_to_learn_from_is_equal_weights():
    np.testing.assert_allclose(blend_weights(np.full((3, 2), np.nan), np.ones(3)), 0.5)
    np.testing.assert_allclose(blend_weights(-np.ones((3, 4)), np.ones(3)), 0.25)
    np.testing.assert_allclose(blend_weights(np.ones((3, 4)), np.zeros(3)), 0.25)


def test_mistakes_say_so(members):
    P, y = members
    with pytest.raises(UsageError, match="do not fit"):
        blend_weights(P[:5], y)
    with pytest.raises(UsageError, match="shrink"):
        blend_weights(P, y, shrink=2)

import numpy as np
import pytest

from pharmakon.core.errors import UsageError
from pharmakon.learn.glm_loss import Gaussian, Logistic, sigmoid

RNG = np.random.default_rng(0)
LOSSES = [Gaussian(RNG.normal(size=20)), Logistic((RNG.random(20) < 0.4).astype(float))]


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: type(loss).__name__)
def test_derivatives_are_those_of_the_value(loss):
    eta, steps = RNG.normal(size=20), np.eye(20) * 1e-5
    slope = [(loss.value(eta + s) - loss.value(eta - s)) / 2e-5 for s in steps]
    bend = [(loss.gradient(eta + s) - loss.gradient(eta - s)) / 2e-5 for s in steps]
    np.testing.assert_allclose(loss.gradient(eta), slope, atol=1e-8)
    np.testing.assert_allclose(loss.hessian(eta, np.eye(20)), bend, atol=1e-8)


def test_sigmoid_does_not_overflow():
    np.testing.assert_allclose(sigmoid(np.array([-1000.0, 0.0, 1000.0])), [0, 0.5, 1])


def test_one_class_is_refused():
    with pytest.raises(UsageError, match="both classes"):
        Logistic(np.ones(5))

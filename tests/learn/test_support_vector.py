import numpy as np
import pytest

from pharmakon.core.errors import UsageError
from pharmakon.learn.kernel_ridge import KernelRidge
from pharmakon.learn.support_vector import SupportVector


@pytest.fixture(scope="module")
def scene():
    random = np.random.default_rng(0)
    x = np.sort(random.uniform(-3, 3, 120))
    kernel = np.exp(-((x[:, None] - x) ** 2))
    return kernel, 100 + 10 * np.sin(x)


def test_errors_stay_near_the_tube(scene):
    kernel, y = scene
    machine = SupportVector(epsilon=0.1).fit(kernel, y)
    assert np.abs(machine.predict(kernel) - y).max() < 0.2 * y.std()
    assert (machine.dual_coef_ == 0).any()


def test_units_do_not_matter(scene):
    kernel, y = scene
    near = SupportVector().fit(kernel, y).predict(kernel)
    far = SupportVector().fit(kernel, 1e6 * y - 5).predict(kernel)
    assert far == pytest.approx(1e6 * near - 5, rel=1e-3)


def test_a_wrong_measurement_pulls_less_than_on_a_ridge(scene):
    kernel, y = scene
    wrong = y.copy()
    wrong[60] += 500
    others = np.arange(len(y)) != 60
    errors = [
        np.abs(learner.fit(kernel, wrong).predict(kernel) - y)[others].max()
        for learner in (SupportVector(C=1.0), KernelRidge(alpha=0.1))
    ]
    assert errors[0] < 0.5 * errors[1]


def test_one_value_for_all_is_that_value():
    assert SupportVector().fit(np.eye(5), np.full(5, 3.0)).predict(np.eye(5)) == pytest.approx(np.full(5, 3.0))


def test_shapes_must_fit():
    with pytest.raises(UsageError, match="3 values"):
        SupportVector().fit(np.eye(4), np.zeros(3))

import numpy as np
import pytest

from pharmakon.core.errors import UsageError
from pharmakon.fairness.regression import by_group


def test_errors_by_group():
    truth, predicted = np.array([10.0, 20, 10, 40]), np.array([11.0, 18, 14, 44])
    found = by_group(truth, predicted, np.array([0, 0, 1, 1]), 2)(np.ones((1, 4)))
    assert found["mae"][0].tolist() == [1.5, 4.0, 2.75]
    assert found["bias"][0].tolist() == [-0.5, 4.0, 1.75]
    assert found["within"][0].tolist() == [1.0, 0.5, 0.75]
    assert found["rmse"][0, 0] == pytest.approx(np.sqrt(2.5))
    near = by_group(truth, predicted, np.array([0, 0, 1, 1]), 2, within=3, relative=False)(np.ones((1, 4)))
    assert near["within"][0].tolist() == [1.0, 0.0, 0.5]


def test_as_many_predictions_as_truths():
    with pytest.raises(UsageError):
        by_group(np.ones(2), np.ones(3), np.zeros(2, np.intp), 1)

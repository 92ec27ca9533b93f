import numpy as np
import pytest

from pharmakon.fairness.groups import Groups
from pharmakon.fairness.reweighing import reweighing


def test_group_and_outcome_are_independent_under_the_weights():
    groups = Groups.of("g", ["a"] * 60 + ["b"] * 40)
    y = np.array([1.0] * 40 + [0] * 20 + [1] * 10 + [0] * 30)
    weight = reweighing(groups, y)
    assert weight.mean() == pytest.approx(1)
    rates = [np.average(y[groups.code == i], weights=weight[groups.code == i]) for i in (0, 1)]
    assert rates == pytest.approx([0.5, 0.5])
    assert weight[0] == pytest.approx(0.6 * 0.5 / 0.4)  # P(a) P(1) / P(a, 1)

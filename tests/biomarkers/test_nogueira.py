import numpy as np
import pytest

from pharmakon.biomarkers.nogueira import agreement
from pharmakon.core.errors import UsageError


def test_the_same_selection_each_time_is_1():
    found = agreement(np.tile([True, False, True, False, False], (6, 1)))
    assert found.phi == pytest.approx(1.0)
    assert found.low == pytest.approx(1.0)
    assert found.mean_size == 2


def test_selection_at_random_is_about_0_and_inside_its_interval():
    rng = np.random.default_rng(0)
    inside = []
    for _ in range(40):
        found = agreement(rng.random((20, 100)) < 0.1)
        inside.append(found.low <= 0 <= found.high)
        assert abs(found.phi) < 0.05
    assert np.mean(inside) > 0.8


def test_the_formula_by_hand():
    Z = np.array([[1, 1, 0, 0], [1, 0, 1, 0], [1, 1, 0, 0]], dtype=bool)
    # Variances 0, 1/3, 1/3, 0 (unbiased): mean 1/6; k/d = 1/2, so the denominator is 1/4.
    assert agreement(Z).phi == pytest.approx(1 - (1 / 6) / (1 / 4))


def test_nothing_selected_has_no_stability_and_one_run_is_refused():
    assert np.isnan(agreement(np.zeros((3, 5), dtype=bool)).phi)
    with pytest.raises(UsageError, match="two runs"):
        agreement(np.ones((1, 5), dtype=bool))

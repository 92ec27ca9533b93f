"""AVE: nothing for a fair split, everything for one that neighbours solve."""

import numpy as np
import pytest

from pharmakon.core.random import stream
from pharmakon.learn.bias import ave_bias

ACTIVE = np.array([True, True, False, False])


def test_a_split_that_neighbours_solve_has_the_largest_bias():
    found = ave_bias(np.array([1.0, 1, 0, 0]), np.array([0.0, 0, 1, 1]), ACTIVE)
    assert found.ave == 2
    assert found.active == found.inactive == 1


def test_a_split_that_they_get_wrong_has_the_smallest():
    assert ave_bias(np.array([0.0, 0, 1, 1]), np.array([1.0, 1, 0, 0]), ACTIVE).ave == -2


def test_similarities_that_know_nothing_of_the_class_have_none():
    dice = stream(1, "bias")
    n = 20_000
    found = ave_bias(dice.random(n), dice.random(n), dice.random(n) < 0.2)
    assert abs(found.ave) < 0.03


def test_it_is_the_mean_over_thresholds_of_the_paper():
    dice = stream(2, "bias")
    to_active, to_inactive, active = dice.random(50), dice.random(50), dice.random(50) < 0.5
    grid = np.linspace(0, 1, 20_001)

    def h(similar):
        return np.mean([(1 - similar < d).mean() for d in grid])

    paper = (h(to_active[active]) - h(to_inactive[active])) + (h(to_inactive[~active]) - h(to_active[~active]))
    assert ave_bias(to_active, to_inactive, active).ave == pytest.approx(paper, abs=1e-3)


def test_a_missing_class_counts_nothing():
    found = ave_bias(np.array([0.5]), np.array([0.25]), np.array([True]))
    assert (found.active, found.inactive) == (0.25, 0.0)

"""The three distances against the transport problem that they are short forms of."""

import numpy as np
import pytest
from scipy.optimize import linprog

from pharmakon.privacy.earth_mover import equal_distance, hierarchical_distance, ordered_distance
from pharmakon.privacy.hierarchy import from_rows

TREE = from_rows(
    "diagnosis",
    [["a", "x", "u"], ["b", "x", "u"], ["c", "y", "u"], ["d", "z", "v"], ["e", "z", "v"], ["f", "w", "v"]],
)


def transport(q, p, cost):
    m = len(p)
    rows = [np.repeat(np.eye(m)[i], m) for i in range(m)] + [np.tile(np.eye(m)[j], m) for j in range(m)]
    return linprog(cost.ravel(), A_eq=np.array(rows), b_eq=np.concatenate((q, p))).fun


def apart(i, j):
    level = next(level for level in range(TREE.height + 1) if TREE.maps[level][i] == TREE.maps[level][j])
    return level / TREE.height


GROUND = {
    "equal": 1.0 - np.eye(6),
    "ordered": np.abs(np.subtract.outer(np.arange(6), np.arange(6))) / 5,
    "hierarchical": np.array([[apart(i, j) for j in range(6)] for i in range(6)]),
}
SHORT = {
    "equal": equal_distance,
    "ordered": ordered_distance,
    "hierarchical": lambda q, p: hierarchical_distance(q, p, TREE),
}


@pytest.mark.parametrize("kind", GROUND)
def test_a_short_form_is_the_least_transport(kind):
    random = np.random.default_rng(3)
    q, p = random.dirichlet(np.full(6, 0.6), 12), random.dirichlet(np.ones(6))
    expected = [transport(row, p, GROUND[kind]) for row in q]
    assert SHORT[kind](q, p) == pytest.approx(expected, abs=1e-9)


def test_the_example_of_the_paper():
    """Li et al. 2007, section 4: salaries 3k to 11k; {3k, 4k, 5k} is 0.375 away and {6k, 8k, 11k} 0.167."""
    p = np.full(9, 1 / 9)
    low, mixed = np.zeros(9), np.zeros(9)
    low[:3], mixed[[3, 5, 8]] = 1 / 3, 1 / 3
    assert ordered_distance(np.array([low, mixed]), p) == pytest.approx([0.375, 1 / 6], abs=1e-9)


def test_one_value_is_no_distance_away():
    assert ordered_distance(np.ones((2, 1)), np.ones(1)).tolist() == [0, 0]

"""Losses on a table small enough to count by hand; the bounds never pass what is above them."""

import itertools

import numpy as np
import pytest

from pharmakon.privacy.hierarchy import from_rows
from pharmakon.privacy.loss import Loss

H = [from_rows("a", [["1", "x"], ["2", "x"], ["3", "y"]]), from_rows("b", [["m", "*"], ["f", "*"]])]
LEAVES = np.array([[0, 0], [1, 0], [2, 1], [2, 0]])
ONES = np.ones(4)


def test_losses_by_hand():
    classes, sizes, kept = np.array([0, 0, 1, 2]), np.array([2.0, 1, 1]), np.array([True, False, False])
    assert Loss("ncp", H, LEAVES, ONES).of((1, 0), classes, sizes, kept) == pytest.approx((2 * 0.25 + 2) / 4)
    assert Loss("height", H, LEAVES, ONES).of((1, 0), classes, sizes, kept) == pytest.approx((2 * 0.25 + 2) / 4)
    assert Loss("discernibility", H, LEAVES, ONES).of((1, 0), classes, sizes, kept) == pytest.approx((4 + 2 * 4) / 16)


def test_a_column_that_matters_more_costs_more():
    classes, sizes, kept = np.array([0, 0, 1, 2]), np.array([2.0, 1, 1]), np.ones(3, dtype=bool)
    plain = Loss("ncp", H, LEAVES, ONES).of((1, 0), classes, sizes, kept)
    heavy = Loss("ncp", H, LEAVES, ONES, matter=[3, 1]).of((1, 0), classes, sizes, kept)
    assert heavy == pytest.approx(1.5 * plain)


@pytest.mark.parametrize("name", ["ncp", "height", "discernibility"])
def test_a_floor_is_below_every_loss_above_it(name):
    loss = Loss(name, H, LEAVES, ONES)
    nodes = list(itertools.product(range(3), range(2)))

    def looked(node):
        rows = np.column_stack([h.maps[level][LEAVES[:, j]] for j, (h, level) in enumerate(zip(H, node, strict=True))])
        _, classes, sizes = np.unique(rows, axis=0, return_inverse=True, return_counts=True)
        return classes, sizes.astype(float)

    for low, high in itertools.product(nodes, nodes):
        if all(a <= b for a, b in zip(low, high, strict=True)):
            classes, sizes = looked(high)
            for k in (1, 2, 3):
                assert loss.floor(low, looked(low)[1]) <= loss.of(high, classes, sizes, sizes >= k) + 1e-12

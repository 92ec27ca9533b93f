from __future__ import annotations

import numpy as np
import pytest

from pharmakon.learn.integer_product import MOST, product
from pharmakon.learn.largest_products import TILE, Columns, largest


@pytest.mark.parametrize("n", [1, 31, 32, 33, 700, TILE, TILE + 1, 2 * TILE + 777])
@pytest.mark.parametrize("spread", [1, MOST])
def test_they_are_those_of_sorting_the_whole_product(n: int, spread: int) -> None:
    random = np.random.default_rng(n)
    left = random.integers(0, 256, (9, 8)).astype(np.uint8)
    right = random.integers(-spread, spread + 1, (8, n)).astype(np.int8)  # of a small spread, so that many are equal
    whole = product(left, right)
    columns = Columns(right)
    room = np.empty(columns.room(9) + 5, np.int32)
    columns.times(left[::-1].copy(), room)  # what was there before leaves no trace
    found = columns.times(left, room)
    count = min(8, n)
    assert (found.largest(count) == np.argsort(-whole, axis=1, kind="stable")[:, :count]).all()
    rows, some = np.array([[8], [0]]), random.integers(0, n, 50)
    assert (found.at(rows, some) == whole[rows, some]).all()


def test_of_equals_the_earlier_is_first() -> None:
    assert largest(np.array([[1.0, 3.0, 3.0, 2.0]]), 3).tolist() == [[1, 2, 3]]

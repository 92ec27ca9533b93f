"""Where the largest entries of a product of whole numbers stand, without sorting all of it.

The columns are multiplied in tiles that a processor's cache holds. In a tile they stand so that halving it five times,
the larger of each pair, leaves the largest of every 32 neighbours; only the groups with the largest are looked into.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .integer_product import product

GROUP = 32
TILE = 4096


class Columns:
    """The n columns of a matrix of signed bytes (k, n), ready to be multiplied."""

    def __init__(self, right: NDArray[np.int8]) -> None:
        k, n = right.shape
        self.n: int = n
        tiles = -(-self.n // TILE)
        self.width: int = -(-self.n // (tiles * GROUP)) * GROUP
        padded = np.zeros((k, tiles * self.width), np.int8)
        padded[:, : self.n] = right
        grouped = padded.reshape(k, tiles, -1, GROUP).transpose(1, 0, 3, 2)
        self._tiles = np.ascontiguousarray(grouped).reshape(tiles, k, self.width)

    def room(self, m: int) -> int:
        """How many numbers products with m rows hold."""
        return len(self._tiles) * m * self.width

    def times(self, left: NDArray[np.uint8], room: NDArray[np.int32]) -> Products:
        """The products with bytes (m, k), as `integer_product.product` has them; in `room`, to be used again."""
        found = room[: self.room(len(left))].reshape(-1, len(left), self.width)
        tops = []
        for i, (tile, out) in enumerate(zip(self._tiles, found, strict=True)):
            product(left, tile, out=out)
            if extra := max((i + 1) * self.width - self.n, 0):
                out[:, _place(np.arange(self.width - extra, self.width), self.width)] = np.iinfo(np.int32).min
            top = out
            while top.shape[1] > self.width // GROUP:
                half = top.shape[1] // 2
                top = np.maximum(top[:, :half], top[:, half:])
            tops.append(top)
        return Products(found, np.concatenate(tops, axis=1))


class Products:
    """Products (m, n), in tiles (t, m, w), and the largest of each group."""

    def __init__(self, tiles: NDArray[np.int32], tops: NDArray[np.int32]) -> None:
        self._tiles, self._tops = tiles, tops

    def at(self, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> NDArray[np.int32]:
        """The entries at rows and columns, which are broadcast."""
        width = self._tiles.shape[2]
        tile, inside = np.divmod(columns, width)
        found: NDArray[np.int32] = self._tiles[tile, rows, _place(inside, width)]
        return found

    def largest(self, count: int) -> NDArray[np.intp]:
        """Columns of the `count` largest of each row, the largest first, of equals the earlier: (m, count)."""
        groups = np.sort(largest(self._tops.copy(), min(count, self._tops.shape[1])), axis=1)
        rows, width = np.arange(len(groups))[:, None], self._tiles.shape[2]
        tile, group = np.divmod(groups, width // GROUP)
        members = self._tiles.reshape(*self._tiles.shape[:2], GROUP, -1)
        inside = members[tile, rows, :, group].reshape(len(groups), -1)
        found = largest(inside, count)
        return np.take_along_axis(groups, found // GROUP, axis=1) * GROUP + found % GROUP


def _place(columns: NDArray[np.intp], width: int) -> NDArray[np.intp]:
    """Where a tile's columns stand in it."""
    group, member = np.divmod(columns, GROUP)
    return member * (width // GROUP) + group


def largest(values: NDArray[Any], count: int) -> NDArray[np.intp]:
    """Columns of the `count` largest of each row, the largest first, of equals the earlier. Spoils those values."""
    rows = np.arange(len(values))
    least = -np.inf if values.dtype.kind == "f" else np.iinfo(values.dtype).min
    found = np.empty((len(values), count), np.intp)
    for j in range(count):
        found[:, j] = values.argmax(axis=1)
        values[rows, found[:, j]] = least
    return found

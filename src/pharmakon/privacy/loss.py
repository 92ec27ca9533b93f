"""What generalisation and suppression cost the data: the losses that a search may minimise.

Each loss is of the whole table, from 0 (as measured) to 1 (nothing left). A suppressed row has lost everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.types import Floats

from .hierarchy import Codes, Hierarchy

LossName = Literal["ncp", "discernibility", "height"]
MEANINGS: dict[LossName, str] = {
    "ncp": "normalised certainty penalty: the share of a value's alternatives that its generalisation also means, mean "
    "over cells; 1 in a suppressed row",
    "discernibility": "how many rows a row cannot be told from, as a share of all; all of them for a suppressed row",
    "height": "level by highest level, mean over cells; 1 in a suppressed row",
}


class Loss:
    """A loss of rows with leaves (n, columns), each counted `weights` (n,) times.

    `matter` (columns,) says how much a column's cells matter, all the same when not given; discernibility knows none.
    """

    def __init__(
        self,
        name: LossName,
        hierarchies: Sequence[Hierarchy],
        leaves: Codes,
        weights: Floats,
        *,
        matter: Sequence[float] | None = None,
    ) -> None:
        self.name, self._weights, self._leaves = name, weights, leaves
        self._matter = matter
        self._total = float(weights.sum())
        if name == "height":
            self._cost = [
                [np.full(h.leaves, level / max(1, h.height)) for level in range(h.height + 1)] for h in hierarchies
            ]
        else:
            self._cost = [[h.penalty(level) for level in range(h.height + 1)] for h in hierarchies]
        self._mean = [
            np.array([float(weights @ cost[leaves[:, j]]) / self._total for cost in costs])
            for j, costs in enumerate(self._cost)
        ]

    def least(self, nodes: NDArray[np.int64]) -> Floats:
        """For nodes (m, columns): a loss that neither they nor anything more generalised can undercut; (m,).

        Of cell losses the mean over every row, since a suppressed one loses no less. Discernibility has no such cheap
        bound; for it this is an order to search in, and `floor` bounds.
        """
        cells = [mean[nodes[:, j]] for j, mean in enumerate(self._mean)]
        found: Floats = np.average(cells, axis=0, weights=self._matter)
        return found

    @property
    def bounds(self) -> bool:
        """Whether `least` bounds the loss."""
        return self.name != "discernibility"

    def of(self, node: Sequence[int], classes: Codes, sizes: Floats, kept: NDArray[np.bool_]) -> float:
        """The loss at a node: classes (n,) of the rows, with `sizes` and whether they are `kept` (classes,)."""
        if self.name == "discernibility":
            large = sizes[kept]
            lost = self._total - large.sum()
            return float(((large**2).sum() + lost * self._total) / self._total**2)
        every = [self._cost[j][level][self._leaves[:, j]] for j, level in enumerate(node)]
        cells = np.average(every, axis=0, weights=self._matter)
        return float(self._weights @ np.where(kept[classes], cells, 1.0)) / self._total

    def floor(self, node: Sequence[int], sizes: Floats) -> float:
        """What nothing more generalised than this node can undercut."""
        if self.name == "discernibility":
            return float((sizes**2).sum() / self._total**2)
        return float(self.least(np.array([node]))[0])

"""Small cells of a published table, and the further ones that have to go so that margins do not give them back.

Primary cells are counts from 1 to `threshold` - 1. Complementary ones are chosen by moving each primary cell to either
end of what its mark says at the least cost (Kelly, Golden & Assad, Networks 1992, 22, 397): the cells that had to move
along are hidden too, so the published numbers are right for both ends by construction. Afterwards cells that turn out
not to be needed are shown again, and a linear programme for each hidden small cell proves what can be derived.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import DataError
from pharmakon.core.types import Floats

THRESHOLD = 11
"""Smallest count that is shown, as CMS' cell size policy has it."""
MOST_CELLS = 4000

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A table with its margins (each axis one longer, totals last), what is hidden, and what can be derived.

    `low` and `high` are the least and the greatest value of each hidden primary cell that the published numbers allow,
    NaN elsewhere.
    """

    counts: NDArray[np.int64]
    primary: Mask
    complementary: Mask
    low: Floats
    high: Floats
    threshold: int

    @property
    def hidden(self) -> Mask:
        """Cells that are not shown."""
        return self.primary | self.complementary

    @property
    def safe(self) -> bool:
        """Whether any value from 1 to threshold - 1 is possible in each small cell."""
        at = self.primary
        return bool((self.low[at] <= 1 + 1e-6).all() and (self.high[at] >= self.threshold - 1 - 1e-6).all())


def with_margins(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """A table with a total at the end of each axis."""
    whole = counts
    for axis in range(counts.ndim):
        whole = np.concatenate((whole, whole.sum(axis=axis, keepdims=True)), axis=axis)
    return whole


def suppress(counts: NDArray[np.int64], *, threshold: int = THRESHOLD) -> Suppressed:
    """Hide the small cells of a table of counts (without margins), of 1 to 3 axes, and as few others as it finds.

    The total of everybody is always shown. Raises DataError where the table is too large, or the total is a small
    cell itself.
    """
    whole = with_margins(np.asarray(counts, dtype=np.int64))
    if whole.size > MOST_CELLS:
        raise DataError(f"a table of {whole.size:,} cells is too large; join some of its categories")
    primary = (whole > 0) & (whole < threshold)
    everybody = (-1,) * whole.ndim
    if primary[everybody]:
        raise DataError(f"a table of {int(whole[everybody])} people in all cannot be shown: all of it is small cells")
    hidden = _needed(whole, primary, *_chosen(whole, primary, threshold))
    low, high = audit(whole, primary, hidden)
    return Suppressed(whole, primary, hidden & ~primary, low, high, threshold)


def audit(whole: NDArray[np.int64], cells: Mask, hidden: Mask) -> tuple[Floats, Floats]:
    """The range of each of the `cells` that the shown numbers of a table with margins leave; NaN for the others.

    The attacker knows that counts are not negative and that totals are sums, and nothing of why a cell is hidden.
    """
    from scipy.optimize import linprog

    system = _sums(whole.shape)
    values = whole.ravel().astype(np.float64)
    free = np.flatnonzero(hidden.ravel())
    low, high = np.full(whole.size, np.nan), np.full(whole.size, np.nan)
    if len(free):
        known = np.where(hidden.ravel(), 0.0, values)
        rows = np.flatnonzero(np.abs(system[:, free]).sum(axis=1))
        A, b = system[np.ix_(rows, free)], -(system[rows] @ known)
        for at in np.flatnonzero(cells.ravel()):
            aim = (free == at).astype(np.float64)
            for sign, out in ((1.0, low), (-1.0, high)):
                found = linprog(sign * aim, A_eq=A, b_eq=b, bounds=(0, None), method="highs")
                # Not solved means without an end: only where a total is hidden that nothing else bounds.
                out[at] = sign * float(found.fun or 0.0) if found.status == 0 else sign * -np.inf
    return low.reshape(whole.shape), high.reshape(whole.shape)


def _sums(shape: Sequence[int]) -> Floats:
    """Which sums hold in a table with margins: (sums, cells), each row giving 0."""
    index = np.arange(int(np.prod(shape))).reshape(shape)
    rows = []
    for axis in range(len(shape)):
        lines = np.moveaxis(index, axis, -1).reshape(-1, shape[axis])
        one = np.zeros((len(lines), index.size))
        for number, line in enumerate(lines):
            one[number, line[:-1]], one[number, line[-1]] = 1.0, -1.0
        rows.append(one)
    return np.concatenate(rows)


Goal = tuple[int, int]
"""A cell, by its place in the flat table, and the value that it must be able to have."""


def _chosen(whole: NDArray[np.int64], primary: Mask, threshold: int) -> tuple[Mask, dict[Goal, Floats]]:
    """Hidden cells that are enough, and for each small cell and end a table that looks the same and has it there."""
    hidden, proofs = primary.copy(), dict[Goal, Floats]()
    for at in np.flatnonzero(primary.ravel()):
        value = int(whole.flat[at])
        for wanted in (1, threshold - 1):
            if wanted == value:
                continue
            proof = next((p for p in proofs.values() if (p[at] - wanted) * (wanted - value) >= -1e-9), None)
            if proof is None:
                proof = _other(whole, hidden, int(at), wanted)
            if proof is None:
                # With a total of `threshold` or more there always is one: only a solver that fails comes here.
                raise DataError(f"no way was found to protect a cell of {value}: join some of the table's categories")
            proofs[int(at), wanted] = proof
            hidden |= _differs(whole, proof).reshape(whole.shape)
    return hidden, proofs


def _needed(whole: NDArray[np.int64], primary: Mask, hidden: Mask, proofs: dict[Goal, Floats]) -> Mask:
    """What is left when cells are shown again, the largest first, as long as every small cell keeps its proofs."""
    extra = np.flatnonzero((hidden & ~primary).ravel())
    for cell in sorted(extra, key=lambda c: (-int(whole.flat[c]), int(c))):
        fewer = hidden.copy()
        fewer.flat[cell] = False
        fresh = {}
        for (at, wanted), proof in proofs.items():
            if not _differs(whole, proof)[cell]:
                continue
            other = _other(whole, fewer, at, wanted, only_hidden=True)
            if other is None:
                break
            fresh[at, wanted] = other
        else:
            hidden = fewer
            proofs |= fresh
    return hidden


def _differs(whole: NDArray[np.int64], other: Floats) -> Mask:
    return np.abs(whole.ravel() - other) > 1e-6


def _other(whole: NDArray[np.int64], hidden: Mask, at: int, wanted: int, *, only_hidden: bool = False) -> Floats | None:
    """A table with the same sums in which a cell has the wanted value, as like this one as can be; None for none.

    A difference is free in a hidden cell and dear in large cells and totals. Cells of 0 stay, for an attacker may know
    that nobody can be there, and so does the total of everybody.
    """
    from scipy.optimize import linprog
    from scipy.sparse import csr_array, hstack

    values = whole.ravel().astype(np.float64)
    places = np.indices(whole.shape).reshape(whole.ndim, -1)
    margin = (places == np.array(whole.shape)[:, None] - 1).any(axis=0)
    cost = np.where(hidden.ravel(), 1e-3, (1.0 + np.log1p(values)) * np.where(margin, 10.0, 1.0))
    change = wanted - values[at]
    may = (values > 0) & (hidden.ravel() | (not only_hidden))
    may[-1] = False
    most = np.where(may, abs(change) * whole.size, 0.0)
    up, down = np.zeros((len(values), 2)), np.zeros((len(values), 2))
    up[:, 1], down[:, 1] = most, np.minimum(most, values)
    up[at], down[at] = max(change, 0), max(-change, 0)
    system = csr_array(_sums(whole.shape))
    found: Any = linprog(  # type: ignore[call-overload]  # it takes sparse arrays, which the stubs do not know
        np.concatenate((cost, cost)),
        A_eq=hstack((system, -system)),
        b_eq=np.zeros(system.shape[0]),
        bounds=np.concatenate((up, down)),
        method="highs",
    )
    return values + found.x[: len(values)] - found.x[len(values) :] if found.status == 0 else None

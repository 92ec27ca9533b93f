"""The minimum of a quadratic with absolute values on it, exactly: an active set of columns and their signs.

Minimises b'Qb / 2 - q'b + sum_j l1_j |b_j| for positive definite Q, as feature-sign search does (Lee et al., NIPS
2006): with the signs known it is a linear system, so solve that, walk towards it until a coefficient reaches zero, drop
it there; when all signs hold, let in the columns whose gradient breaks its bound. Every round lowers the objective or
shortens the set, so it ends; correlated columns, on which coordinate descent crawls, cost nothing extra.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

AT_ONCE = 10
"""Columns let in together, and a quarter of those that are in; more would often be dropped again."""


def minimise(Q: Floats, q: Floats, l1: Floats, start: Floats, *, tolerance: float = 1e-9) -> Floats:
    """The minimiser (m,) from Q (m, m), q (m,) and bounds l1 (m,) >= 0; a column with l1 = 0 is always in."""
    b = start.copy()
    free = l1 == 0
    sign = np.where(free, 0.0, np.sign(b))
    active = free | (b != 0)
    slack = tolerance * max(1.0, float(np.abs(q).max(initial=0.0)))
    for _ in range(20 * len(q) + 100):
        b, settled = _walk(Q, q, l1, b, sign=sign, active=active)
        if not settled:
            continue
        gradient = Q[:, active] @ b[active] - q
        excess = np.where(active, 0.0, np.abs(gradient) - l1)
        worst = np.argsort(-excess)[: AT_ONCE + int(active.sum()) // 4]
        entering = worst[excess[worst] > slack]
        if not len(entering):
            return b
        sign[entering] = -np.sign(gradient[entering])
        active[entering] = True
    return b  # the caller checks the conditions of optimality in any case


def _walk(
    Q: Floats, q: Floats, l1: Floats, b: Floats, *, sign: Floats, active: NDArray[np.bool_]
) -> tuple[Floats, bool]:
    """One step to the minimum of the current signs, or to the first zero on the way, whose column leaves the set.

    Changes `sign` and `active` in place; the second value says that the minimum was reached.
    """
    columns = np.flatnonzero(active)
    if not len(columns):
        return np.zeros_like(b), True
    bound, side, now = l1[columns], sign[columns], b[columns]
    target = _solved(Q[columns[:, None], columns], q[columns] - bound * side)
    wrong = (bound > 0) & (target * side <= 0)
    moved = np.zeros_like(b)
    if not wrong.any():
        moved[columns] = target
        return moved, True
    step = now[wrong] / (now[wrong] - target[wrong] + (now[wrong] == target[wrong]))
    share = float(step.min())
    reached = np.flatnonzero(wrong)[step <= share]
    if share <= 0:  # columns just let in: one at a time leaves, so that the last of them makes progress
        reached = reached[np.argmin(target[reached] * side[reached])][None]
    moved[columns] = now + share * (target - now)
    left = columns[reached]
    moved[left], sign[left], active[left] = 0.0, 0.0, False
    return moved, False


def _solved(Q: Floats, q: Floats) -> Floats:
    """x of Q x = q for a positive definite Q."""
    from scipy.linalg.lapack import dposv

    _, x, info = dposv(Q.T, q)  # the transpose is in LAPACK's order, and Q is symmetric
    return np.asarray(np.linalg.solve(Q, q) if info else x, np.float64)

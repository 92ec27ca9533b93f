"""Whether what a hospital sent can be sums over its patients at all: a slip or a plain lie ends here.

A model is no better than its worst site's file, and one number of 1e300 decides it. What holds of any patients' sums is
asked: counts are whole and large enough, squares are not negative, products are no larger than their squares allow
(Cauchy and Schwarz). Behind masks only the totals can be asked.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pharmakon.core.errors import DataError
from pharmakon.core.types import Floats

from .federate_plan import Plan

ALL = -1
SLACK = 1e-6
"""Relative, and absolute where masks round to 2^-24."""
ROUNDED = 1e-3


def check(plan: Plan, sums: Mapping[str, Floats], who: str, *, sites: int = 1) -> None:
    """Raise DataError, naming the sums and `who` sent them, where `sites` hospitals' patients cannot sum up to them."""
    with np.errstate(over="ignore", invalid="ignore"):
        _checked(plan, sums, who, sites)


def _checked(plan: Plan, sums: Mapping[str, Floats], who: str, sites: int) -> None:
    for name, value in sums.items():
        kind, _, fold = name.partition(" ")
        match kind:
            case "count":
                _counted(plan, name, value, who, sites)
            case "screen":
                _screened(name, value, sums.get(f"count {fold}"), who)
            case "patients" if not _whole(value) or float(value.min(initial=0)) < 0 or not value.any():
                raise _wrong(name, who, "a number of patients is whole and above 0")
            case "loss" | "left" if (value < -ROUNDED).any():
                raise _wrong(name, who, "a loss is not negative")
            case "curve":
                _curved(plan, name, value, sums.get(f"patients {fold}"), who)
    counts = {int(name.partition(" ")[2]): value for name, value in sums.items() if name.startswith("count ")}
    if ALL in counts:
        parts = sum((value for fold, value in counts.items() if fold != ALL), np.zeros(2))
        if not np.allclose(parts, (len(counts) - 2) * counts[ALL], rtol=SLACK, atol=ROUNDED):
            raise _wrong(f"count {ALL}", who, "the folds' patients do not add up to all")


def _counted(plan: Plan, name: str, value: Floats, who: str, sites: int) -> None:
    n, events = value
    if not np.isfinite(value).all() or not _whole(value[:1]) or n < plan.fewest * sites:
        raise _wrong(name, who, f"{n:g} is no number of patients, or fewer than the plan's {plan.fewest}")
    least = plan.fewest * sites - ROUNDED
    if plan.outcome == "binary" and (not _whole(value) or not least <= events <= n - least):
        raise _wrong(name, who, f"{events:g} of {n:g} patients with the outcome")


def _screened(name: str, value: Floats, count: Floats | None, who: str) -> None:
    n, total, squares, xx, yy, xy = value
    most = np.inf if count is None else float(count[0])
    if not _whole(n) or (n < -ROUNDED).any() or (n > most + ROUNDED).any():
        raise _wrong(name, who, "numbers of patients that are not whole, or more than there are")
    if any((part < -ROUNDED).any() for part in (squares, xx, yy)):
        raise _wrong(name, who, "a sum of squares is not negative")
    if (total**2 > n * squares * (1 + SLACK) + ROUNDED * (1 + np.abs(total))).any():
        raise _wrong(name, who, "totals larger than their squares allow")
    if (
        np.abs(xy) > np.sqrt(np.abs(xx * yy)) * (1 + SLACK) + ROUNDED * (1 + np.sqrt(np.abs(xx)) + np.sqrt(np.abs(yy)))
    ).any():
        raise _wrong(name, who, "products larger than their squares allow")


def _curved(plan: Plan, name: str, value: Floats, patients: Floats | None, who: str) -> None:
    """Hessians (m, d (d + 1) / 2), upper halves; that of the intercept is the sum of the patients' weights."""
    d = round((np.sqrt(8 * value.shape[1] + 1) - 1) / 2)
    rows, columns = np.triu_indices(d)
    own = value[:, rows == columns]
    if (own < -ROUNDED).any():
        raise _wrong(name, who, "a curvature is not negative")
    bound = np.sqrt(np.maximum(own[:, rows], 0) * np.maximum(own[:, columns], 0))
    if (np.abs(value) > bound * (1 + SLACK) + ROUNDED * (1 + np.sqrt(np.abs(bound)))).any():
        raise _wrong(name, who, "curvatures that no patients have")
    most = np.inf if patients is None else float(patients[0]) * (0.25 if plan.outcome == "binary" else 1.0)
    if (own[:, -1] > most * (1 + SLACK) + ROUNDED).any():
        raise _wrong(name, who, "curvatures of more patients than there are")


def _whole(value: Floats) -> bool:
    return bool(np.isfinite(value).all() and (np.abs(value - np.round(value)) <= ROUNDED).all())


def _wrong(name: str, who: str, why: str) -> DataError:
    return DataError(f"the sums {name!r} of {who} cannot be sums over patients: {why}")

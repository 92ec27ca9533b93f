"""Few scaffolds, or scaffolds of one class: where a model can score by knowing the series and nothing else."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from pharmakon.core.words import counted

from .findings import Case, Finding, cases, passed
from .quick import FEWEST, Quick

TOP, SHARE = 10, 0.5
"""So many scaffolds hold more than this share: concentrated."""
FAMILY, ONE_CLASS = 5, 0.2
"""Molecules that make a family; how much more of the table than by chance lies in families of one class."""


def concentration(quick: Quick | None) -> list[Finding]:
    """Share of the ten largest Murcko scaffolds, entropy, and the balance of classes inside; acyclic ones are none."""
    if quick is None or len(quick.y) < FEWEST:
        return []
    families: dict[str, list[int]] = defaultdict(list)
    for i, frame in enumerate(quick.scaffolds):
        if frame:
            families[frame].append(i)
    largest = sorted(families.items(), key=lambda one: (-len(one[1]), one[0]))
    n = len(quick.y)
    lone = n - sum(map(len, families.values()))
    share = sum(len(rows) for _, rows in largest[:TOP]) / n
    parts = np.array([*(len(rows) for rows in families.values()), *[1] * lone], np.float64) / n
    entropy = float(-(parts * np.log(parts)).sum())
    measures = {"top": share, "scaffolds": len(families), "entropy": entropy, "effective": float(np.exp(entropy))}
    measures |= {"evenness": entropy / float(np.log(len(parts))) if len(parts) > 1 else 0.0}
    sentence = (
        f"The {TOP} largest of {counted(len(families), 'scaffold')} hold {share:.0%} of the molecules; they are as "
        f"diverse as {np.exp(entropy):,.0f} equal ones{quick.said}"
    )
    pure, expected = _one_class(quick, families)
    if quick.kind == "classification":
        measures |= {"one_class": pure, "one_class_by_chance": expected}
        sentence += (
            f"; {pure:.0%} of them stand in families of {FAMILY} or more that are all of one class ({expected:.0%} by "
            "chance)"
        )
    concentrated, parted = share > SHARE, pure > expected + ONE_CLASS
    if not (concentrated or parted):
        return [passed("scaffolds", "Scaffold concentration", f"{sentence}.", measures)]
    advice = (
        "Split by scaffold, report the score inside scaffolds that have both classes, and say that the table is of a "
        "few series: a model of it knows no others."
    )
    found = [
        Case(tuple(int(quick.row[i]) for i in rows), f"{frame}: {_inside(quick, rows)}", len(rows))
        for frame, rows in largest[:TOP]
    ]
    return [Finding("scaffolds", "warning", "Scaffold concentration", f"{sentence}.", advice, cases(found), measures)]


def _one_class(quick: Quick, families: dict[str, list[int]]) -> tuple[float, float]:
    """Share of the molecules in families of one class, and what it would be were classes dealt at random."""
    if quick.kind != "classification":
        return 0.0, 0.0
    ones = float(quick.y.mean())
    pure = expected = 0.0
    for rows in families.values():
        size = len(rows)
        if size >= FAMILY:
            pure += size * (quick.y[rows].min() == quick.y[rows].max())
            expected += size * (ones**size + (1 - ones) ** size)
    return pure / len(quick.y), expected / len(quick.y)


def _inside(quick: Quick, rows: list[int]) -> str:
    y = quick.y[rows]
    if quick.kind == "classification":
        return f"{len(rows)} molecules, {y.mean():.0%} of class 1"
    return f"{len(rows)} molecules, {y.min():.3g} to {y.max():.3g}, median {np.median(y):.3g}"

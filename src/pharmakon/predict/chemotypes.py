"""For which molecules a model fails: its error by range of a property, by kind of ring system and by scaffold.

An average over a table hides a series on which a model is wrong. Each group's error stands beside that of all others,
with an interval; the worst is named only where the difference is more than that many groups would show by chance.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from rdkit.Chem import Mol

from pharmakon.chem.properties import NAMED, named
from pharmakon.chem.scaffolds import scaffold
from pharmakon.core.types import Floats, Kind
from pharmakon.core.units import show
from pharmakon.learn.interval import NORMAL
from pharmakon.learn.metrics import auroc

from .findings import Case, Finding, passed

RANGES: dict[str, tuple[float, ...]] = {
    "mw": (300.0, 400.0, 500.0),
    "logp": (1.0, 3.0, 5.0),
    "tpsa": (60.0, 100.0, 140.0),
    "rotatable_bonds": (3.0, 7.0, 11.0),
}
"""Edges of the ranges: [-, a), [a, b) ... [z, -)."""
FEWEST, SCAFFOLDS, MACROCYCLE = 10, 10, 12
"""Molecules of a group that is judged; scaffolds that are, the largest first; atoms in a macrocycle."""
SURE = 0.05


@dataclass(frozen=True, slots=True)
class Group:
    """Some molecules: mean error with its 95 % interval, that of all others, and the bias (mean of said - measured).

    `p` is that of the two errors being the same, after Bonferroni over all groups.
    """

    name: str
    rows: NDArray[np.intp]
    error: float
    low: float
    high: float
    others: float
    bias: float
    p: float
    auroc: float = np.nan


def groups_of(mols: Sequence[Mol | None], similarity: Floats | None = None) -> Iterator[tuple[str, NDArray[np.intp]]]:
    """(name, positions) of the groups of FEWEST molecules or more; ones that hold every molecule tell nothing."""
    for name, labels in _labels(mols, similarity):
        found: dict[str, list[int]] = defaultdict(list)
        for i, label in enumerate(labels):
            if label:
                found[label].append(i)
        for label in (
            sorted(found) if name != "scaffold" else sorted(found, key=lambda s: (-len(found[s]), s))[:SCAFFOLDS]
        ):
            if FEWEST <= len(found[label]) < len(mols):
                yield f"{name} {label}".strip(), np.array(found[label])


def errors_by_group(
    mols: Sequence[Mol | None], said: Floats, measured: Floats, kind: Kind, *, similarity: Floats | None = None
) -> list[Group]:
    """Absolute error of numbers, squared error of probabilities, by group, the largest first.

    `similarity` (n,) is each molecule's to its nearest training molecule.
    """
    off = said - measured
    error = np.abs(off) if kind == "regression" else off**2
    found = []
    groups = list(groups_of(mols, similarity))
    for name, rows in groups:
        rest = np.setdiff1d(np.arange(len(error)), rows)
        mean, half = float(error[rows].mean()), NORMAL * float(error[rows].std(ddof=1)) / len(rows) ** 0.5
        area = auroc(measured[rows], said[rows]) if kind == "classification" else np.nan
        p = min(1.0, _welch(error[rows], error[rest]) * len(groups))
        others = float(error[rest].mean())
        found.append(
            Group(name, rows, mean, max(0.0, mean - half), mean + half, others, float(off[rows].mean()), p, area)
        )
    return sorted(found, key=lambda group: (-group.error, group.name))


def worst_group(found: Sequence[Group]) -> Group | None:
    """The group with the largest error of those that are surely worse than the rest; None without one."""
    return next((group for group in found if group.p < SURE and group.error > group.others), None)


def finding(model: str, found: Sequence[Group], rows: NDArray[np.intp], kind: Kind, *, left_out: int = 0) -> Finding:
    """The groups as a finding of an audit; `rows` are the sample's of the judged molecules."""
    title = f"Errors of {model} by group"
    word = "mean absolute error" if kind == "regression" else "squared error of the probability"
    aside = f"; {left_out:,} that the model was made with are left out" if left_out else ""
    if not found:
        said = f"{len(rows):,} molecules make no group of {FEWEST} to judge {model} by{aside}."
        return passed("model-errors", title, said)
    listed = tuple(Case(tuple(int(i) for i in rows[group.rows]), note(group, kind), group.error) for group in found)
    worst = worst_group(found)
    measures = {"groups": float(len(found)), "worst": found[0].error, "molecules": float(len(rows))}
    if worst is None:
        sentence = (
            f"Of {len(found)} groups of {len(rows):,} molecules none is surely worse for {model} than the rest; the "
            f"largest {word} is that of {note(found[0], kind)}{aside}."
        )
        return Finding("model-errors", "info", title, sentence, "", listed, measures)
    sentence = f"{model} errs most on {note(worst, kind)} (of {len(found)} groups of {len(rows):,} molecules{aside})."
    advice = "Trust its answers less there, report this group's error beside the average, and measure more of it."
    return Finding("model-errors", "warning", title, sentence, advice, listed, measures | {"worst": worst.error})


def note(group: Group, kind: Kind) -> str:
    """A group in words, its error with interval, and how far the model leans."""
    ends = f"{show(group.error)} ({show(group.low)} to {show(group.high)}), others {show(group.others)}"
    lean = f"{'too high' if group.bias > 0 else 'too low'} by {show(abs(group.bias))} on average"
    area = f", AUROC {group.auroc:.2f}" if np.isfinite(group.auroc) else ""
    what = "error" if kind == "regression" else "squared error"
    return f"{group.name}: {what} {ends}; {lean}{area}; {len(group.rows):,} molecules"


def _labels(mols: Sequence[Mol | None], similarity: Floats | None) -> Iterator[tuple[str, list[str]]]:
    for name, edges in RANGES.items():
        yield NAMED[name].title, _ranges(named(mols, name), edges)
    charge = named(mols, "charge")
    yield "charge", ["" if np.isnan(q) else "negative" if q < 0 else "positive" if q > 0 else "none" for q in charge]
    yield "", [_ring_system(mol) for mol in mols]
    yield "scaffold", [scaffold(mol) for mol in mols]
    if similarity is not None:
        yield "similarity to training", _ranges(similarity, (0.3, 0.5, 0.7))


def _ring_system(mol: Mol | None) -> str:
    if mol is None:
        return ""
    rings = mol.GetRingInfo().AtomRings()
    if not rings:
        return "acyclic"
    if max(map(len, rings)) >= MACROCYCLE:
        return "macrocycle"
    aromatic = sum(all(mol.GetAtomWithIdx(i).GetIsAromatic() for i in ring) for ring in rings)
    if not aromatic:
        return "aliphatic rings only"
    return (
        "one aromatic ring"
        if aromatic == 1
        else "two aromatic rings"
        if aromatic == 2
        else "three or more aromatic rings"
    )


def _ranges(values: Floats, edges: Sequence[float]) -> list[str]:
    words = [f"below {edges[0]:g}", *(f"{a:g} to {b:g}" for a, b in pairwise(edges))]
    words.append(f"{edges[-1]:g} or more")
    return ["" if np.isnan(x) else words[int(np.searchsorted(edges, x, side="right"))] for x in values]


def _welch(a: Floats, b: Floats) -> float:
    """The p of two means being one, by Welch's t (Biometrika 1947, 34, 28); 1 where neither varies."""
    from scipy.stats import t

    if len(b) < 2:
        return 1.0
    va, vb = float(a.var(ddof=1)) / len(a), float(b.var(ddof=1)) / len(b)
    if va + vb < 1e-20:
        return 1.0
    freedom = (va + vb) ** 2 / (va**2 / (len(a) - 1) + vb**2 / (len(b) - 1))
    return float(2 * t.sf(abs(a.mean() - b.mean()) / np.sqrt(va + vb), freedom))

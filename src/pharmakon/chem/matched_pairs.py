"""Matched pairs: measured molecules that differ in one group, and how the measurement changed from one to the other.

Molecules are cut at single acyclic bonds (RDKit's rdMMPA, after Hussain & Rea, J. Chem. Inf. Model. 2010, 50, 339): the
larger side is what a pair shares, the smaller the group that is exchanged. A group may be a lone hydrogen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import numpy as np
from rdkit import Chem
from rdkit.Chem import Mol, rdMMPA

HYDROGEN = "*[H]"
LARGEST = 12
"""Heavy atoms of an exchanged group at most."""
SMALL = 4
"""Heavy atoms of a group that is put in place of a hydrogen at most."""
SINGLE_BONDS = "[*]!@!=!#[*]"
FEWEST = 3
"""Pairs from which an interval of the mean change is given."""


_ATOM = re.compile(r"\[[^\]]*\]|Cl|Br|[BCNOPSFIbcnops*]")


@dataclass(frozen=True, slots=True)
class Change:
    """What replacing `before` by `after` did to the measurement, over n pairs; the interval is of the mean, 95 %.

    The spread is NaN for one pair, and the interval for fewer than FEWEST. Pairs of one series are not independent:
    the interval is the least that is uncertain.
    """

    before: str
    after: str
    n: int
    mean: float
    sd: float
    low: float
    high: float

    @classmethod
    def of(cls, before: str, after: str, changes: Sequence[float]) -> Self:
        """From each pair's change."""
        x = np.array(changes)
        n, mean = len(x), float(x.mean())
        sd = float(x.std(ddof=1)) if n > 1 else np.nan
        half = np.nan
        if n >= FEWEST:
            from scipy.stats import t

            half = float(t.ppf(0.975, n - 1)) * sd / n**0.5
        return cls(before, after, n, mean, sd, mean - half, mean + half)


class MatchedPairs:
    """The exchanges that measured molecules show, by the groups exchanged."""

    def __init__(self, changes: Mapping[str, Mapping[str, Change]]) -> None:
        self._changes = changes

    @classmethod
    def mine(cls, measured: Mapping[str, float], *, wanted: Callable[[str], bool] = lambda group: True) -> Self:
        """From flat canonical SMILES with their values; only exchanges of a `wanted` group are kept."""
        shared: dict[str, dict[str, float]] = {}
        for smiles, value in measured.items():
            for constant, group in cuts_of(Chem.MolFromSmiles(smiles)):
                shared.setdefault(constant, {})[group] = value
        for constant, groups in shared.items():
            small = [group for group in groups if len(_ATOM.findall(group)) - 1 <= SMALL]
            asked = small if wanted(HYDROGEN) else filter(wanted, groups)
            if any(asked) and (bare := _with_hydrogen(constant)) in measured:
                groups[HYDROGEN] = measured[bare]
        found: dict[str, dict[str, list[float]]] = {}
        for groups in shared.values():
            for before, old in groups.items():
                if len(groups) > 1 and wanted(before):
                    for after, new in groups.items():
                        if after != before:
                            found.setdefault(before, {}).setdefault(after, []).append(new - old)
        return cls(
            {
                before: {after: Change.of(before, after, values) for after, values in afters.items()}
                for before, afters in found.items()
            }
        )

    def __len__(self) -> int:
        return sum(map(len, self._changes.values()))

    def change(self, before: str, after: str) -> Change | None:
        """The exchange of one group by another, where a pair shows it."""
        return self._changes.get(before, {}).get(after)

    def afters(self, before: str) -> list[Change]:
        """What a group was exchanged by, the most pairs first."""
        return sorted(self._changes.get(before, {}).values(), key=lambda one: (-one.n, one.after))


def cuts_of(mol: Mol) -> Iterator[tuple[str, str]]:
    """Every way to cut one bond: what is shared, as text to compare, and the group, as canonical SMILES with `*`."""
    for _, sides in rdMMPA.FragmentMol(mol, maxCuts=1, pattern=SINGLE_BONDS, resultsAsMols=False):
        parts = sides.split(".")
        if len(parts) != 2:  # a mixture
            continue
        sizes = [len(_ATOM.findall(part)) - 1 for part in parts]
        for (group, small), (constant, large) in zip(
            zip(parts, sizes, strict=True), zip(parts[::-1], sizes[::-1], strict=True), strict=True
        ):
            if small <= LARGEST and small <= large:
                yield constant, _group(group)


@lru_cache(maxsize=1 << 16)
def _group(text: str) -> str:
    return str(Chem.MolToSmiles(Chem.MolFromSmiles(text.replace("[*:1]", "*"))))


def _with_hydrogen(constant: str) -> str:
    """The molecule that has a hydrogen where it was cut."""
    edited = Chem.RWMol(Chem.MolFromSmiles(constant))
    star = next(a.GetIdx() for a in edited.GetAtoms() if a.GetAtomicNum() == 0)
    beside = edited.GetAtomWithIdx(star).GetNeighbors()[0]
    if beside.GetIsAromatic() and beside.GetAtomicNum() == 7:
        beside.SetNumExplicitHs(1)
    edited.RemoveAtom(star)
    done = edited.GetMol()
    if Chem.SanitizeMol(done, catchErrors=True) != Chem.SanitizeFlags.SANITIZE_NONE:
        return ""
    return str(Chem.MolToSmiles(done))


def median_of(values: Mapping[str, list[float]]) -> dict[str, float]:
    """One value a molecule: the median of its measurements."""
    return {smiles: float(np.median(some)) for smiles, some in values.items()}

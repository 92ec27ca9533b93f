"""Diverse hits (Renz et al., J. Chem. Inf. Model. 2024): different hits found in a counted number of calls.

A hit scores at least HIT and lies inside bounds that any drug-like molecule holds. Hits count as different when their
Tanimoto distance (ECFP4, 2,048 bits) is at least DISTANCE; they are taken greedily in the order of the calls. The
scores are of activity proxies made from public labels, so counts compare searches run beside each other on the same
proxies, not with the paper's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem, rdBase
from rdkit.Chem import Mol, rdFingerprintGenerator, rdMolDescriptors

from pharmakon.chem.fingerprints import bits
from pharmakon.chem.scheduled import is_scheduled
from pharmakon.chem.similarity import tanimoto
from pharmakon.core.types import Floats, Progress, silent
from pharmakon.design.diversity import Packed, differing
from pharmakon.design.graph import flat

HIT = 0.5
DISTANCE = 0.7
STEP = 500
"""The curve is read after every so many calls."""
TAILS = 0.005
"""Share of the pool beyond each bound of weight and logP."""
PATIENCE = 200
"""A search that asks so often in a row for nothing new has come to its end."""
KNOWN = 0.9167
"""Least share of a molecule's ECFP4 features that the pool has, as published."""

Score = Callable[[Packed], Floats]
"""Packed ECFP4 bits, shape (n, 256), to scores between 0 and 1."""


@lru_cache(maxsize=1)
def _ecfp4() -> Any:
    return rdFingerprintGenerator.GetMorganGenerator(radius=2)


def features(mol: Mol) -> set[int]:
    """The unhashed ECFP4 features of a molecule."""
    return set(_ecfp4().GetSparseCountFingerprint(mol).GetNonzeroElements())


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a hit must hold besides its score: weight and logP inside, and features that known molecules have."""

    weight: tuple[float, float]
    logp: tuple[float, float]
    known: frozenset[int]

    def __call__(self, mol: Mol) -> bool:
        if not self.weight[0] < rdMolDescriptors.CalcExactMolWt(mol) < self.weight[1]:
            return False
        if not self.logp[0] < rdMolDescriptors.CalcCrippenDescriptors(mol)[0] < self.logp[1]:
            return False
        mine = features(mol)
        return bool(mine) and len(mine & self.known) > KNOWN * len(mine)

    @classmethod
    def of(cls, pool: Iterable[str]) -> Self:
        """The bounds that all but TAILS of a pool hold on each side."""
        weight, logp, known = [], [], set[int]()
        for smiles in pool:
            mol = Chem.MolFromSmiles(smiles)
            if mol is not None:
                weight.append(rdMolDescriptors.CalcExactMolWt(mol))
                logp.append(rdMolDescriptors.CalcCrippenDescriptors(mol)[0])
                known |= features(mol)
        ends = [tuple(float(q) for q in np.quantile(values, (TAILS, 1 - TAILS))) for values in (weight, logp)]
        return cls((ends[0][0], ends[0][1]), (ends[1][0], ends[1][1]), frozenset(known))

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Everything, as arrays."""
        known = np.array(sorted(self.known), np.uint32)
        return {"weight": np.array(self.weight), "logp": np.array(self.logp), "known": known}

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]]) -> Self:
        """The inverse of `to_arrays`."""
        (light, heavy), (polar, greasy) = arrays["weight"].tolist(), arrays["logp"].tolist()
        return cls((light, heavy), (polar, greasy), frozenset(arrays["known"].tolist()))


class Spent(Exception):
    """All calls are spent: the end of a search, not a fault."""


class Counted:
    """An oracle that counts: every different molecule inside the bounds is a call, whoever asks.

    Molecules outside the bounds, unreadable ones and scheduled chemicals are never scored and cost nothing.
    """

    def __init__(self, score: Score, bounds: Bounds, *, calls: int, progress: Progress = silent) -> None:
        self.calls = calls
        self.scores: dict[str, float] = {}
        self._score = score
        self._bounds = bounds
        self._progress = progress
        self._idle = 0
        self._refused: set[str] = set()
        self._bits: Packed = bits([])
        self._where: dict[str, int] = {}
        self._centres: Packed = bits([])

    def __call__(self, smiles: Sequence[str]) -> list[float]:
        """Scores, 0 for what was not scored. Raises Spent when no call is left, or long nothing new was asked for."""
        names = [self._name(text) for text in smiles]
        new = [n for n in dict.fromkeys(names) if n and n not in self.scores and n not in self._refused]
        fresh = [n for n in new if self._passes(n)]
        left = self.calls - len(self.scores)
        if fresh[:left]:
            packed = bits([Chem.MolFromSmiles(n) for n in fresh[:left]])
            self._bits = np.concatenate([self._bits, packed])
            for name, value, row in zip(fresh[:left], self._score(packed), packed, strict=True):
                self.scores[name] = float(value)
                self._where[name] = len(self._where)
                if value >= HIT and not self._near(row[None]).any():
                    self._centres = np.concatenate([self._centres, row[None]])
            self._progress(len(self.scores), self.calls, f"{len(self._centres)} diverse hits")
        self._idle = 0 if fresh else self._idle + 1
        if len(fresh) > left or self._idle >= PATIENCE:
            raise Spent
        return [self.scores.get(n, 0.0) for n in names]

    def filtered(self, smiles: Sequence[str]) -> list[float]:
        """Scores through the benchmark's diversity filter: 0 for a hit that was found and for all that is near one."""
        scores = np.array(self(smiles))
        rows = [i for i, text in enumerate(smiles) if self._name(text) in self._where]
        if rows and len(self._centres):
            packed = self._bits[[self._where[self._name(smiles[i])] for i in rows]]
            scores[np.array(rows)[self._near(packed)]] = 0.0
        return [float(value) for value in scores]

    def _near(self, packed: Packed) -> NDArray[np.bool_]:
        if not len(self._centres):
            return np.zeros(len(packed), bool)
        near: NDArray[np.bool_] = tanimoto(packed, self._centres).max(axis=1) > np.float32(1 - DISTANCE)
        return near

    @lru_cache(maxsize=100_000)  # noqa: B019  one oracle lives as long as its run
    def _name(self, smiles: str) -> str:
        with rdBase.BlockLogs():  # much of what a language model writes is no molecule
            mol = flat(smiles)
        return "" if mol is None else Chem.MolToSmiles(mol)

    def _passes(self, name: str) -> bool:
        mol = Chem.MolFromSmiles(name)
        if mol is None or not self._bounds(mol) or is_scheduled(mol):
            self._refused.add(name)
            return False
        return True


def outcome(scores: dict[str, float], *, actives: Packed) -> dict[str, Any]:
    """What a run found, its molecules in the order of the calls.

    "novel" counts the diverse hits that are as far from the proxy's own active molecules.
    """
    hits = [(call, smiles) for call, (smiles, value) in enumerate(scores.items(), 1) if value >= HIT]
    packed = bits([Chem.MolFromSmiles(smiles) for _, smiles in hits])
    rows = differing(packed, len(hits), max_similarity=1 - DISTANCE)
    novel = differing(packed, len(hits), max_similarity=1 - DISTANCE, taken=actives)
    at = [hits[row][0] for row in rows]
    return {
        "calls": len(scores),
        "hits": len(hits),
        "diverse_hits": len(rows),
        "novel": len(novel),
        "curve": {str(n): sum(call <= n for call in at) for n in range(STEP, len(scores) + 1, STEP)},
    }

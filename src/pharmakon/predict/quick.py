"""A model that is fitted in a second, for what an audit asks of many fits: ridge on the Tanimoto kernel of ECFP4.

One factorisation answers for every column of targets: the values, ten shuffles of them, the source of each molecule.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rdkit.Chem import Mol

from pharmakon.chem import fingerprints
from pharmakon.chem.parse import to_mol
from pharmakon.chem.scaffolds import scaffold
from pharmakon.chem.similarity import tanimoto
from pharmakon.core.errors import UsageError
from pharmakon.core.random import stream
from pharmakon.core.types import Floats, Kind
from pharmakon.learn.kernel_ridge import KernelRidge, out_of_fold
from pharmakon.learn.metrics import auroc, r2
from pharmakon.learn.splits import Folds, group_folds, random_folds

from .measured import Sample

MOST = 2_000
"""Molecules that are fitted; of a larger table a seeded sample."""
FEWEST = 50
ALPHA = 0.3


@dataclass(frozen=True, slots=True)
class Quick:
    """Unique molecules of the first table with their values and kernel (n, n). `row` is where each first stands."""

    smiles: list[str]
    mols: list[Mol | None]
    y: Floats
    row: NDArray[np.intp]
    kind: Kind
    scaffolds: list[str]
    folds: Folds
    """By scaffold; at random where there are fewer than five."""
    kernel: NDArray[np.float32]
    total: int

    @classmethod
    def of(cls, sample: Sample, *, seed: int = 0) -> Quick | None:
        """The model of a sample; None where 50 molecules or two values are wanting."""
        rows: dict[str, list[int]] = defaultdict(list)
        for i, row in enumerate(sample.rows):
            if row.identity.parent and np.isfinite(sample.compared[i]) and row.table == sample.rows[0].table:
                rows[row.identity.parent].append(i)
        smiles = list(rows)
        y = np.array([float(np.median(sample.compared[rows[one]])) for one in smiles])
        if sample.kind == "classification":
            smiles, y = [s for s, v in zip(smiles, y, strict=True) if v != 0.5], y[y != 0.5]
        total = len(y)
        if total > MOST:
            kept = np.sort(stream(seed, "audit", "quick").choice(total, MOST, replace=False))
            smiles, y = [smiles[i] for i in kept], y[kept]
        if len(y) < FEWEST or (y == y[0]).all():
            return None
        mols = [to_mol(one) for one in smiles]
        frames = [scaffold(mol) for mol in mols]
        try:
            folds = group_folds([f or f"acyclic {i}" for i, f in enumerate(frames)], random_state=seed)
        except UsageError:
            folds = random_folds(len(y), random_state=seed)
        packed = fingerprints.bits_of_smiles(smiles)
        first = np.array([rows[one][0] for one in smiles])
        return cls(smiles, mols, y, first, sample.kind, frames, folds, tanimoto(packed, packed), total)

    def out_of_fold(self, targets: Floats, folds: Folds | None = None) -> Floats:
        """Predictions of (n,) or (n, m) targets, each row by a model without its fold."""
        return out_of_fold(self.kernel, targets, folds=self.folds if folds is None else folds, alpha=ALPHA)

    def apart(self, targets: Floats, train: NDArray[np.bool_]) -> Floats:
        """Predictions of the rows that are not in `train`, by a model of those that are."""
        model = KernelRidge(alpha=ALPHA).fit(self.kernel[np.ix_(train, train)], targets[train])
        return model.predict(self.kernel[np.ix_(~train, train)])

    def score(self, predicted: Floats, truth: Floats | None = None) -> float:
        """AUROC of classes, R² of numbers."""
        y = self.y if truth is None else truth
        return auroc(y, predicted) if self.kind == "classification" else r2(y, predicted)

    @property
    def metric(self) -> str:
        """What `score` is called."""
        return "AUROC" if self.kind == "classification" else "R²"

    @property
    def said(self) -> str:
        """A clause that says so where a sample was fitted; "" otherwise."""
        return f" (a seeded sample of {MOST:,} of {self.total:,} molecules)" if self.total > len(self.y) else ""

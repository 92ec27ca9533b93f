"""Exact attributions that add up: what each atom gives to the output of a linear model, a kernel or trees.

A model of environments gives each of its columns a share of the output: a linear model its coefficient times the count,
a MinMax kernel the part of its similarities that the column makes, trees the column's Shapley value (TreeSHAP; Lundberg
et al., Nature Machine Intelligence 2020). A column's share goes in equal parts to the environments that it counts, and
an environment's part in equal parts to its atoms. What no atom has, a feature's absence, stays with the base.

Sums are rounded once (fsum), so that neither the order of the atoms nor that of the columns changes a digit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING, Any

import numpy as np

from pharmakon.core.errors import UsageError
from pharmakon.core.types import Floats

from .environments import Environments, Vocabulary

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@dataclass(frozen=True, slots=True)
class Attribution:
    """What each atom adds, (n_atoms,), and what none does; together the model's output, in the output's unit."""

    atoms: Floats
    base: float

    @property
    def value(self) -> float:
        """The output that they rebuild."""
        return fsum([*self.atoms, self.base])


def to_atoms(molecule: Environments, vocabulary: Vocabulary, shares: Floats, base: float) -> Attribution:
    """The shares (p,) of a molecule's columns handed to its atoms; those of columns it lacks go to the base."""
    if shares.shape != (len(vocabulary),):
        raise UsageError(f"{len(vocabulary)} columns, and shares of shape {shares.shape}")
    column = vocabulary.columns(molecule.features)
    times = np.bincount(column[column >= 0], minlength=len(vocabulary))
    lacking = fsum([base, *shares[times == 0]])
    known = np.flatnonzero((column >= 0) & (shares[column] != 0))
    size = molecule.atoms.sum(axis=1)
    part = shares[column[known]] / times[column[known]] / size[known]
    inside = molecule.atoms[known]
    return Attribution(np.array([fsum(part[inside[:, atom]]) for atom in range(inside.shape[1])]), lacking)


def linear_shares(counts: csr_matrix, coefficients: Floats) -> Floats:
    """What each column gives in a linear model with coefficients (p,), for one molecule (1, p); shape (p,)."""
    return np.asarray(counts.toarray()[0] * coefficients, dtype=np.float64)


def kernel_shares(counts: csr_matrix, training: csr_matrix, weights: Floats) -> Floats:
    """What each column gives to sum_i weights_i k(x, x_i), k the MinMax kernel of counts with training (n, p).

    k is a sum over columns of min(x_j, x_ij), each over the same sum of maxima: the share is the column's part of it.
    """
    x = counts.toarray()[0]
    common = training.minimum(_repeated(counts, training.shape[0])).tocsr()
    larger = x.sum() + np.asarray(training.sum(axis=1)).ravel() - np.asarray(common.sum(axis=1)).ravel()
    each = np.divide(weights, larger, out=np.zeros(len(larger)), where=larger > 0)
    return np.asarray(common.T @ each, dtype=np.float64)


def tree_shares(booster: Any, counts: csr_matrix) -> tuple[Floats, Floats]:
    """TreeSHAP of LightGBM trees for rows (n, p): each column's value (n, p) and the trees' mean output (n,).

    The sum of a row is the raw output, log-odds where the trees tell classes apart.
    """
    found = booster.predict(counts, pred_contrib=True)
    dense = np.asarray(found.toarray() if hasattr(found, "toarray") else found, dtype=np.float64)
    return dense[:, :-1], dense[:, -1]


def attribute(
    molecules: Sequence[Environments], vocabulary: Vocabulary, shares: Sequence[Floats], bases: Sequence[float]
) -> list[Attribution]:
    """`to_atoms` of several molecules."""
    return [
        to_atoms(molecule, vocabulary, share, float(base))
        for molecule, share, base in zip(molecules, shares, bases, strict=True)
    ]


def _repeated(row: csr_matrix, times: int) -> csr_matrix:
    from scipy.sparse import csr_matrix

    return csr_matrix(
        (np.tile(row.data, times), np.tile(row.indices, times), np.arange(times + 1) * row.nnz),
        shape=(times, row.shape[1]),
    )

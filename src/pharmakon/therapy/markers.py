"""Which genes go with the response to a drug, beyond what makes a line sensitive to everything.

A line that dies of one drug tends to die of all, so whatever goes with fragility looks like a marker of each drug.
Geeleher et al. (Genome Biol. 2016, 17, 190) take the response to other, unrelated drugs as covariates. Here they are
the mean and the first principal components of the responses to the other drugs, without those that share a target with
the drug in question: with them, the effect that is looked for would be taken away.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import DataError
from pharmakon.core.types import Floats
from pharmakon.learn.soft_impute import soft_impute

from .profiles import KINDS, MUTATION
from .response import PENALTY
from .screen import Screen
from .targets import DrugTargets

COMPONENTS = 10
FEWEST_MUTANTS = 5
"""Mutated lines, among those tested, for a mutation to be asked about."""
FEWEST_LINES = 30


@dataclass(frozen=True, slots=True)
class Association:
    """A gene's measurement and a drug's response over the tested lines. `effect` is in ln uM per SD, or if mutated."""

    drug: str
    gene: str
    kind: str
    effect: float
    t: float
    p: float
    q: float
    """Benjamini and Hochberg's, over all features of this drug."""
    rank: int
    """Of the gene among all genes, by its strongest feature; 1 is first."""


def associations(
    screen: Screen,
    drug: str,
    *,
    adjusted: bool = True,
    related: Collection[str] = (),
    tissue: bool = False,
    components: int = COMPONENTS,
) -> list[Association]:
    """Every feature's association with the response to a drug, strongest first.

    With `adjusted` the general sensitivity is held fixed, as the drugs other than this one and the `related` ones show
    it; with `tissue` also the tissue. Raises DataError below 30 tested lines.
    """
    from scipy import stats

    at = screen.drugs.index(drug)
    tested = screen.tested[:, at]
    if tested.sum() < FEWEST_LINES:
        raise DataError(f"{drug} was tested in {tested.sum()} lines; an association needs {FEWEST_LINES}")
    covariates = [np.ones((int(tested.sum()), 1))]
    if adjusted:
        covariates.append(general_sensitivity(screen, {drug, *related}, components=components)[tested])
    if tissue:
        covariates.append(_tissues(screen, tested))
    names, x = _features(screen, tested)
    basis = _basis(np.hstack(covariates))
    y = _without(screen.response[tested, at][:, None], basis)[:, 0]
    scale = np.where([kind == MUTATION for _, kind in names], 1.0, x.std(axis=0))
    x = _without(x / np.where(scale > 0, scale, 1.0), basis)
    size = (x**2).sum(axis=0)
    usable = size > 1e-6
    size = np.where(usable, size, 1.0)
    effect = x.T @ y / size
    freedom = len(y) - basis.shape[1] - 1
    left = np.maximum((y @ y) - effect**2 * size, 1e-300)
    t = np.where(usable, effect / np.sqrt(left / freedom / size), 0.0)
    p = 2 * stats.t.sf(np.abs(t), freedom)
    q = stats.false_discovery_control(np.where(usable, p, 1.0))
    rank = _ranks([gene for gene, _ in names], np.abs(t))
    order = np.argsort(-np.abs(t), kind="stable")
    return [
        Association(
            drug, names[j][0], names[j][1], float(effect[j]), float(t[j]), float(p[j]), float(q[j]), rank[names[j][0]]
        )
        for j in order
        if usable[j]
    ]


def general_sensitivity(screen: Screen, without: Collection[str], *, components: int = COMPONENTS) -> Floats:
    """Mean and principal components (n, 1 + components) of the responses to the drugs that are not in `without`."""
    others = np.array([j for j, drug in enumerate(screen.drugs) if drug not in without])
    if len(others) <= components:
        raise DataError(f"{len(others)} other drugs are too few for {components} components of general sensitivity")
    about = screen.response[:, others] - np.nanmean(screen.response[:, others], axis=0)
    filled, _ = soft_impute(about, penalty=PENALTY, rounds=20)
    left, size, _ = np.linalg.svd(filled - filled.mean(axis=0), full_matrices=False)
    return np.column_stack([filled.mean(axis=1), left[:, :components] * size[:components]])


def target_ranks(
    screen: Screen, targets: DrugTargets, *, adjusted: bool = True, tissue: bool = False
) -> dict[tuple[str, str], int]:
    """For each drug and each gene that it acts on and that was measured: the rank of that gene among all genes."""
    measured = {gene for genes in screen.profiles.genes.values() for gene in genes}
    found: dict[tuple[str, str], int] = {}
    for drug in screen.drugs:
        own = targets.of(drug)
        if not own & measured:
            continue
        related = [other for other in screen.drugs if targets.of(other) & own]
        listed = associations(screen, drug, adjusted=adjusted, related=related, tissue=tissue)
        rank = {item.gene: item.rank for item in listed}
        found |= {(drug, gene): rank[gene] for gene in sorted(own & rank.keys())}
    return found


def _features(screen: Screen, tested: NDArray[np.bool_]) -> tuple[list[tuple[str, str]], Floats]:
    """Gene and kind of each feature, and their values in the tested lines; a missing value is the mean."""
    names, blocks = [], []
    for kind in KINDS:
        if kind not in screen.profiles.genes:
            continue
        values = screen.profiles.values[kind][tested]
        known = np.isfinite(values)
        mean = np.where(known, values, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
        values = np.where(known, values, mean)
        kept = values.std(axis=0) > 0
        if kind == MUTATION:
            kept &= values.sum(axis=0) >= FEWEST_MUTANTS
        names += [(gene, kind) for gene, keep in zip(screen.profiles.genes[kind], kept, strict=True) if keep]
        blocks.append(values[:, kept])
    return names, np.hstack(blocks)


def _tissues(screen: Screen, tested: NDArray[np.bool_]) -> Floats:
    """Indicators of the tissues, in the tested lines."""
    labels = np.array(screen.tissue)[tested]
    return np.column_stack([labels == name for name in np.unique(labels)]).astype(np.float64)


def _basis(columns: Floats) -> Floats:
    """An orthonormal basis of what the columns span."""
    left, size, _ = np.linalg.svd(columns, full_matrices=False)
    return left[:, size > 1e-9 * size[0]]


def _without(values: Floats, basis: Floats) -> Floats:
    found: Floats = values - basis @ (basis.T @ values)
    return found


def _ranks(genes: list[str], strength: Floats) -> dict[str, int]:
    """Each gene's place by its strongest feature."""
    best: dict[str, float] = {}
    for gene, value in zip(genes, strength, strict=True):
        best[gene] = max(best.get(gene, 0.0), float(value))
    ordered = sorted(best, key=lambda gene: -best[gene])
    return {gene: place for place, gene in enumerate(ordered, start=1)}

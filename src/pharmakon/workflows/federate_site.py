"""A hospital of a federated study: its patients as the plan wants them, and refusals before anything is counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pharmakon.biomarkers.block import Block
from pharmakon.biomarkers.cohort import Cohort, read_cohort
from pharmakon.biomarkers.declaration import CLINICAL
from pharmakon.biomarkers.kept_back import KEPT_BACK, parts_of
from pharmakon.biomarkers.outcome import Outcome
from pharmakon.core.access import AccessClass
from pharmakon.core.errors import DataError, RefusedDesign, UnknownName
from pharmakon.core.types import Floats

from .federate_plan import Plan
from .study import logged

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Site:
    """One row a patient, every block of the plan there. `part` (n,) is KEPT_BACK or a fold."""

    name: str
    blocks: dict[str, Block]
    outcome: Outcome
    patients: NDArray[np.str_]
    part: NDArray[np.int64]
    access: AccessClass | None = None
    terms: str = ""

    def fitted(self, fold: int) -> NDArray[np.intp]:
        """The patients of every fold but one; of all folds where that is -1. Never those kept back."""
        return np.flatnonzero((self.part != KEPT_BACK) & (self.part != fold))

    def values(self, columns: Sequence[tuple[str, str]]) -> Floats:
        """Values (n, p) of (block, feature) pairs, NaN where not measured. DataError for one that is not here."""
        place = {name: {f: j for j, f in enumerate(block.features)} for name, block in self.blocks.items()}
        for name, feature in columns:
            if feature not in place.get(name, {}):
                raise DataError(f"site {self.name!r} has no feature {feature!r} in block {name!r}")
        if not columns:
            return np.empty((len(self.outcome), 0))
        return np.column_stack([self.blocks[name].values[:, place[name][feature]] for name, feature in columns])


def read_site(path: Path, plan: Plan, name: str) -> Site:
    """The hospital of a cohort file. Raises what `read_cohort` and `site_of` do."""
    return site_of(read_cohort(path, levels={column: list(words) for column, words in plan.levels.items()}), plan, name)


def site_of(cohort: Cohort, plan: Plan, name: str) -> Site:
    """The hospital of a cohort, samples of a patient averaged.

    Raises UnknownName for a site or block that is not in the plan or the cohort, DataError for another outcome than the
    plan's or a column whose words the plan does not list, RefusedDesign for too few patients.
    """
    if name not in plan.sites:
        raise UnknownName("site", name, plan.sites, where="the plan")
    outcome = cohort.outcome
    if outcome.kind != plan.outcome:
        raise DataError(f"the plan's outcome is {plan.outcome}; that of {cohort.declaration.name!r} is {outcome.kind}")
    if outcome.kind == "binary" and outcome.positive != plan.positive:
        raise DataError(f"the plan's 1 is {plan.positive!r}; here it is {outcome.positive!r}: set outcome.positive")
    for column in plan.covariates:
        if column not in cohort.declaration.design.covariates:
            raise UnknownName("covariate", column, cohort.declaration.design.covariates, where="design.covariates")
        if cohort.levels.get(column) and column not in plan.levels:
            words = ", ".join(cohort.levels[column])
            raise DataError(f"column {column!r} holds words ({words}): the plan must list them under levels")
    wanted = [*plan.blocks, *([CLINICAL] if plan.covariates else [])]
    if missing := [block for block in wanted if block not in cohort.blocks]:
        raise UnknownName("block", missing[0], cohort.blocks, where=cohort.declaration.name)
    whole = cohort.by_patient()
    whole = whole.take(np.all([whole.blocks[block].present for block in wanted], axis=0))
    classes = whole.outcome.value if outcome.kind == "binary" else np.zeros(len(whole))
    part = parts_of(
        whole.patients.tolist(),
        classes.tolist(),
        salt=f"{plan.name}:{plan.seed}",
        share=plan.kept_back,
        folds=plan.folds,
    )
    _enough(whole.outcome, part, plan, name)
    blocks = {block: _offered(logged(whole.blocks[block]), part, plan, name) for block in wanted}
    said = cohort.declaration
    return Site(name, blocks, whole.outcome, whole.patients, part, said.access, said.terms)


def _enough(outcome: Outcome, part: NDArray[np.int64], plan: Plan, name: str) -> None:
    """Sums over all and over all but a fold differ by the fold's: so it is a fold that must be large enough."""
    for fold in range(plan.folds):
        y = outcome.value[part == fold]
        sizes = {"with a value": len(y)}
        if outcome.kind == "binary":
            sizes = {f"with {outcome.positive}": int(y.sum()), f"without {outcome.positive}": int((1 - y).sum())}
        for words, size in sizes.items():
            if size < plan.fewest:
                raise RefusedDesign(
                    f"site {name!r} has {size} patients {words} in fold {fold + 1} of {plan.folds}, fewer than the "
                    f"plan's {plan.fewest}: sums of so few would tell of persons. It cannot take part in this plan; "
                    "fewer folds leave more patients in each"
                )


def _offered(block: Block, part: NDArray[np.int64], plan: Plan, name: str) -> Block:
    """The block's features that have enough values in every fold; what the plan names must be among them."""
    there = np.isfinite(block.values)
    enough = np.all([there[part == fold].sum(axis=0) >= plan.fewest for fold in range(plan.folds)], axis=0)
    if block.name == CLINICAL:
        used = [any(f == c or f.startswith(f"{c}=") for c in plan.covariates) for f in block.features]
        wanted = [f for f, yes in zip(block.features, used, strict=True) if yes]
    else:
        wanted = list(plan.features.get(block.name, ()))
    place = {feature: j for j, feature in enumerate(block.features)}
    if absent := [feature for feature in wanted if feature not in place]:
        raise DataError(f"site {name!r} lacks {len(absent)} features of block {block.name!r}: {_some(absent)}")
    if few := [feature for feature in wanted if not enough[place[feature]]]:
        raise RefusedDesign(
            f"site {name!r}: {_some(few)} of block {block.name!r} has fewer than {plan.fewest} values in a fold"
        )
    kept = [place[feature] for feature in wanted] if wanted else np.flatnonzero(enough).tolist()
    return Block(block.name, block.values[:, kept], tuple(block.features[j] for j in kept), block.kind)


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (", ..." if len(names) > SHOWN else "")

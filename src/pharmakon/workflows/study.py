"""A cohort through nested cross-validation, on every core, and the signature that is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal

import numpy as np

from pharmakon.biomarkers.batch import ComBat, Unseen
from pharmakon.biomarkers.block import Block
from pharmakon.biomarkers.cohort import Cohort
from pharmakon.biomarkers.nested import FoldResult, Nested, Study, Task, collect, plan, run_fold
from pharmakon.biomarkers.recipe import Recipe
from pharmakon.biomarkers.scaler import depth_free
from pharmakon.biomarkers.signature import Signature, fit
from pharmakon.core.errors import DataError
from pharmakon.core.types import Progress, silent

from .engines import Machines

Correction = Literal["none", "combat"]


def study_of(cohort: Cohort, *, recipe: Recipe, correction: Correction = "none", unseen: Unseen = "reference") -> Study:
    """What the folds need of a cohort. `correction` of batches is learnt anew in each fold from its training patients.

    DataError where a correction is asked for and no batch is declared.
    """
    prepare: dict[str, Sequence[Callable[[], ComBat]]] = {}
    batches = {}
    if correction == "combat":
        labels = cohort.role("batch")
        if labels is None:
            raise DataError("a correction of batches needs the column of the batch: design.batch")
        for name, block in cohort.omics.items():
            if block.kind == "continuous":
                prepare[name], batches[name] = [partial(ComBat, unseen)], labels
    blocks = {name: logged(block) for name, block in cohort.blocks.items()}
    return Study(blocks, cohort.outcome, cohort.patients, recipe, prepare, batches)


def logged(block: Block) -> Block:
    """Counts as log2 of counts per million and one, each sample by its own total; another block as it is."""
    return Block(block.name, depth_free(block), block.features) if block.kind == "counts" else block


def run_study(
    study: Study,
    *,
    folds: int,
    repeats: int,
    permutations: int,
    machines: Machines | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> Nested:
    """All outer folds, and those of permuted outcomes, on `machines`; the same whatever their number."""
    tasks = plan(study, folds=folds, repeats=repeats, permutations=permutations, random_state=seed)
    machines = machines or Machines()
    with machines.engine(most=len(tasks), initializer=_begin, initargs=(study,)) as pool:
        results = list(pool.map(_fold, tasks, total=len(tasks), label="folds", progress=progress))
    return collect(study, results)


def keep_signature(study: Study, *, stable: bool, seed: int = 0) -> tuple[Signature, dict[str, ComBat]]:
    """The signature of all patients, and the corrections that its blocks go through first."""
    steps: dict[str, ComBat] = {}
    blocks: dict[str, Block] = {}
    for name, block in study.blocks.items():
        if name in study.prepare:
            step = ComBat(study.prepare[name][0]().unseen)  # type: ignore[attr-defined]
            there = block.present
            steps[name] = step.fit(block.values[there], study.batches[name][there])
            block = corrected(block, step, study.batches[name])
        blocks[name] = block
    signature = fit(study.recipe, blocks, study.outcome, study.groups, select=stable, random_state=seed)
    return signature, steps


def corrected(block: Block, step: ComBat, labels: np.ndarray) -> Block:
    """A block without its batches' location and scale, as learnt."""
    there = block.present
    values = block.values.copy()
    if there.any():
        values[there] = step.transform(block.values[there], labels[there])
    return Block(block.name, values, block.features, block.kind)


_STUDY: list[Study] = []
"""The study of this process: sent once to each worker, not with every fold."""


def _begin(study: Study) -> None:
    _STUDY[:] = [study]


def _fold(task: Task) -> FoldResult:
    return run_fold(_STUDY[0], task)

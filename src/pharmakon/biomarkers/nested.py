"""Nested cross-validation: the one road from a cohort to a score.

Patients are divided once, by group; everything that looks at data (filling gaps, units, batch correction, selection,
tuning, fusion, calibration) happens anew inside each outer fold's training patients. The same is done with outcomes
shuffled among patients: what that scores is what chance scores here. A result holds out-of-fold risks and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pharmakon.biomarkers.block import Block
from pharmakon.biomarkers.block_model import CLINICAL
from pharmakon.biomarkers.challenger import NAME as TREES
from pharmakon.biomarkers.challenger import challenge
from pharmakon.biomarkers.outcome import Outcome
from pharmakon.biomarkers.recipe import Recipe
from pharmakon.biomarkers.risks import Risks
from pharmakon.biomarkers.signature import Signature, fit, horizon_of
from pharmakon.core.errors import DataError, UnknownName
from pharmakon.core.random import stream
from pharmakon.core.types import Floats, Progress, silent
from pharmakon.learn.splits import group_folds

FUSED, STABLE = "fused", "stable"


class Fitted(Protocol):
    """A step of preparation, learnt from training rows: batch correction, normalisation. Takes batches if given any."""

    def fit(self, X: Floats, *args: Any) -> Any:
        """Learn from rows (n, p), and their batches (n,)."""
        ...

    def transform(self, X: Floats, *args: Any) -> Floats:
        """Rows (m, p), as learnt."""
        ...


@dataclass(frozen=True, slots=True)
class Study:
    """All that a fold needs. Every block has the same n patients; `groups` are whoever must not be parted.

    `prepare` names, per block, factories of unfitted steps; `batches` the label of each patient (n,) for the blocks
    whose steps want it.
    """

    blocks: Mapping[str, Block]
    outcome: Outcome
    groups: NDArray[Any]
    recipe: Recipe = field(default_factory=Recipe)
    prepare: Mapping[str, Sequence[Callable[[], Fitted]]] = field(default_factory=dict)
    batches: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n = len(self.outcome)
        if len(self.groups) != n or any(len(block) != n for block in self.blocks.values()) or not self.blocks:
            raise DataError("blocks, outcome and groups must be of the same patients, and of one block at least")
        if any(name != block.name for name, block in self.blocks.items()):
            raise DataError("a block must go by its own name")

    @property
    def horizon(self) -> float:
        """The time of every fold's survival risk, and that at which to judge it; NaN for other outcomes."""
        return horizon_of(self.recipe, self.outcome.take(np.flatnonzero(self.outcome.known)))


@dataclass(frozen=True, slots=True)
class Task:
    """One outer fold of one repeat: positions of training and left-out patients, and whose outcome each is given."""

    repeat: int
    fold: int
    permuted: bool
    train: NDArray[np.intp]
    test: NDArray[np.intp]
    given: NDArray[np.intp]
    """Patient i has the outcome of patient given[i] (n,); its own unless permuted."""
    seed: int


@dataclass(frozen=True, slots=True)
class FoldResult:
    """Risks and scores of the left-out patients by model, and the markers each model used, as (block, feature)."""

    task: Task
    value: Mapping[str, Floats]
    score: Mapping[str, Floats]
    markers: Mapping[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Nested:
    """Out-of-fold risks of every model and repeat, and of the permuted runs beside them."""

    study: Study
    results: tuple[FoldResult, ...]

    @property
    def models(self) -> tuple[str, ...]:
        """The models compared: clinical or another block alone, all of them fused, the stable markers, trees."""
        return tuple(self.results[0].value)

    @property
    def repeats(self) -> int:
        return 1 + max(result.task.repeat for result in self.results if not result.task.permuted)

    def risks(self, model: str, repeat: int = 0) -> Risks:
        """Of all n patients, each by the fold without them; NaN where the outcome is unknown."""
        return self._gather(model, repeat, permuted=False)

    def permuted(self, model: str, repeat: int = 0) -> tuple[Outcome, Risks]:
        """The outcome as it was shuffled, and the risks made from it."""
        risks = self._gather(model, repeat, permuted=True)
        given = next(r.task.given for r in self.results if r.task.permuted and r.task.repeat == repeat)
        return self.study.outcome.take(given), risks

    def selections(self, model: str, block: str) -> NDArray[np.bool_]:
        """Which of the block's features each outer fold used (folds, p)."""
        place = {name: i for i, name in enumerate(self.study.blocks[block].features)}
        runs = [result.markers.get(model, ()) for result in self.results if not result.task.permuted]
        selected = np.zeros((len(runs), len(place)), dtype=bool)
        for row, markers in zip(selected, runs, strict=True):
            row[[place[feature] for name, feature in markers if name == block]] = True
        return selected

    def _gather(self, model: str, repeat: int, *, permuted: bool) -> Risks:
        if model not in self.models:
            raise UnknownName("model", model, self.models)
        n = len(self.study.outcome)
        value, score, fold = np.full(n, np.nan), np.full(n, np.nan), np.full(n, -1, dtype=np.int64)
        for result in self.results:
            if result.task.permuted == permuted and result.task.repeat == repeat:
                rows = result.task.test
                value[rows], score[rows], fold[rows] = result.value[model], result.score[model], result.task.fold
        return Risks(value, score, fold, np.zeros(n, dtype=bool), f"{model}, nested")


def plan(
    study: Study, *, folds: int = 5, repeats: int = 1, permutations: int = 1, strata: NDArray[Any] | None = None,
    random_state: int = 0,
) -> list[Task]:  # fmt: skip
    """The outer folds of all repeats, and of at least one run with outcomes permuted.

    Groups keep their outcomes together when permuted, and change places with groups of the same size only, within a
    level of `strata` (n,) (a site, say) if given.
    """
    tasks = []
    for permuted, times in ((False, repeats), (True, max(1, permutations))):
        for repeat in range(times):
            seed = int(stream(random_state, "outer", int(permuted), repeat).integers(2**31))
            given = np.arange(len(study.outcome))
            if permuted:
                given = _shuffled(study, strata, seed)
            outcome = study.outcome.take(given)
            rows = np.flatnonzero(outcome.known)
            where = group_folds(study.groups[rows], n_folds=folds, random_state=seed, stratify=outcome.strata[rows])
            tasks += [
                Task(repeat, fold, permuted, rows[where != fold], rows[where == fold], given, seed + fold)
                for fold in range(folds)
            ]
    return tasks


def run_fold(study: Study, task: Task) -> FoldResult:
    """Make every model from the training patients of one fold and give the left-out ones their risks.

    Raises DataError where a patient would be judged by a model that had seen the patient.
    """
    # By who they are, not by what they are like: two patients may be alike in all that was written down of them.
    if np.isin(study.groups[task.test], study.groups[task.train]).any():
        raise DataError(f"fold {task.fold} would judge patients by a model that was made with them")
    outcome = study.outcome.take(task.given).take(task.train)
    groups = study.groups[task.train]
    pairs = {name: _prepared(study, name, task) for name in study.blocks}
    train = {name: pair[0] for name, pair in pairs.items()}
    test = {name: pair[1] for name, pair in pairs.items()}
    value: dict[str, Floats] = {}
    score: dict[str, Floats] = {}
    markers: dict[str, tuple[tuple[str, str], ...]] = {}

    def note(model: str, signature: Signature, blocks: Mapping[str, Block]) -> None:
        risks = signature.apply(blocks)
        value[model], score[model] = risks.value, risks.score
        markers[model] = tuple(marker for marker in signature.markers if marker[0] in blocks)

    # One time for all folds: the median of each fold's own events would give risks that do not compare.
    recipe = study.recipe if outcome.event is None else replace(study.recipe, horizon=study.horizon)
    every = fit(recipe, train, outcome, groups, random_state=task.seed)
    for name in sorted(test, key=lambda name: name != CLINICAL):
        note(name, every, {name: test[name]})
    if len(test) > 1:
        note(FUSED, every, test)
    if study.recipe.stability is not None and set(test) != {CLINICAL}:
        note(STABLE, fit(recipe, train, outcome, groups, select=True, random_state=task.seed), test)
    if study.recipe.challenger:
        value[TREES], score[TREES] = challenge(
            train, outcome, groups, test, horizon=every.horizon, random_state=task.seed
        )
    return FoldResult(task, value, score, markers)


def collect(study: Study, results: Iterable[FoldResult]) -> Nested:
    """The results of all tasks of a plan, in any order."""
    ordered = sorted(results, key=lambda r: (r.task.permuted, r.task.repeat, r.task.fold))
    return Nested(study, tuple(ordered))


def nested(
    study: Study,
    *,
    folds: int = 5,
    repeats: int = 1,
    permutations: int = 1,
    strata: NDArray[Any] | None = None,
    random_state: int = 0,
    progress: Progress = silent,
    finished: Callable[[FoldResult], None] | None = None,
) -> Nested:
    """`plan`, `run_fold` for each and `collect`, one after the other in this process; `finished` sees every fold."""
    tasks = plan(
        study, folds=folds, repeats=repeats, permutations=permutations, strata=strata, random_state=random_state
    )
    results = []
    for done, task in enumerate(tasks):
        progress(done, len(tasks), "outcomes permuted" if task.permuted else f"repeat {task.repeat + 1}")
        results.append(run_fold(study, task))
        if finished is not None:
            finished(results[-1])
    progress(len(tasks), len(tasks), "")
    return collect(study, results)


def _prepared(study: Study, name: str, task: Task) -> tuple[Block, Block]:
    """Training and left-out patients of a block, through steps that only the former were shown."""
    train, test = study.blocks[name].take(task.train), study.blocks[name].take(task.test)
    for factory in study.prepare.get(name, ()):
        step = factory()
        labels = study.batches.get(name)
        step.fit(train.values[train.present], *([] if labels is None else [labels[task.train][train.present]]))
        train = _stepped(step, train, None if labels is None else labels[task.train])
        test = _stepped(step, test, None if labels is None else labels[task.test])
    return train, test


def _stepped(step: Fitted, block: Block, labels: NDArray[Any] | None) -> Block:
    there = block.present
    values = block.values.copy()
    if there.any():
        values[there] = step.transform(block.values[there], *([] if labels is None else [labels[there]]))
    return Block(block.name, values, block.features, "continuous" if block.kind == "counts" else block.kind)


def _shuffled(study: Study, strata: NDArray[Any] | None, seed: int) -> NDArray[np.intp]:
    """Whose outcome each patient is given: groups of one size, of one stratum, change places."""
    draw = stream(seed, "permuted outcomes")
    _, group = np.unique(study.groups, return_inverse=True)
    members = [np.flatnonzero(group == g) for g in range(int(group.max()) + 1)]
    kinds: dict[tuple[int, str], list[int]] = {}
    for g, rows in enumerate(members):
        # Only patients with a known outcome trade: a gap in the outcome stays where it is.
        whole = f"{study.outcome.known[rows].tolist()} {'' if strata is None else strata[rows[0]]}"
        kinds.setdefault((len(rows), whole), []).append(g)
    given = np.arange(len(group))
    for alike in kinds.values():
        for here, there in zip(alike, draw.permutation(alike), strict=True):
            given[members[here]] = members[there]
    return given

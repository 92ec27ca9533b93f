"""Whether explanations name the atoms that matter, on molecules of which that is known, all under one scorer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem, rdBase

from pharmakon.core.random import stream
from pharmakon.core.types import Floats
from pharmakon.explain.environments import Environments, environments
from pharmakon.explain.faithfulness import SHARES, deletion

from .attribution_models import ADDITIVE, LINEAR_RADII, MASKED, EnvironmentModel, best, candidates, simplest
from .attribution_tasks import (
    GRAPH_ATTRIBUTION,
    IBENCHMARK,
    PUBLISHED,
    Truth,
    agreement,
    metric_of,
    place,
    published,
    read,
    top_n,
)
from .benchmark import BenchmarkConfig, Learner, Say

FOR_FITTING = 0.8
JUDGED = 100
"""Validation molecules whose deletion curves choose between the ways."""
SHUFFLES, SHUFFLED = 50, 1_000
REORDERED, ORDERS = 100, 10
QUIET = 0.95
WAYS = (("linear", ADDITIVE), ("linear", MASKED), ("trees", ADDITIVE), ("trees", MASKED))
SPELT = {
    ("linear", ADDITIVE): "linear terms",
    ("linear", MASKED): "linear, masking",
    ("trees", ADDITIVE): "TreeSHAP",
    ("trees", MASKED): "trees, masking",
}


class Attribution:
    """Linear terms, TreeSHAP and masking; the one of the deletion curve's choice is what counts."""

    what = "explanations of planted rules: do they name the atoms that matter"
    protocol = (
        "all training molecules, a fifth of them to choose the model (linear unless trees are better by more than one"
        " standard error) and the way (the deeper deletion curve): no true atom is looked at; each test positive's "
        "ROC area of atom scores against the true mask, best over alternative masks, then the mean (crippen: all test"
        " molecules, Kendall's tau; hydrogens are folded into their atoms). Published figures are the best and the "
        "median over hyperparameters of the best technique and network in the authors' own results; their atom scores"
        " are not at hand, so they stand as the authors' scorer gave them"
    )
    published = "Sanchez-Lengeling et al., NeurIPS 2020"
    needs = "xai"
    repeats = 1

    def tasks(self) -> Sequence[str]:
        return [*GRAPH_ATTRIBUTION, *IBENCHMARK]

    def files(self, task: str, root: Path) -> list[Path]:
        return [root / place(task), *([root / PUBLISHED] if task in GRAPH_ATTRIBUTION else [])]

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        truth = read(task, root)
        random = stream(config.seed, "attribution", task)
        training = random.permutation(np.flatnonzero(truth.train))[: config.limit]
        fitted, validation = np.split(training, [int(FOR_FITTING * len(training))])
        test = np.flatnonzero(~truth.train)[: config.limit]
        positives = truth.scored(test)
        say("reads the molecules")
        seen = Molecules(truth, max(LINEAR_RADII))
        models = {}
        for family in ("linear", "trees"):
            say(f"fits {family}")
            some = candidates(seen[fitted], truth.y[fitted], truth.kind, family)
            models[family] = best(some, seen[validation], truth.y[validation], truth.kind)
        model, quality = simplest(list(models.values()), seen[validation], truth.y[validation], truth.kind, random)
        judged = truth.scored(validation)[:JUDGED]
        curves, found = {}, {}
        for family, way in WAYS:
            say(f"explains by {SPELT[family, way]}")
            one = models[family]
            curves[family, way] = deletion(
                one.output, one.seen(seen[judged]), one.scores(seen[judged], way), random=random
            ).faithfulness
            found[family, way] = one.scores(seen[positives], way)
        way = max((ADDITIVE, MASKED), key=lambda each: curves[model.family, each])
        chosen, metric = found[model.family, way], metric_of(task)
        scores = {metric: mean_of(_agreements(task, truth, positives, chosen))}
        scores |= {
            f"{metric}, {SPELT[pair]}": mean_of(_agreements(task, truth, positives, atoms))
            for pair, atoms in found.items()
        }
        noise = [random.random(len(atoms)) for atoms in chosen]
        scores[f"{metric}, random scores"] = mean_of(_agreements(task, truth, positives, noise))
        if task in IBENCHMARK:
            scores["top_n"] = single(top_n([truth.masks[i] for i in positives], chosen), len(positives))
        say("checks the explanations")
        scores["sanity"] = mean_of(
            self._sanity(task, seen, model, way, fitted=fitted, positives=positives, random=random)
        )
        scores |= _quiet(seen, model, way, validation, test)
        scores |= _exact(truth, seen, model, positives, random)
        curve = deletion(model.output, model.seen(seen[positives]), chosen, random=random)
        fifth = SHARES.index(0.2)
        ratio = float(curve.by_score[:, fifth].mean() / curve.at_random[:, fifth].mean())
        scores["deletion"] = single(ratio, len(positives))
        return {
            "scores": scores,
            "anchors": {metric: published(task, root)} if task in GRAPH_ATTRIBUTION else {},
            "said": f"{SPELT[model.family, way]}, environments up to radius {model.radius}",
            "validation": round(quality, 4),
            "faithfulness": {SPELT[pair]: round(value, 4) for pair, value in curves.items()},
        }

    def _sanity(
        self,
        task: str,
        seen: Molecules,
        model: EnvironmentModel,
        way: str,
        *,
        fitted: NDArray[np.intp],
        positives: NDArray[np.intp],
        random: np.random.Generator,
    ) -> list[float]:
        """The mean agreement of each of several models of shuffled labels: they know nothing, and must say nothing.

        Over all masks, for the best of several is better than chance even where nothing is known.
        """
        truth = seen.truth
        some, means = fitted[:SHUFFLED], []
        for _ in range(SHUFFLES):
            nothing = model.again(seen[some], random.permutation(truth.y[some]))
            atoms = nothing.scores(seen[positives[:JUDGED]], way)
            found = [
                agreement(task, mask[None], score)
                for i, score in zip(positives[:JUDGED], atoms, strict=True)
                for mask in truth.masks[i]
            ]
            means.append(float(np.nanmean(found)))
        return means

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """The way that was chosen for each task."""
        return {task: result["said"] for task, result in results.items()}


class Molecules:
    """Environments of a task's molecules, each read when first asked for."""

    def __init__(self, truth: Truth, radius: int) -> None:
        self.truth, self.radius = truth, radius
        self.known: dict[int, Environments] = {}

    def __getitem__(self, rows: NDArray[np.intp]) -> list[Environments]:
        silence = rdBase.BlockLogs()
        for i in map(int, rows):
            if i not in self.known:
                self.known[i] = environments(Chem.MolFromSmiles(self.truth.smiles[i]), self.radius)
        del silence
        return [self.known[int(i)] for i in rows]


def _agreements(task: str, truth: Truth, rows: NDArray[np.intp], atoms: Sequence[Floats]) -> list[float]:
    return [agreement(task, truth.masks[i], score) for i, score in zip(rows, atoms, strict=True)]


def _quiet(
    seen: Molecules,
    model: EnvironmentModel,
    way: str,
    validation: NDArray[np.intp],
    test: NDArray[np.intp],
) -> dict[str, dict[str, Any]]:
    """What is pointed at where there is nothing to see.

    An atom stands out above the level that QUIET of the validation negatives keep below. Beside it the rule of B-XAIC:
    an outlier by 1.5 interquartile ranges within its molecule.
    """
    truth = seen.truth
    if truth.kind != "classification":
        return {}
    level = np.quantile([atoms.max() for atoms in model.scores(seen[validation[truth.y[validation] == 0]], way)], QUIET)
    none, some = test[truth.y[test] == 0], test[truth.y[test] > 0]
    negative, positive = model.scores(seen[none], way), model.scores(seen[some], way)
    pointed = [atoms > level for atoms in positive]
    right = [
        float(truth.masks[i].max(axis=0)[atoms].mean() > 0.5)
        for i, atoms in zip(some, pointed, strict=True)
        if atoms.any()
    ]
    return {
        "null": mean_of([float(not (atoms > level).any()) for atoms in negative]),
        "null, by quartiles": mean_of([float(not _outlier(atoms)) for atoms in negative]),
        "positives with an atom pointed at": mean_of([float(atoms.any()) for atoms in pointed]),
        "most atoms pointed at are true": mean_of(right),
    }


def _outlier(atoms: Floats) -> bool:
    low, high = np.quantile(atoms, [0.25, 0.75])
    return bool(((atoms > high + 1.5 * (high - low)) | (atoms < low - 1.5 * (high - low))).any())


def _exact(
    truth: Truth, seen: Molecules, model: EnvironmentModel, rows: NDArray[np.intp], random: np.random.Generator
) -> dict[str, dict[str, Any]]:
    """Additivity (largest error), symmetry and independence of the atoms' order (shares of molecules) of the terms."""
    found = model.additive(seen[rows])
    outputs = model.output([molecule.features for molecule in model.seen(seen[rows])])
    error = max(abs(one.value - float(output)) for one, output in zip(found, outputs, strict=True))
    alike, stable = [], []
    for i, one in zip(rows[:REORDERED], found, strict=False):
        mol = Chem.MolFromSmiles(truth.smiles[i])
        kinds = np.array(Chem.CanonicalRankAtoms(mol, breakTies=False))
        alike.append(float(all(len(set(one.atoms[kinds == kind])) == 1 for kind in kinds)))
        orders = [random.permutation(len(kinds)) for _ in range(ORDERS)]
        others = [environments(Chem.RenumberAtoms(mol, order.tolist()), seen.radius) for order in orders]
        again = model.additive(others)
        stable.append(float(all((it.atoms == one.atoms[o]).all() for it, o in zip(again, orders, strict=True))))
    return {
        "additivity error": {"value": error, "low": None, "high": None, "n": len(rows)},
        "symmetry": mean_of(alike),
        "stability": mean_of(stable),
    }


def mean_of(values: Sequence[float] | Floats) -> dict[str, Any]:
    """A mean of figures that are 1 at most, with its 95 % interval by the standard error."""
    known = np.array(values)[np.isfinite(values)]
    if not len(known):
        return single(0.0, 0)
    half = 1.96 * float(known.std(ddof=1)) / len(known) ** 0.5 if len(known) > 1 else 0.0
    mean = float(known.mean())
    return {
        "value": round(mean, 4),
        "low": round(mean - half, 4),
        "high": round(min(mean + half, 1.0), 4),
        "n": len(known),
    }


def single(value: float, n: int) -> dict[str, Any]:
    """A figure without an interval."""
    return {"value": round(float(value), 4), "low": None, "high": None, "n": n}


ATTRIBUTION = Attribution()

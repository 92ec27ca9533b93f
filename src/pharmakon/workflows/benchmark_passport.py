"""Passports of small design runs, which must all hold, and whether influence says what refits say."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.random import stream
from pharmakon.core.types import Floats

from .benchmark import BenchmarkConfig, Learner, Say

if TYPE_CHECKING:
    from pharmakon.predict.blend import Blend
    from pharmakon.predict.features import Features

START = ("COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1", "COCCOc1cc2ncnc(Nc3cccc(C#C)c3)c2cc1OCCOC")
GOALS: tuple[Mapping[str, Any], ...] = (
    {"property": "egfr_pic50", "want": ">= 8", "weight": 3, "tolerance": 2},
    {"property": "egfr_pic50", "over": "herg", "want": ">= 2"},
    {"property": "ames", "want": "<= 0.3"},
    {"property": "dili", "want": "<= 0.5", "shape": "sigmoid"},
    {"property": "caco2", "want": ">= -5.15", "uncertainty": "pessimistic"},
    {"property": "qed", "want": ">= 0.6", "shape": "gaussian"},
)
CONSTRAINTS: tuple[Mapping[str, Any], ...] = (
    {"property": "sa_score", "want": "<= 4.5"},
    {"property": "egfr_pic50.similarity", "want": "<= 0.65"},
)
SCAFFOLD = "c1ccc2c(c1)nc([*:1])nc2[*:2]"
RUNS: Mapping[str, Mapping[str, Any]] = {
    "geometric": {"start": START},
    "arithmetic": {"aggregate": "arithmetic", "start": START},
    "product": {"aggregate": "product"},
    "pareto": {"aggregate": "pareto", "start": START},
    "decorate": {"mode": {"kind": "decorate", "scaffold": SCAFFOLD}},
}
CALLS, DESIGNS = 60, 3
REFITTED = ("caco2", "ppb", "dili")
"""Endpoints whose models are refitted without each of some clusters."""
WHOLE = ("dili",)
"""Those whose trees are grown again too, twice for each cluster: they take most of the time."""
MOST, ASKED, CLUSTERS = 800, 10, 12
"""Molecules of a model, molecules held out that it is asked of, and clusters, the largest, that are left out."""


class PassportsBenchmark:
    """Whether passports hold, and whether influence is what refits say."""

    what = "passports of designs: replay, rebuilt scores, likelihoods that add up, influence against refits"
    protocol = (
        f"five design runs of {CALLS} calls, one for each aggregate and one with a mode. Of every molecule that was "
        "scored: the share that comes out of its recorded steps again with the same InChIKey, and the largest error of "
        "a score and of a desirability made again of what is on record. Of the designs: the largest difference of the "
        "summed tokens and the log-likelihood of the whole text, the share of scored steps with a runner-up, seconds "
        f"for a passport. Influence: of {ASKED} molecules held out, Spearman's rank correlation, over the {CLUSTERS} "
        f"largest clusters of {MOST} training molecules, of the closed form with true refits: of the ridge on the same "
        "kernel; of ridge and support vector machine with the kernel's scales learnt anew; where said, of the whole "
        "model but its networks, its trees too, and, as the most that can be reached, of two such refits whose trees "
        "have different seeds. Settings and weights are the shipped model's"
    )
    published = "none: all must hold"
    needs = ""
    repeats = 1

    def tasks(self) -> Sequence[str]:
        return [*RUNS, *(f"influence-{name}" for name in REFITTED)]

    def files(self, task: str, root: Path) -> list[Path]:
        from pharmakon.predict.endpoints import endpoint

        kind, _, name = task.partition("-")
        return list(endpoint(name).data.paths) if kind == "influence" else []

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        kind, _, name = task.partition("-")
        if kind == "influence":
            return {"scores": _influence(name, config, say), "anchors": {}}
        config.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=config.folder) as place:
            return {"scores": _held(task, Path(place) / "run", config, say), "anchors": {}}

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """Over all runs, and all models."""
        runs = [result["scores"] for task, result in results.items() if task in RUNS]
        models = [result["scores"] for task, result in results.items() if task not in RUNS]
        said: dict[str, Any] = {}
        if runs:
            said = {"molecules": sum(run["replayed"]["n"] for run in runs)}
            said["replayed"] = min(run["replayed"]["value"] for run in runs)
            said |= {e: max(run[e]["value"] for run in runs) for e in ERRORS}
        if models:
            said |= {key: min(m[key]["value"] for m in models) for key in ("ridge", "kernel")}
        return said


ERRORS = ("score error", "desirability error", "likelihood error")


def _held(task: str, folder: Path, config: BenchmarkConfig, say: Say) -> dict[str, Any]:
    """A design run, and whether all that its passports say holds."""
    from pharmakon.core.config import build

    from . import design
    from .finished_run import read_run
    from .passport import passports_of
    from .passport_lineage import Lineages
    from .passport_score import score_of

    say("searches")
    wanted = {
        "name": task,
        "goals": GOALS,
        "constraints": CONSTRAINTS,
        "calls": config.calls or CALLS,
        "designs": DESIGNS,
        "seed": config.seed,
        **RUNS[task],
    }
    design.run(build(design.DesignConfig, wanted), output=folder, workers=1)
    say("makes every molecule again")
    finished = read_run(folder)
    lineages = Lineages(finished)
    records = list(finished.archive)
    again = [lineages.replay(record).ok for record in records]
    scores = [score_of(finished, record) for record in records]
    say("makes passports")
    started = time.perf_counter()
    quick = passports_of(finished, list(finished.designs), quick=True).passports
    seconds = time.perf_counter() - started
    full = passports_of(finished, list(finished.designs)).passports
    steps = [step for one in full for step in one.lineage if step.of]
    return {
        "replayed": _one(sum(again) / len(again), len(again)),
        "score error": _one(max(score.error for score in scores), len(scores)),
        "desirability error": _one(max(score.regrading_error for score in scores), len(scores)),
        "likelihood error": _one(max(one.spelling.error for one in quick), len(quick)),
        "runner-up": _one(sum(step.rival is not None for step in steps) / max(len(steps), 1), len(steps)),
        "seconds": _one(round(sum(one.seconds for one in full) / len(full), 2), len(full)),
        "seconds, without influence": _one(round(seconds / len(quick), 2), len(quick)),
    }


def _influence(name: str, config: BenchmarkConfig, say: Say) -> dict[str, Any]:
    """Rank correlations of the closed form with refits, over clusters, mean over the molecules asked of."""
    from pharmakon.chem.clusters import leader
    from pharmakon.explain.influence import LeaveClustersOut
    from pharmakon.learn.kernel_ridge import KernelRidge
    from pharmakon.predict.blend import Blend
    from pharmakon.predict.panel import load_model

    shipped = load_model(name).blend
    if not isinstance(shipped, Blend):
        return {}
    train, y, asked = _molecules(name, config)
    labels = leader(train.packed)
    most = min(CLUSTERS, int(labels.max()) + 1)
    say("fits the model")
    trees = name in WHOLE
    whole = _refitted(shipped, train, y, random_state=0, trees=trees)
    kernel = whole.kernel_
    gram, rows = kernel.own_gram(train), kernel.gram(asked)
    left_out = LeaveClustersOut(gram, y, labels=labels, alpha=kernel.alpha)
    answers = left_out.answers(rows)
    change = (left_out.without(rows) - answers[:, None])[:, :most]
    ridges, members, others = [], [], []
    base = whole.members(asked) if trees else kernel.members(asked)
    other = _refitted(shipped, train, y, random_state=1).members(asked) if trees else base
    for cluster in range(most):
        say(f"refits without cluster {cluster + 1} of {most}")
        rest = np.flatnonzero(labels != cluster)
        ridge = KernelRidge(alpha=kernel.alpha).fit(gram[np.ix_(rest, rest)], y[rest])
        ridges.append(ridge.predict(rows[:, rest]) - answers)
        some = train.take(rest)
        again = _refitted(shipped, some, y[rest], random_state=0, trees=trees)
        members.append((again.members(asked) if trees else again.kernel_.members(asked)) - base)
        if trees:
            others.append(_refitted(shipped, some, y[rest], random_state=1).members(asked) - other)
    weights = whole.weights_
    on_kernel = np.isin(whole.names_, ("ridge", "support"))
    moved, refitted = np.array(ridges).T, np.array(members)
    columns = on_kernel if trees else slice(None)
    found = {
        "ridge error": _one(float(np.abs(moved - change).max()), change.size),
        "ridge": _ranked(change, moved),
        "kernel": _ranked(change, (refitted[:, :, columns] @ weights[on_kernel]).T),
    }
    if trees:
        model, twin = (refitted @ weights).T, (np.array(others) @ weights).T
        found |= {"model": _ranked(change, model), "model, two seeds": _ranked(model, twin)}
    return found


def _molecules(name: str, config: BenchmarkConfig) -> tuple[Features, Floats, Features]:
    """Training molecules with values on the model's scale, and molecules held out."""
    from pharmakon.predict.curate import curate
    from pharmakon.predict.endpoints import endpoint
    from pharmakon.predict.features import Features
    from pharmakon.predict.scale import forward

    from .train import endpoint_rows

    facts = endpoint(name)
    source = facts.data
    clean = curate(
        endpoint_rows(facts),
        value=source.value,
        kind=facts.kind,
        positive=source.positive,
        minimum=source.minimum,
        maximum=source.maximum,
    )
    order = stream(config.seed, "passport", name).permutation(len(clean.smiles))[: config.limit or MOST]
    train = np.sort(order[ASKED:])
    values = forward(np.asarray(clean.y, np.float64)[train], facts.transform)
    taken = [Features.from_smiles([clean.smiles[i] for i in rows]) for rows in (train, order[:ASKED])]
    return taken[0], values, taken[1]


def _refitted(shipped: Blend, features: Features, y: Floats, *, random_state: int, trees: bool = True) -> Blend:
    """A model with another's settings and weights, but for its networks, which cannot be refitted here.

    Without `trees` only its kernel is fitted; the weights are still those of all.
    """
    from pharmakon.engine.threads import one_thread
    from pharmakon.predict.blend import Blend
    from pharmakon.predict.kernel import MultiViewKernel
    from pharmakon.predict.outputs import NETWORKS

    kernel = shipped.kernel_
    blend = Blend(kind=shipped.kind, random_state=random_state)
    kept = [i for i, name in enumerate(shipped.names_) if name not in NETWORKS]
    blend.names_ = tuple(shipped.names_[i] for i in kept)
    blend.weights_ = shipped.weights_[kept] / shipped.weights_[kept].sum()
    with one_thread():
        blend.kernel_ = MultiViewKernel(
            views=tuple(kernel.views_),
            descriptor_weight=kernel.descriptor_weight,
            alpha=kernel.alpha,
            support=kernel.support,
        ).fit(features, y)
        if trees:
            blend.grow(features, y, random_state=random_state)
            blend.grown_ = {name: tree for name, tree in blend.grown_.items() if name in blend.names_}
    return blend


def _ranked(one: NDArray[np.float64], other: NDArray[np.float64]) -> dict[str, Any]:
    """Mean of Spearman's correlations of rows, with the range of the middle half.

    A row in which nothing differs has no order and is left out: a member that is certain stays so whatever goes.
    """
    from scipy.stats import spearmanr

    told = (np.ptp(one, axis=1) > 0) & (np.ptp(other, axis=1) > 0)
    if not told.any():
        return {"value": 0.0, "low": None, "high": None, "n": 0}
    found = np.array([spearmanr(a, b).statistic for a, b in zip(one[told], other[told], strict=True)])
    low, high = np.quantile(found, [0.25, 0.75])
    return {
        "value": round(float(found.mean()), 4),
        "low": round(float(low), 4),
        "high": round(float(high), 4),
        "n": len(found),
    }


def _one(value: float, n: int) -> dict[str, Any]:
    return {"value": float(value), "low": None, "high": None, "n": n}


PASSPORTS = PassportsBenchmark()

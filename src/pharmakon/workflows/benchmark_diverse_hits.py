"""Diverse hits: how many different hits a search finds in 10,000 calls, rivals run beside it on the same proxies.

Protocol of Renz et al., J. Chem. Inf. Model. 2024, on activity proxies (random forests on public labels) made when the
benchmark runs: the published classifiers cannot be shipped, and counts on other classifiers are not comparable.
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pharmakon.core.errors import MissingExtra
from pharmakon.core.files import sha256, write_atomic
from pharmakon.core.random import stream
from pharmakon.store.catalogue import data_set
from pharmakon.store.places import path_of
from pharmakon.store.provenance import code_identity

from .benchmark import BenchmarkConfig, Learner, Say

if TYPE_CHECKING:
    from pharmakon.design.diverse_hits import Bounds, Counted
    from pharmakon.design.diversity import Packed
    from pharmakon.learn.bit_forest import BitForest

POOL = "zinc250k"
TASKS = {"gsk3b": ("excape_gsk3b", "gsk3"), "jnk3": ("excape_jnk3", "jnk3"), "drd2": ("excape_drd2", "activity")}
"""The data set of each proxy, and its column of labels."""
OURS = "pharmakon"
RIVALS = ("Graph GA", "LSTM hill climbing", "random ZINC")
METRIC = "diverse hits"
AUC = "proxy's cross-validated AUC"
FOLDS = 3
SCREENED = 200
"""Molecules of the pool that are read at a time."""
START = 100
"""Molecules of the pool that a genetic search starts from, and from which our search takes its first."""


class DiverseHits:
    """GSK3-beta, JNK3 and DRD2 by proxy; every search scores the same number of different molecules."""

    what = "how many different hits are found in 10,000 scorer calls"
    protocol = (
        "activity proxies (random forests on ECFP4 bits of public labels); hit: score at least 0.5; molecules outside "
        "the 99 % ranges of ZINC250k for weight and logP, or with more than 8 % of ECFP4 features that it lacks, are "
        "scored for nobody; different: Tanimoto distance of at least 0.7, in the order of the calls; the LSTM writes "
        "102,400 texts at most"
    )
    published = "none: Graph GA, LSTM hill climbing (extra deep) and random ZINC are run beside it"
    needs = data_set(POOL).file().path
    repeats = 3

    def tasks(self) -> Sequence[str]:
        return list(TASKS)

    def files(self, task: str, root: Path) -> list[Path]:
        return [path_of(POOL), path_of(TASKS[task][0])]

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        work = _work(config)
        proxy = _proxy(task, work, say)
        bounds, pool = _bounds(work, say), _pool()
        runs: dict[str, list[dict[str, Any]]] = {}
        left_out: dict[str, str] = {}
        for who in (OURS, *RIVALS):
            for seed in range(config.seed, config.seed + (config.repeats or self.repeats)):
                try:
                    found = _one(who, task, proxy, bounds, pool, calls=config.paid, seed=seed, work=work, say=say)
                except MissingExtra as error:
                    left_out[who] = str(error)
                    break
                runs.setdefault(who, []).append(found)
        ours = [run["diverse_hits"] for run in runs[OURS]]
        anchors = {who: _mean(runs[who], "diverse_hits") for who in RIVALS if who in runs}
        return {
            "scores": {
                METRIC: {
                    "value": _mean(runs[OURS], "diverse_hits"),
                    "low": min(ours) if len(ours) > 1 else None,
                    "high": max(ours) if len(ours) > 1 else None,
                    "n": len(ours),
                },
                AUC: {"value": proxy.auc, "low": None, "high": None, "n": proxy.rows},
            },
            "anchors": {METRIC: anchors},
            "runs": runs,
            **({"left_out": left_out} if left_out else {}),
        }

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """On how many proxies ours found more than each rival; they ran beside it, on a slice too."""
        out: dict[str, Any] = {"proxies": len(results)}
        for who in RIVALS:
            pairs = [
                (r["scores"][METRIC]["value"], r["anchors"][METRIC][who])
                for r in results.values()
                if who in r["anchors"][METRIC]
            ]
            if pairs:
                out[f"more than {who}"] = f"{sum(a > b for a, b in pairs)} of {len(pairs)}"
        return out


DIVERSE_HITS = DiverseHits()


# ---------------------------------------------------------------- what is made once, and kept


@dataclass(frozen=True, slots=True)
class Proxy:
    """A classifier of one target's public labels, the bits of its active molecules, and how well it ranks others."""

    forest: BitForest
    actives: Packed
    auc: float
    rows: int


def _work(config: BenchmarkConfig) -> Path:
    """Where proxies, the language model and finished runs are kept: they are of one code and its inputs."""
    folder = config.workplace / code_identity()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _kept(path: Path) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    with np.load(path) as arrays:
        return {name: arrays[name] for name in arrays.files}


def _keep(path: Path, arrays: Mapping[str, Any]) -> dict[str, Any]:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    write_atomic(path, buffer.getvalue())
    return dict(arrays)


def _proxy(task: str, work: Path, say: Say) -> Proxy:
    from pharmakon.learn.bit_forest import BitForest

    name, column = TASKS[task]
    path = work / f"proxy-{task}-{sha256(path_of(name))[:12]}.npz"
    arrays = _kept(path) or _keep(path, _trained(name, column, say))
    actives, auc, rows = arrays.pop("actives"), arrays.pop("auc"), arrays.pop("rows")
    return Proxy(BitForest.from_arrays(arrays), actives, round(float(auc), 4), int(rows))


def _trained(name: str, column: str, say: Say) -> dict[str, Any]:
    from pharmakon.chem.fingerprints import bits
    from pharmakon.chem.parse import parse
    from pharmakon.learn.bit_forest import BitForest
    from pharmakon.learn.metrics import auroc
    from pharmakon.store.tables import open_table

    say("making the proxy")
    found: dict[bytes, list[float]] = {}
    structure = data_set(name).structure
    for row in open_table(path_of(name), smiles=structure).rows():
        mol = parse(row.structure).mol
        if mol is not None:
            found.setdefault(bits([mol]).tobytes(), []).append(float(row.fields[column]))
    # Molecules of equal bits are one row, or they would stand on both sides of the cross-validation.
    packed = np.array([np.frombuffer(key, np.uint8) for key in found])
    y = np.array([max(values) for values in found.values()])
    fold = stream(0, "folds").permutation(len(y)) % FOLDS
    judged = np.empty(len(y))
    for one in range(FOLDS):
        say(f"making the proxy, fold {one + 1} of {FOLDS}")
        rest = fold != one
        judged[~rest] = BitForest().fit(packed[rest], y[rest]).predict_proba(packed[~rest])
    forest = BitForest().fit(packed, y)
    return {
        **forest.to_arrays(),
        "actives": packed[y > 0.5],
        "auc": np.array(auroc(y, judged)),
        "rows": np.array(len(y)),
    }


def _pool() -> list[str]:
    from pharmakon.design.pmo import pool

    return pool()


def _bounds(work: Path, say: Say) -> Bounds:
    from pharmakon.design.diverse_hits import Bounds

    path = work / f"bounds-{sha256(path_of(POOL))[:12]}.npz"
    arrays = _kept(path)
    if arrays is None:
        say("reading the pool")
        arrays = _keep(path, Bounds.of(_pool()).to_arrays())
    return Bounds.from_arrays(arrays)


def _prior(pool: Sequence[str], work: Path, say: Say) -> dict[str, Any]:
    """The weights of the LSTM that has learnt the pool, without stereo as all that is scored."""
    from rdkit import Chem

    from pharmakon.core.lazy import require
    from pharmakon.design.graph import flat
    from pharmakon.design.hill_climbing_training import HillClimbing, train

    path = work / f"lstm-{sha256(path_of(POOL))[:12]}.npz"
    kept = _kept(path)
    if kept is None:
        require("torch", extra="deep", needed_for=RIVALS[1])
        say("reading the pool for the LSTM")
        flattened = [Chem.MolToSmiles(mol) for text in pool if (mol := flat(text)) is not None]

        def advance(done: int, total: int, note: str) -> None:
            say(f"LSTM, step {done} of {total}, {note}")

        kept = _keep(path, train(flattened, HillClimbing(), progress=advance))
    return kept


# ---------------------------------------------------------------- one search


def _one(
    who: str,
    task: str,
    proxy: Proxy,
    bounds: Bounds,
    pool: Sequence[str],
    *,
    calls: int,
    seed: int,
    work: Path,
    say: Say,
) -> dict[str, Any]:
    """A finished search, from the work folder where it is there."""
    from pharmakon.design.diverse_hits import Counted, Spent, outcome

    path = work / f"{task}-{who.replace(' ', '-')}-{seed}-{calls}.json"
    if path.is_file():
        return dict(json.loads(path.read_text(encoding="utf-8")))

    def advance(done: int, total: int, note: str) -> None:
        say(f"{who}, seed {seed}, call {done:,} of {total:,}, {note}")

    rows = stream(seed, "pool").permutation(len(pool))
    mine = [pool[int(i)] for i in rows]
    oracle = Counted(proxy.forest.predict_proba, bounds, calls=calls, progress=advance)
    extra = {"arrays": _prior(pool, work, say)} if who == RIVALS[1] else {}
    used = time.process_time()
    with suppress(Spent):
        SEARCHES[who](oracle, bounds, mine, seed=seed, journal=path.with_suffix(".jsonl"), **extra)
    found = outcome(oracle.scores, actives=proxy.actives)
    found |= {"seed": seed, "core_seconds": round(time.process_time() - used, 1)}
    write_atomic(path, json.dumps(found) + "\n")
    return found


def _ours(oracle: Counted, bounds: Bounds, pool: Sequence[str], *, seed: int, journal: Path) -> None:
    from pharmakon.design.hits import HitSearch, HitSettings
    from pharmakon.design.lineage import Evaluation
    from pharmakon.store.runs import Journal

    def evaluate(smiles: Sequence[str]) -> list[Evaluation]:
        return [Evaluation(value) for value in oracle(smiles)]

    with Journal(journal) as kept:
        for entry in kept.read():  # of a run that was killed: what it had scored
            oracle([molecule["smiles"] for molecule in entry["molecules"]])
        settings = HitSettings(calls=oracle.calls, seed=seed)
        start = _first(pool, bounds)
        HitSearch(evaluate, settings, start=start, pool=pool, prefilter=bounds, journal=kept).run()


def _graph_ga(oracle: Counted, bounds: Bounds, pool: Sequence[str], *, seed: int, journal: Path) -> None:
    from pharmakon.design.graph_ga import GraphGa

    GraphGa().run(oracle.filtered, _first(pool, bounds), allowed=bounds, seed=seed)


def _lstm(
    oracle: Counted, bounds: Bounds, pool: Sequence[str], *, seed: int, journal: Path, arrays: Mapping[str, Any]
) -> None:
    from pharmakon.design.hill_climbing_training import HillClimbing, climb

    climb(arrays, oracle.filtered, HillClimbing(), seed=seed)


def _random(oracle: Counted, bounds: Bounds, pool: Sequence[str], *, seed: int, journal: Path) -> None:
    for begin in range(0, len(pool), SCREENED):
        oracle(pool[begin : begin + SCREENED])


def _first(pool: Sequence[str], bounds: Bounds) -> list[str]:
    """The first molecules of the pool that are inside the bounds."""
    from rdkit import Chem

    return list(islice((smiles for smiles in pool if bounds(Chem.MolFromSmiles(smiles))), START))


SEARCHES: dict[str, Any] = dict(zip((OURS, *RIVALS), (_ours, _graph_ga, _lstm, _random), strict=True))


def _mean(runs: Sequence[Mapping[str, Any]], name: str) -> float:
    return round(float(np.mean([run[name] for run in runs])), 1)

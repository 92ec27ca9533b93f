"""GuacaMol: the 20 goal-directed tasks of its second version, and its score of a run.

Brown et al., J. Chem. Inf. Model. 2019, 59, 1096; definitions as coded in its package 0.5.5. Calls are not limited
there, and the data set may be scored first; here both are counted. Nothing is tuned for a task.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from functools import cache
from pathlib import Path
from typing import Any

from rdkit import Chem, rdBase

from pharmakon.chem.scheduled import is_scheduled
from pharmakon.core.errors import UnknownName
from pharmakon.core.types import Progress, silent
from pharmakon.design import pmo
from pharmakon.design.collection import ARIPIPRAZOLE
from pharmakon.design.pmo import Score
from pharmakon.design.settings import Settings

CALLS = 20_000
"""Molecules that the search may score, besides the pool."""
SETTINGS: dict[str, Any] = {"initial": 500, "batch": 100, "proposals": 6, "similarity": 1.0}
"""Calls are many and cheap: large batches, few proposals for each, and look-alikes welcome, since the best hundred
count and not the best."""
ISLANDS = 4
"""Searches of their own before one goes on from the best of all: where one is caught, another may not be."""
MEAN = (1, 10, 100)
TASKS: dict[str, tuple[int, ...]] = {
    "celecoxib_rediscovery": (1,),
    "troglitazone_rediscovery": (1,),
    "thiothixene_rediscovery": (1,),
    "aripiprazole_similarity": MEAN,
    "albuterol_similarity": MEAN,
    "mestranol_similarity": MEAN,
    "isomers_c11h24": (159,),
    "isomers_c9h10n2o2pf2cl": (250,),
    "median1": MEAN,
    "median2": MEAN,
    "osimertinib_mpo": MEAN,
    "fexofenadine_mpo": MEAN,
    "ranolazine_mpo": MEAN,
    "perindopril_mpo": MEAN,
    "amlodipine_mpo": MEAN,
    "sitagliptin_mpo": MEAN,
    "zaleplon_mpo": MEAN,
    "valsartan_smarts": MEAN,
    "deco_hop": MEAN,
    "scaffold_hop": MEAN,
}
"""Of how many of the best the means are taken; the score is the mean of these means."""
STARTS = {"ranolazine_mpo": (pmo.RANOLAZINE,)}
"""Molecules that GuacaMol hands out with the task."""
_MORE: dict[str, Callable[[], Score]] = {  # the others are PMO's too
    "aripiprazole_similarity": lambda: pmo.similarity(ARIPIPRAZOLE, "ECFP4", pmo.clipped(0.75)),
    "isomers_c11h24": lambda: pmo.isomer("C11H24"),
}


@cache
def oracle(task: str) -> Score:
    """The score of a molecule in a task, 0 to 1."""
    if task not in TASKS:
        raise UnknownName("GuacaMol task", task, TASKS)
    return _MORE[task]() if task in _MORE else pmo.oracle(task)


def means(scores: Iterable[float], tops: Sequence[int]) -> dict[str, float]:
    """The mean of the best so many scores, for each of `tops`; scores that are missing count as 0."""
    best = heapq.nlargest(max(tops), scores)
    return {f"top{top}": sum(best[:top]) / top for top in tops}


def screened(
    task: str, pool: Sequence[str], *, best: int, progress: Progress = silent
) -> tuple[list[tuple[str, float]], int]:
    """The best of a pool with their scores, best first, and how many were scored: scheduled chemicals are not."""
    score = oracle(task)
    found: dict[str, float] = {}
    with rdBase.BlockLogs():
        for done, smiles in enumerate((*STARTS.get(task, ()), *pool), start=1):
            mol = Chem.MolFromSmiles(smiles)
            if not is_scheduled(mol):
                found[Chem.MolToSmiles(mol)] = score(mol)
            if done % 1000 == 0:
                progress(done, len(pool), "scoring the pool")
    return heapq.nsmallest(best, found.items(), key=lambda pair: (-pair[1], pair[0])), len(found)


def run_task(
    task: str,
    best: Sequence[tuple[str, float]],
    *,
    calls: int = CALLS,
    seed: int = 0,
    settings: Mapping[str, Any] | None = None,
    journals: Path | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Score at most `calls` molecules besides the `best` of a pool, whose scores are known.

    `settings` win over SETTINGS. Half of the calls are those of islands, each with its share of the pool and a seed of
    its own; the other half go on from the best of all. A score that cannot rise ends the run. With `journals`, a path
    to which names are added, a run that was stopped goes on.
    """
    from pharmakon.design.lineage import Evaluation
    from pharmakon.design.optimise import Optimiser
    from pharmakon.store.runs import Journal

    score, known, given = oracle(task), dict(best), SETTINGS | dict(settings or {})
    began, used = time.perf_counter(), time.process_time()

    def evaluate(smiles: Sequence[str]) -> list[Evaluation]:
        with rdBase.BlockLogs():
            return [Evaluation(known[s] if s in known else score(Chem.MolFromSmiles(s))) for s in smiles]

    def perfect() -> bool:
        return means(known.values(), TASKS[task])[f"top{max(TASKS[task])}"] >= 1 - 1e-9

    def search(name: str, start: Sequence[str], share: int, number: int) -> list[tuple[str, float]]:
        """Best first. The start costs nothing: its scores are known."""
        own = given | {"initial": max(len(start), 2), "calls": share + len(start), "seed": seed + number * 1000}
        with Journal(f"{journals}-{name}.jsonl") if journals is not None else nullcontext() as journal:
            archive = Optimiser(
                evaluate,
                Settings(**own),
                start=start,
                journal=journal,
                progress=lambda done, total, note: progress(done, total, f"{name}, {note}"),
            ).run()
        found = [(record.smiles, record.score) for record in archive.ranked()]
        known.update(found)
        return found

    start = given["initial"]
    shares = [[smiles for smiles, _ in best[i::ISLANDS][:start]] for i in range(ISLANDS)]
    islands: list[list[tuple[str, float]]] = []
    for i, share in enumerate(shares):
        if not perfect():
            islands.append(search(f"island{i}", share, calls // (2 * ISLANDS), i))
    if not perfect():
        chosen = dict.fromkeys(smiles for island in islands for smiles, _ in island[: start // ISLANDS])
        search("all", list(chosen), calls - ISLANDS * (calls // (2 * ISLANDS)), ISLANDS)
    found = means(known.values(), TASKS[task])
    return {
        "task": task,
        "seed": seed,
        "score": sum(found.values()) / len(found),
        **found,
        "calls": len(known) - len(best),
        "seconds": time.perf_counter() - began,
        "core_seconds": time.process_time() - used,
        "best": min(known, key=lambda smiles: (-known[smiles], smiles)),
    }

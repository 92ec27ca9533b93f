"""GuacaMol: the 20 goal-directed tasks of its second version, and its score of a run.

Brown et al., J. Chem. Inf. Model. 2019, 59, 1096; definitions as coded in its package 0.5.5. Calls are not limited
there, and the data set may be scored first; here both are counted. Nothing is tuned for a task.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterable, Sequence
from functools import cache
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
                found[smiles] = score(mol)
            if done % 1000 == 0:
                progress(done, len(pool), "scoring the pool")
    return heapq.nsmallest(best, found.items(), key=lambda pair: (-pair[1], pair[0])), len(found)


def run_task(
    task: str,
    best: Sequence[tuple[str, float]],
    *,
    settings: Settings,
    journal: Any = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """A search from the `best` of a pool, with their scores; these are calls of the search, but scored only once."""
    from pharmakon.design.lineage import Evaluation
    from pharmakon.design.optimise import Optimiser

    score, known, tops = oracle(task), dict(best), TASKS[task]
    began, used = time.perf_counter(), time.process_time()

    def evaluate(smiles: Sequence[str]) -> list[Evaluation]:
        with rdBase.BlockLogs():
            return [Evaluation(known[s] if s in known else score(Chem.MolFromSmiles(s))) for s in smiles]

    archive = Optimiser(
        evaluate, settings, start=[smiles for smiles, _ in best], journal=journal, progress=progress
    ).run()
    found = means((r.score for r in archive), tops)
    return {
        "task": task,
        "seed": settings.seed,
        "score": sum(found.values()) / len(found),
        **found,
        "calls": len(archive),
        "new": sum(r.smiles not in known for r in archive),
        "seconds": time.perf_counter() - began,
        "core_seconds": time.process_time() - used,
        "best": archive.ranked()[0].smiles,
    }

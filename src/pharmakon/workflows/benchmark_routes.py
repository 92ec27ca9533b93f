"""How often a route is found, and what asking costs: molecules put together from the stock, approved drugs, ZINC.

The assembled molecules are made by the same reactions, run forwards from random blocks, so they say how much the
search misses and nothing of the chemistry that the table lacks; the drugs and ZINC are for that, whose right share
nobody knows.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from numpy.random import Generator

from pharmakon.chem.forwards import Bench
from pharmakon.chem.parse import to_mol
from pharmakon.chem.reactions import read
from pharmakon.chem.routes import RouteFinder
from pharmakon.chem.scheduled import is_scheduled
from pharmakon.chem.stock import Stock
from pharmakon.core.random import stream
from pharmakon.store.catalogue import data_set
from pharmakon.store.places import path_of

from .benchmark import BenchmarkConfig, Learner, Say
from .benchmark_coverage import wilson
from .stock import load_stock

STOCK = "wuxi_building_blocks"
ASSEMBLED = "assembled"
SETS = {"approved drugs": "sweetlead", "zinc": "zinc250k"}
MOLECULES = {ASSEMBLED: 500, "approved drugs": 300, "zinc": 200}
STEPS = 3
HEAVY = (15, 45)
"""Heavy atoms of a molecule that is asked about."""
_PARTNERS = 2_000
"""Blocks that take part in assembling, drawn by seed."""


class Routes:
    """Share with a route of up to three reactions, and milliseconds a molecule."""

    what = "share of molecules with a route of up to three named reactions from 15,484 building blocks, and its cost"
    protocol = (
        "WuXi's building blocks; 500 molecules assembled from them by one to three reactions, 300 approved drugs, 200 "
        "molecules of ZINC250k, 15 to 45 heavy atoms, drawn by seed; 100 molecules taken apart for a route at most"
    )
    published = "none: no one list of blocks is everybody's"
    needs = data_set(STOCK).file().path
    repeats = 1

    def tasks(self) -> Sequence[str]:
        return list(MOLECULES)

    def files(self, task: str, root: Path) -> list[Path]:
        return [path_of(STOCK), *([path_of(SETS[task])] if task in SETS else [])]

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        say("reading the stock")
        stock = _stock(path_of(STOCK))
        n = min(config.limit or MOLECULES[task], MOLECULES[task])
        random = stream(config.seed, "routes", task)
        asked = assembled(stock, n, random) if task == ASSEMBLED else _drawn(path_of(SETS[task]), n, random)
        finder = RouteFinder(stock, steps=STEPS)
        seconds, lengths, by_steps = [], Counter[str](), defaultdict[int, list[bool]](list)
        for done, (smiles, steps) in enumerate(asked):
            started = time.process_time()
            route = finder.find(to_mol(smiles))
            seconds.append(time.process_time() - started)
            lengths["none" if route is None else str(len(route.steps))] += 1
            by_steps[steps].append(route is not None)
            if done % 20 == 0:
                say(f"{done} of {len(asked)} molecules")
        scores = {"found": share([hit for hits in by_steps.values() for hit in hits])}
        if task == ASSEMBLED:
            scores |= {f"found, of {steps} reactions": share(hits) for steps, hits in sorted(by_steps.items())}
        cost = {"value": round(1000 * sum(seconds) / len(seconds), 1), "low": None, "high": None, "n": len(seconds)}
        slowest = round(1000 * max(seconds), 1)
        return {
            "scores": scores | {"ms a molecule": cost},
            "anchors": {},
            "reactions of the route": dict(sorted(lengths.items())),
            "slowest ms": slowest,
        }

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """The shares side by side."""
        return {task: found["scores"]["found"]["value"] for task, found in results.items()}


ROUTES = Routes()


def share(hits: Sequence[bool]) -> dict[str, Any]:
    """The share that was found, with Wilson's interval."""
    value = sum(hits) / len(hits)
    low, high = wilson(value, len(hits))
    return {"value": round(value, 4), "low": low, "high": high, "n": len(hits)}


def assembled(stock: Stock, n: int, random: Generator) -> list[tuple[str, int]]:
    """Molecules put together from random blocks, as many by one reaction as by two or three, and how many it were."""
    blocks = [smiles for smiles, _ in stock]
    some = [blocks[i] for i in sorted(random.choice(len(blocks), min(_PARTNERS, len(blocks)), replace=False))]
    bench, wanted = Bench(some, steps=STEPS), Counter(1 + i % STEPS for i in range(n))
    made: dict[str, int] = {}
    while len(made) < n:
        steps = bench.draw(random)
        smiles = steps[-1].product if steps else ""
        if wanted[len(steps)] and HEAVY[0] <= _heavy(smiles) <= HEAVY[1] and smiles not in stock and smiles not in made:
            made[smiles] = len(steps)
            wanted[len(steps)] -= 1
    return list(made.items())


def _drawn(path: Path, n: int, random: Generator) -> list[tuple[str, int]]:
    """Molecules of a table, by seed."""
    from pharmakon.chem.standardize import standardize
    from pharmakon.store.tables import open_table

    rows = [row.structure for row in open_table(path).rows() if not row.problem]
    out: dict[str, int] = {}
    for i in random.permutation(len(rows)):
        smiles = standardize(rows[i]).smiles
        if smiles and HEAVY[0] <= _heavy(smiles) <= HEAVY[1] and not is_scheduled(to_mol(smiles)):
            out.setdefault(smiles, 0)
        if len(out) == n:
            break
    return list(out.items())


def _heavy(smiles: str) -> int:
    mol = read(smiles)
    return mol.GetNumHeavyAtoms() if mol is not None else 0


@lru_cache(maxsize=1)
def _stock(path: Path) -> Stock:
    return load_stock(path)

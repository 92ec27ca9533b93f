"""Train networks for `pharmakon benchmark tdc --network` and `expansionrx --network`: they meet no test molecule.

    PHARMAKON_DATA=... python recipes/benchmark_network.py

They learn what the shipped networks learn, but TDC's 22 tasks from their train_val files alone and
ExpansionRx without the benchmark's hold-out; and every molecule with the ECFP4 bits of any test molecule of either is
taken out of every task. Written to build/benchmark-network; forty minutes on two cores.
"""

from __future__ import annotations

import csv
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import screen
from graph import Graphs, pair, train_all
from screen import HELPERS, Pool

from pharmakon.chem.clusters import leader
from pharmakon.chem.fingerprints import bits
from pharmakon.chem.standardize import standardize
from pharmakon.learn.splits import group_folds
from pharmakon.predict.curate import TrainingSet, curate
from pharmakon.predict.endpoints import endpoints
from pharmakon.predict.lending import Lender
from pharmakon.predict.scale import forward
from pharmakon.store.places import path_of
from pharmakon.store.tables import open_table
from pharmakon.workflows.benchmark import anchors
from pharmakon.workflows.benchmark_expansionrx import ENDPOINTS as PROGRAMME
from pharmakon.workflows.benchmark_expansionrx import FILE, N_FOLDS, SET

BUILD = Path(__file__).parents[1] / "build" / "benchmark-network"
SPLIT = "scaffold"


def others() -> list[str]:
    """The endpoints that are neither TDC's group nor the drug programme's, and the helpers."""
    group = {f"tdc_{task}" for task in anchors()["tdc"]}
    mine = [n for n, e in endpoints().items() if not group & {*e.data.sets} and not e.data.sets[0].startswith(SET)]
    return [*mine, *HELPERS]


def read(name: str) -> TrainingSet:
    """The clean measurements of one task."""
    if name.startswith("tdc_") and name.removeprefix("tdc_") in anchors()["tdc"]:
        table = open_table(path_of(name, "train_val"), smiles="Drug", id="Drug_ID")
        metric = anchors()["tdc"][name.removeprefix("tdc_")]["metric"]
        return curate(table.rows(), value="Y", kind="classification" if metric in ("auroc", "auprc") else "regression")
    if name.startswith("expansionrx_"):
        table = open_table(path_of(SET, FILE), smiles="SMILES")
        return curate(table.rows(), value=name.removeprefix("expansionrx_"), kind="regression")
    return screen.read(name)


def values(name: str, one: TrainingSet) -> np.ndarray:
    """On the scale that the benchmark learns."""
    y = np.asarray(one.y)
    if name.startswith("tdc_"):
        facts = anchors()["tdc"][name.removeprefix("tdc_")]
        return forward(y / (100.0 if facts.get("percent") else 1.0), facts.get("transform", "none"))
    if name.startswith("expansionrx_"):
        return y if name.endswith("LogD") else np.log10(np.maximum(y, 0.0) + 1.0)
    return screen.scaled(name, one)


def withheld() -> set[bytes]:
    """The fingerprints of all test molecules of TDC, and of the hold-out of ExpansionRx (seed 0)."""
    tests = []
    for task in anchors()["tdc"]:
        with path_of(f"tdc_{task}", "test").open(encoding="utf-8", newline="") as file:
            tests += [row["Drug"] for row in csv.DictReader(file)]
    with path_of(SET, FILE).open(encoding="utf-8", newline="") as file:
        programme = bits([standardize(row["SMILES"]).mol for row in csv.DictReader(file)])
    held = group_folds(leader(programme, random_state=0), n_folds=N_FOLDS, random_state=0) == 0
    packed = np.concatenate([bits([standardize(text).mol for text in dict.fromkeys(tests)]), programme[held]])
    return {row.tobytes() for row in packed}


def main() -> None:
    """Train and write."""
    BUILD.mkdir(parents=True, exist_ok=True)
    names = [*(f"tdc_{task}" for task in anchors()["tdc"]), *(f"expansionrx_{task}" for task in PROGRAMME), *others()]
    with ProcessPoolExecutor() as workers:
        sets = dict(zip(names, workers.map(read, names), strict=True))
    pool = Pool(sets, BUILD, values=values)
    hidden = withheld()
    kept = np.array([row.tobytes() not in hidden for row in pool.packed])
    pool.y[~kept] = np.nan
    print(f"{kept.sum():,} of {len(kept):,} molecules are no test molecule", flush=True)
    fast = pool.out_of_fold(SPLIT, known=kept)
    network = pool.train(np.flatnonzero(kept), "all but the tests")
    graphs = Graphs(pool, BUILD, known=kept)
    train_all(graphs, [SPLIT])
    value = pair(graphs, fast, SPLIT)
    Lender.save(BUILD, [network, graphs.network], pool.smiles, {SPLIT: pool.folds[SPLIT]}, {SPLIT: value})


if __name__ == "__main__":
    main()

"""Train the network of protein targets: potencies for everything in ChEMBL's table that passes the bar.

    PHARMAKON_DATA=... python recipes/targets.py

Needs the extra `deep`. A target has at least 100 molecules in MoleculeACE's sets or DeepChem's ChEMBL table (the larger
is taken). All are learnt together, judged like the endpoints (recipes/screen.py), and a target is shipped only when its
out-of-fold predictions on the scaffold split pass `BAR`. Names are those of ChEMBL 28 (recipes/targets.tsv). What is
done is kept in build/targets; fifteen minutes on two cores.
"""

from __future__ import annotations

import csv
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from screen import Pool, judge, screen_of, ship

from pharmakon.predict.curate import TrainingSet, curate
from pharmakon.predict.endpoints import Endpoint, Source
from pharmakon.predict.network_training import Recipe
from pharmakon.predict.screen import TARGETS
from pharmakon.store.catalogue import catalogue, data_set
from pharmakon.store.places import path_of
from pharmakon.store.tables import Row, open_table

BUILD = Path(__file__).parents[1] / "build" / TARGETS
SHIPPED = Path(__file__).parents[1] / "src" / "pharmakon" / "models" / TARGETS
NAMES = Path(__file__).with_suffix(".tsv")
TABLE = "moleculenet_chembl_5thresh"
CLIFFS = "moleculeace_"
POTENCY = "y [pEC50/pKi]"
ELSEWHERE = {"CHEMBL203", "CHEMBL240"}
"""EGFR and hERG: endpoints of the panel."""
LEAST = 100
BAR = {"r2": 0.3, "spearman": 0.5}
"""What the scaffold split must reach, besides an RMSE below that of the nearest measured molecule's value."""
ACTIVE = 7.0
RECIPE = Recipe(epochs=20)


def names() -> dict[str, str]:
    """ChEMBL id -> preferred name with the UniProt accession, which tells species apart."""
    with NAMES.open(encoding="utf-8", newline="") as file:
        found: dict[str, list[dict[str, str]]] = {}
        for row in csv.DictReader(file, delimiter="\t"):
            found.setdefault(row["chembl"], []).append(row)
    return {
        chembl: f"{rows[0]['name']} ({', '.join(row['uniprot'] for row in rows[:3])})" for chembl, rows in found.items()
    }


def cliffs() -> dict[str, str]:
    """ChEMBL id -> the set of MoleculeACE."""
    return {
        name.removeprefix(CLIFFS).partition("_")[0]: name for name in catalogue() if name.startswith(CLIFFS + "CHEMBL")
    }


def table_rows() -> dict[str, list[Row]]:
    """The rows of ChEMBL's table that have a value, by target."""
    found: dict[str, list[Row]] = {}
    for row in open_table(path_of(TABLE), smiles="smiles").rows():
        for target, value in row.fields.items():
            if value and target.startswith("CHEMBL"):
                found.setdefault(target, []).append(
                    Row(row.number, row.id, row.structure, {target: value}, row.problem)
                )
    return found


def facts_of(chembl: str, title: str, part: str, value: str) -> Endpoint:
    """What is known of a target before anything is learnt."""
    origin = data_set(part)
    kind = part.rpartition("_")[2] if part.startswith(CLIFFS) else ""
    how = f"p{kind}" if kind else "pChEMBL: pIC50, pKi, pKd or pEC50, whichever was reported"
    return Endpoint(
        name=chembl.lower(),
        title=title,
        group=TARGETS,
        what=f"Potency at {title}, ChEMBL target {chembl} ({how}).",
        unit=f"p{kind}" if kind else "pChEMBL",
        kind="regression",
        low=2.0,
        high=13.0,
        better="high",
        threshold=ACTIVE,
        meaning="potent: 100 nM or better",
        data=Source(
            sets=(part,),
            structure="smiles",
            value=value,
            licence=origin.licence,
            citation=origin.citation,
            limits=(
                "assays of many laboratories, and mostly of molecules made for this target",
                "shipped because its scaffold split passed a bar: the scores of that split are a little flattered",
                *(() if kind else ("kinds of potency are mixed",)),
            ),
        ),
    )


def read() -> tuple[dict[str, Endpoint], dict[str, TrainingSet]]:
    """Each target's facts and clean measurements."""
    table, ace, named = table_rows(), cliffs(), names()
    facts: dict[str, Endpoint] = {}
    sets: dict[str, TrainingSet] = {}
    for chembl in sorted({*table, *ace} - ELSEWHERE, key=lambda text: (len(text), text)):
        if chembl in ace:
            title = named.get(chembl) or data_set(ace[chembl]).title.partition(",")[0]
            one = facts_of(chembl, title, ace[chembl], POTENCY)
            clean = curate(open_table(path_of(ace[chembl]), smiles="smiles").rows(), value=POTENCY, kind="regression")
        elif len(table[chembl]) < LEAST:
            continue
        else:
            one = facts_of(chembl, named.get(chembl, f"ChEMBL target {chembl}"), TABLE, chembl)
            clean = curate(table[chembl], value=chembl, kind="regression")
        if len(clean.smiles) >= LEAST:
            facts[one.name], sets[one.name] = one, clean
    return facts, sets


def passes(card: dict[str, Any]) -> bool:
    """Whether a target's scaffold split reaches the bar."""
    model, nearest = (card["scores"]["scaffold"][who] for who in ("model", "nearest_neighbour"))
    return all(model[metric][0] >= least for metric, least in BAR.items()) and model["rmse"][0] < nearest["rmse"][0]


def main() -> None:
    """Train, judge and write."""
    started = time.time()
    BUILD.mkdir(parents=True, exist_ok=True)
    facts, sets = read()
    pool = Pool(sets, BUILD, values=lambda _, one: np.asarray(one.y), recipe=RECIPE)
    print(f"{len(pool.y):,} molecules, {len(facts)} targets, {time.time() - started:.0f} s", flush=True)
    predicted = {split: pool.out_of_fold(split) for split in pool.folds}
    network = pool.train(np.arange(len(pool.y)), "all molecules")
    members = {split: value[:, :, None] for split, value in predicted.items()}
    judged = {name: judge(pool, one, members) for name, one in facts.items()}
    shipped = {name: one for name, one in facts.items() if passes(judged[name][0])}
    print(f"{len(shipped)} of {len(facts)} targets pass {BAR} on the scaffold split", flush=True)
    ship(screen_of(pool, network, {name: judged[name] for name in shipped}, shipped), SHIPPED)
    print(f"{time.time() - started:.0f} s")


if __name__ == "__main__":
    sys.exit(main())

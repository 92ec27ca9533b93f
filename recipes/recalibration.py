"""What recalibration is worth: shipped models on other laboratories' molecules, by how many of these were used.

`PHARMAKON_DATA=... python recipes/recalibration.py` prints the table of docs/howto/recalibrate.md: means over 50 draws
of n molecules, each judged on all the others of the set.
"""

from __future__ import annotations

import csv
import gzip
import math
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from pharmakon.core.log import data_root
from pharmakon.core.random import stream
from pharmakon.predict.curate import curate
from pharmakon.predict.panel import load_model
from pharmakon.predict.recalibration import Measured, measure, recalibrate
from pharmakon.predict.uncertainty import Calibration
from pharmakon.store.tables import Row

SIZES = (20, 50, 100, 300)
DRAWS = 50


def molar(smiles: str, log_ug_per_ml: float) -> float:
    """log10(mol/L) of log10(µg/mL)."""
    from rdkit.Chem import Descriptors, MolFromSmiles

    return log_ug_per_ml - 3 - math.log10(Descriptors.MolWt(MolFromSmiles(smiles)))


SETS: dict[str, tuple[str, str, str, Callable[[str, float], float]]] = {
    "ExpansionRx logD": ("lipophilicity", "openadmet_expansionrx/train.csv", "SMILES LogD", lambda s, y: y),
    "Biogen solubility": (
        "solubility",
        "biogen_adme/ADME_public_set_3521.csv",
        "SMILES|LOG SOLUBILITY PH 6.8 (ug/mL)",
        molar,
    ),
    "Biogen human PPB": (
        "ppb",
        "biogen_adme/ADME_hPPB_train.csv",
        "smiles activity",
        lambda s, y: min(max(1 - 10**y / 100, 0), 1),
    ),
    "DILI gold standard": ("dili", "dili/DILI_Goldstandard_1111.csv", "smiles_r TOXICITY", lambda s, y: y),
}


def rows(path: Path, columns: str, convert: Callable[[str, float], float]) -> Iterator[Row]:
    """The set's molecules with values in the model's unit."""
    structure, value = columns.split("|") if "|" in columns else columns.split()
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=1):
            if row[value]:
                y = convert(row[structure], float(row[value]))
                yield Row(number, str(number), row[structure], {"y": f"{y:.6g}"})


def judged(calibration: Calibration, lab: Measured) -> tuple[float, float, float]:
    """Coverage, mean width (or number of classes) and mean error (for classes the Brier score), on its own scale."""
    got = calibration.answer(lab.members, lab.value, lab.similarity)
    if calibration.kind == "classification":
        hit, width = got.labels[np.arange(len(lab)), lab.y.astype(int)], got.labels.sum(axis=1)
        return float(hit.mean()), float(width.mean()), float(np.mean((got.value - lab.y) ** 2))
    hit, width = (got.low <= lab.y) & (lab.y <= got.high), got.high - got.low
    return float(hit.mean()), float(width.mean()), float(np.mean(np.abs(got.value - lab.y)))


def main() -> None:
    """Print the table."""
    root = data_root()
    if root is None:
        raise SystemExit("set PHARMAKON_DATA to the folder of public data sets")
    print("| laboratory | model | molecules used | 90 % coverage | one draw in ten below | width | error |")
    print("|---|---|---|---|---|---|---|")
    for name, (shipped, file, columns, convert) in SETS.items():
        model = load_model(shipped)
        clean = curate(rows(root / "admet" / file, columns, convert), value="y", kind=model.property.kind)
        lab = measure(model, clean.smiles, clean.y).lab
        hit, width, error = judged(model.calibration, lab)
        print(f"| {name} | `{shipped}` | none | {100 * hit:.1f} % | | {width:.2f} | {error:.3f} |", flush=True)
        for n in SIZES:
            found = []
            for draw in range(DRAWS):
                chosen = np.zeros(len(lab), dtype=bool)
                chosen[stream(draw, name).choice(len(lab), n, replace=False)] = True
                found.append(judged(recalibrate(model.calibration, lab.take(chosen))[0], lab.take(~chosen)))
            hit, width, error = np.mean(found, axis=0)
            poor = np.percentile([one[0] for one in found], 10)
            told = f"{100 * hit:.1f} % | {100 * poor:.1f} %"
            print(f"| | | {n} of {len(lab):,} | {told} | {width:.2f} | {error:.3f} |", flush=True)


if __name__ == "__main__":
    main()

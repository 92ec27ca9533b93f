"""Where approved drugs lie: 101 quantiles of each computed property, for the percentile beside a number.

    PHARMAKON_DATA=... python recipes/drug_reference.py

Writes src/pharmakon/chem/tables/drug_quantiles.csv from the approved small molecules of ChEMBL (CC BY-SA 3.0).
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np

from pharmakon.chem.properties import NAMED, named
from pharmakon.chem.standardize import standardize
from pharmakon.core.files import write_atomic
from pharmakon.store.places import path_of
from pharmakon.store.tables import open_table

TABLE = Path(__file__).parents[1] / "src" / "pharmakon" / "chem" / "tables" / "drug_quantiles.csv"
DRUGS = "chembl_approved_drugs"


def main() -> None:
    """Compute and write the table."""
    mols = [standardize(row.structure).mol for row in open_table(path_of(DRUGS), smiles="smiles").rows()]
    known = [mol for mol in mols if mol is not None]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["property", *(f"q{percent}" for percent in range(101))])
    for name in NAMED:
        value = named(known, name)
        quantiles = np.quantile(value[np.isfinite(value)], np.linspace(0, 1, 101))
        writer.writerow([name, *(f"{q:.5g}" for q in quantiles)])
    write_atomic(TABLE, out.getvalue())
    print(f"{len(known)} drugs: {TABLE}")


if __name__ == "__main__":
    main()

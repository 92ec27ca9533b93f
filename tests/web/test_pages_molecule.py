"""The molecule page: by structure and by name, its pictures and its files."""

from __future__ import annotations

import csv
import io
import re

HTML = {"accept": "text/html"}
HALOPERIDOL = "O=C(CCCN1CCC(O)(c2ccc(Cl)cc2)CC1)c1ccc(F)cc1"


def ask(workbench, path, **asked):
    return workbench.get(path, params=asked, headers=HTML)


def test_a_card_has_every_property_with_interval_verdict_and_percentile(workbench):
    page = ask(workbench, "/molecule", smiles=HALOPERIDOL).text
    for said in (
        "hERG block",
        "The interval of a number holds the truth nine times in ten",
        "Among drugs",
        "C21H23ClFNO2",
        'Hydrogen-bond donors</dt><dd class="num">1 ',
    ):
        assert said in page
    assert "style=" not in page and "<style" not in page
    assert re.findall("<figcaption>(CLI|Python|TOML)<", page) == ["CLI", "Python"]  # no command takes it as a file


def test_a_drug_is_found_by_its_name_and_a_short_smiles_stays_a_smiles(workbench):
    assert "Haloperidol</h1>" in ask(workbench, "/molecule", smiles=" HALOPERIDOL ").text
    assert "CHEMBL545" not in ask(workbench, "/molecule", smiles="CCO").text
    wrong = ask(workbench, "/molecule", smiles="no such drug")
    assert wrong.status_code == 200 and "This is no structure" in wrong.text


def test_an_international_name_is_found_and_a_near_miss_is_told(workbench):
    assert "Acetaminophen</h1>" in ask(workbench, "/molecule", smiles="paracetamol").text
    assert "did you mean &#39;paracetamol&#39;?" in ask(workbench, "/molecule", smiles="paracetmol").text


def test_a_medicine_without_a_structure_says_why_and_one_that_is_not_from_chembl_says_whose_it_is(workbench):
    antibody = ask(workbench, "/molecule", smiles="adalimumab").text
    assert "Adalimumab is an antibody, a protein" in antibody and "This is no structure" not in antibody
    assert "Phenobarbital</h1>" in ask(workbench, "/molecule", smiles="phenobarbitone").text
    assert "Structure: written for this package" in ask(workbench, "/molecule", smiles="vildagliptin").text


def test_files_of_a_card(workbench):
    table = workbench.get("/molecule/card.csv", params={"smiles": HALOPERIDOL})
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert {row["name"] for row in rows} > {"herg", "ames"} and all(row["structure"] for row in rows)
    assert workbench.get("/molecule/card.json", params={"smiles": HALOPERIDOL}).json()["smiles"]


def test_drawings_take_weights_and_nonsense_is_no_failure(workbench):
    plain = workbench.get("/depict.svg", params={"smiles": "CCO"}).text
    coloured = workbench.get("/depict.svg", params={"smiles": "CCO", "weights": "1,-0.5,0"}).text
    assert "#2368c4" in coloured and "#e6780f" in coloured and "#2368c4" not in plain
    assert workbench.get("/depict.svg", params={"smiles": "CCO", "weights": "..,-,9"}).status_code == 200
    assert workbench.get("/depict.svg", params={"smiles": "CCO", "weights": "<script>"}).status_code == 422
    assert workbench.get("/wheel.svg", params={"smiles": HALOPERIDOL}).text.count("<polygon") > 40
    assert workbench.get("/wheel.svg", params={"smiles": "xx"}).status_code == 200

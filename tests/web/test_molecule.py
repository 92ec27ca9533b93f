"""The molecule page: by structure and by name, what stands behind a number, its files, and what it refuses."""

from __future__ import annotations

import csv
import io

import pytest
from fastapi.testclient import TestClient

from pharmakon.web.app import create_app
from pharmakon.web.settings import ServeConfig

HTML = {"accept": "text/html"}
HALOPERIDOL = "O=C(CCCN1CCC(O)(c2ccc(Cl)cc2)CC1)c1ccc(F)cc1"


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    app = create_app(ServeConfig(data=tmp_path_factory.mktemp("data")))
    with TestClient(app, client=("127.0.0.1", 50000)) as made:
        yield made


def ask(client, path, **asked):
    return client.get(path, params=asked, headers=HTML)


def test_a_card_has_every_property_with_interval_verdict_and_percentile(client):
    page = ask(client, "/molecule", smiles=HALOPERIDOL).text
    for said in (
        "hERG block",
        "90 % interval",
        "Among drugs",
        "C21H23ClFNO2",
        'Hydrogen-bond donors</dt><dd class="num">1 ',
    ):
        assert said in page
    assert "style=" not in page and "<style" not in page


def test_a_drug_is_found_by_its_name_and_a_short_smiles_stays_a_smiles(client):
    assert "Haloperidol</h1>" in ask(client, "/molecule", smiles=" HALOPERIDOL ").text
    assert "CHEMBL545" not in ask(client, "/molecule", smiles="CCO").text
    wrong = ask(client, "/molecule", smiles="no such drug")
    assert wrong.status_code == 200 and "This is no structure" in wrong.text
    names = [one["name"] for one in client.get("/api/v1/drugs", params={"q": "halop"}).json()]
    assert names[0] == "haloperidol" or "haloperidol" in names


def test_why_colours_atoms_and_sums_to_the_score(client):
    page = ask(client, "/molecule/why", smiles=HALOPERIDOL, model="herg", part=True)
    assert page.status_code == 200 and "<html" not in page.text and "weights=" in page.text
    assert "together" in page.text
    whole = ask(client, "/molecule/why", smiles=HALOPERIDOL, model="herg").text
    assert "<html" in whole and "Back to the molecule" in whole


@pytest.mark.parametrize("model", ["../../../etc", "/etc", "nothing", "toxicity"])
def test_a_model_is_a_shipped_name_and_no_path(client, model):
    assert ask(client, "/molecule/why", smiles="CCO", model=model).status_code == 422
    assert ask(client, "/molecule/change", smiles="CCO", model=model).status_code == 422


def test_mutagenicity_has_both_calls(client):
    page = ask(client, "/molecule/mutagenicity", smiles="O=[N+]([O-])c1ccc(N)cc1").text
    assert "Statistical method" in page and "Expert rules" in page
    assert "positive" in page


def test_files_of_a_card(client):
    table = client.get("/molecule/card.csv", params={"smiles": HALOPERIDOL})
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert {row["name"] for row in rows} > {"herg", "ames"} and all(row["structure"] for row in rows)
    assert client.get("/molecule/card.json", params={"smiles": HALOPERIDOL}).json()["smiles"]


def test_drawings_take_weights_and_nonsense_is_no_failure(client):
    plain = client.get("/depict.svg", params={"smiles": "CCO"}).text
    coloured = client.get("/depict.svg", params={"smiles": "CCO", "weights": "1,-0.5,0"}).text
    assert "#2368c4" in coloured and "#e6780f" in coloured and "#2368c4" not in plain
    assert client.get("/depict.svg", params={"smiles": "CCO", "weights": "..,-,9"}).status_code == 200
    assert client.get("/depict.svg", params={"smiles": "CCO", "weights": "<script>"}).status_code == 422
    assert client.get("/wheel.svg", params={"smiles": HALOPERIDOL}).text.count("<polygon") > 40
    assert client.get("/wheel.svg", params={"smiles": "xx"}).status_code == 200


def test_a_conformer_has_hydrogens_and_depth(client):
    block = client.get("/molecule/conformer.sdf", params={"smiles": "CCO"}).text
    assert block.count(" H ") == 6
    assert client.get("/molecule/conformer.sdf", params={"smiles": "xx"}).status_code == 422

"""Drugs by name over the API, and what stands behind an estimate."""

from __future__ import annotations

import pytest

HALOPERIDOL = "O=C(CCCN1CCC(O)(c2ccc(Cl)cc2)CC1)c1ccc(F)cc1"


def test_drugs_that_begin_with_the_letters_come_first(workbench):
    names = [one["name"] for one in workbench.get("/api/v1/drugs", params={"q": " PERIDOL ", "limit": 100}).json()]
    assert "haloperidol" in names and all("peridol" in name for name in names)
    found = workbench.get("/api/v1/drugs", params={"q": "halo", "limit": 2}).json()
    assert len(found) == 2 and all(one["name"].startswith("halo") for one in found)
    assert found[0].keys() == {"name", "smiles", "chembl", "approved", "source"}
    assert found[0]["chembl"].startswith("CHEMBL") and found[0]["source"] == "ChEMBL"
    (other,) = workbench.get("/api/v1/drugs", params={"q": "dosulepin"}).json()
    assert other["chembl"] == "" and "B3DB" in other["source"]
    assert workbench.get("/api/v1/drugs").json() == []


def test_an_explanation_s_atoms_sum_to_its_score(workbench):
    told = workbench.post("/api/v1/molecules/explanation", json={"smiles": HALOPERIDOL, "model": "herg"}).json()
    assert told["low"] <= told["value"] <= told["high"] and len(told["atoms"]) == 26
    assert told["base"] + sum(told["atoms"]) == pytest.approx(told["score"])
    unreadable = workbench.post("/api/v1/molecules/explanation", json={"smiles": "c1cc", "model": "herg"})
    assert unreadable.status_code == 422 and "cannot be read" in unreadable.json()["detail"]


@pytest.mark.parametrize("what", ["explanation", "counterfactuals"])
def test_a_model_is_a_shipped_name_and_no_key_is_unknown(workbench, what):
    for asked in ({"model": "/etc"}, {"model": "herg", "models": []}, {"model": "herg", "profile": "slow"}):
        assert workbench.post(f"/api/v1/molecules/{what}", json={"smiles": "CCO"} | asked).status_code == 422


def test_a_change_brings_the_answer_to_the_side_that_is_wanted(workbench):
    asked = {"smiles": "Nc1ccccc1", "model": "ames"}
    told = workbench.post("/api/v1/molecules/counterfactuals", json=asked).json()
    assert told["found"] and all(one["after"]["value"] < 0.5 < told["before"]["value"] for one in told["found"])
    harmless = workbench.post("/api/v1/molecules/counterfactuals", json=asked | {"smiles": "CCO", "model": "herg"})
    assert harmless.status_code == 422 and "already on the good side" in harmless.json()["detail"]

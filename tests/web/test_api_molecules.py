"""Estimates over the API: the numbers of `predict`, nulls for what is not known, a problem for what is no structure."""

from __future__ import annotations

import math

from pharmakon.core.types import Property
from pharmakon.web import api_molecules
from pharmakon.web.api_molecules import plain
from pharmakon.workflows.molecule import Alarm, MoleculeCard, Row

WHAT = Property("logs", "Solubility", "log10(mol/L)")


def _card(**more):
    row = Row(WHAT, "solubility", -2.0, -3.0, -1.0, True, "good", math.nan, 0.5, "aspirin", math.nan)
    facts = {
        "groups": {"absorption": [row]},
        "computed": {"mw": (WHAT, 46.1)},
        "alarms": [Alarm("nitro", "brenk", (1, 2))],
    }
    return MoleculeCard("CCO", **({"smiles": "CCO"} | facts | more))


def test_a_card_is_plain_data_and_what_is_not_known_is_null():
    card = plain(_card())
    found = card.properties[0]
    assert (found.value, found.low, found.high, found.unit, found.group) == (-2, -3, -1, "log10(mol/L)", "absorption")
    assert found.percentile is None and found.nearest_value is None and card.computed == {"mw": 46.1}
    assert card.alerts == [{"name": "nitro", "set": "brenk", "atoms": [1, 2]}]
    assert "NaN" not in card.model_dump_json()


def test_structures_come_back_in_their_order(server, monkeypatch):
    monkeypatch.setattr(api_molecules, "card", lambda smiles, profile: MoleculeCard(smiles, problem=profile))
    asked = {"smiles": ["C", " CC "], "profile": "full"}
    found = server.program("reader").ask("POST", "/api/v1/molecules", json=asked).json()
    assert [(one["asked"], one["problem"]) for one in found] == [("C", "full"), ("CC", "full")]


def test_too_many_or_none_or_a_misspelt_key_are_refused(server):
    reader = server.program("reader")
    for body in ({"smiles": []}, {"smiles": ["C"] * 101}, {"smilse": ["C"]}, {"smiles": ["C"], "profile": "slow"}):
        assert reader.ask("POST", "/api/v1/molecules", json=body).status_code == 422


def test_a_medicine_without_a_structure_is_told_as_one(server, monkeypatch):
    broken = "not a SMILES: 'a' at position 1"
    monkeypatch.setattr(api_molecules, "card", lambda smiles, profile: MoleculeCard(smiles, problem=broken))
    asked = {"smiles": ["adalimumab", "adalimum"]}
    first, second = server.program("reader").ask("POST", "/api/v1/molecules", json=asked).json()
    assert first["problem"].startswith("adalimumab is an antibody") and second["problem"] == broken


def test_a_drug_is_asked_for_by_its_name(server, monkeypatch):
    monkeypatch.setattr(api_molecules, "card", lambda smiles, profile: MoleculeCard(smiles, smiles=smiles))
    (found,) = server.program("reader").ask("POST", "/api/v1/molecules", json={"smiles": [" Paracetamol"]}).json()
    assert (found["asked"], found["smiles"]) == ("Paracetamol", "CC(=O)Nc1ccc(O)cc1")

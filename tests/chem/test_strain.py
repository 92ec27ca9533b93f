"""Rings that cannot be."""

import pytest
from rdkit import Chem

from pharmakon.chem.strain import ring_problems


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("CCO", []),
        ("C1CCCCCCC1", []),
        ("C1CCCCCCCC1", ["ring of more than 8 atoms"]),
        # spiro[3.3]heptane, spiro[2.3]hexane, bicyclo[1.1.1]pentane, bicyclo[3.1.0]hexane, spiro[2.2]pentane
        ("C1CC2(C1)CCC2", []),
        ("C1CC12CCC2", []),
        ("C1C2CC1C2", []),
        ("C1CC2CC2C1", []),
        ("C1CC12CC2", ["strained small rings"]),
        # bicyclo[1.1.0]butane, bicyclo[2.1.0]pentane, a ladder of three, cubane
        ("C1C2CC12", ["strained small rings"]),
        ("C1CC2CC12", ["strained small rings"]),
        ("C1CC2C1C1CCC12", ["strained small rings"]),
        ("C12C3C4C1C5C2C3C45", ["strained small rings"]),
        # norbornene is; a double bond at its bridgehead is not; nor a benzene bridged by three carbons
        ("C1CC2CC1C=C2", []),
        ("C1CC2CCC1=C2", ["double bond at a bridgehead"]),
        ("C1Cc2cccc(C1)c2", ["double bond at a bridgehead"]),
        ("C1Cc2ccccc2C1", []),
        ("C1C2CC3CC1CC(C2)C3", []),
        # two small systems apart are no strain
        ("C1CC2(C1)CC(C2)CC1CC2(C1)CCC2", []),
    ],
)
def test_rings(text, problems):
    assert ring_problems(Chem.MolFromSmiles(text)) == problems


def test_peri_fused_aromatics_are_flat_and_fine():
    assert ring_problems(Chem.MolFromSmiles("c1cc2cccc3ccc4cccc1c4c23")) == []
    assert ring_problems(Chem.MolFromSmiles("C1Cc2cccc3cccc1c23")) == []


def test_a_cage_has_many_bridgeheads(monkeypatch):
    monkeypatch.setattr("pharmakon.chem.strain.MOST_BRIDGEHEADS", 3)
    assert ring_problems(Chem.MolFromSmiles("C1C2CC3CC1CC(C2)C3")) == ["cage"]

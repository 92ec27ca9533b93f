"""Synthetic accessibility."""

import math

import pytest
from rdkit import Chem

from pharmakon.chem.synthesis import sa_score


@pytest.mark.parametrize(
    ("text", "expected"),
    [("CC(=O)Oc1ccccc1C(=O)O", 1.58), ("CN1CCC[C@H]1c1cccnc1", 2.50), ("C12C3C4C1C5C2C3C45", 3.17)],
)
def test_rdkits_values(text, expected):
    assert sa_score(Chem.MolFromSmiles(text)) == pytest.approx(expected, abs=0.05)


def test_a_natural_product_is_harder_than_aspirin():
    morphine = Chem.MolFromSmiles("CN1CC[C@]23c4c5ccc(O)c4O[C@H]2[C@@H](O)C=C[C@H]3[C@H]1C5")
    assert sa_score(morphine) > 4
    assert sa_score(Chem.MolFromSmiles("CC(=O)Oc1ccccc1C(=O)O")) < 2


def test_nothing_has_no_score():
    assert math.isnan(sa_score(None))
    assert math.isnan(sa_score(Chem.MolFromSmiles("")))


@pytest.mark.parametrize("text", ["C", "[Na+].[Cl-]", "[H][H]", "C" * 300, "c1cc[cH-]c1.[Fe+2].c1cc[cH-]c1"])
def test_within_its_range(text):
    assert 1 <= sa_score(Chem.MolFromSmiles(text)) <= 10

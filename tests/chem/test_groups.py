"""Functional groups by substructure."""

import pytest
from rdkit import Chem

from pharmakon.chem.groups import GROUPS, count_groups


def _groups(text):
    return {name: n for name, n in zip(GROUPS, count_groups(Chem.MolFromSmiles(text)), strict=True) if n}


@pytest.mark.parametrize(
    ("text", "present"),
    [
        ("CCC(=O)O", {"carboxylic_acid": 1}),
        ("CCC(=O)[O-]", {"carboxylic_acid": 1}),
        ("CCN", {"primary_amine": 1}),
        ("CCNCC", {"secondary_amine": 1}),
        ("CC(=O)NC", {"amide": 1, "secondary_amide": 1, "methyl_amide": 1, "methyl_on_sp2": 1}),
        ("c1ccncc1", {"pyridine": 1}),
        ("c1nnn[nH]1", {"tetrazole": 1, "azole": 3, "aromatic_nh": 1, "aromatic_nn": 3}),
        ("NC(=N)NCC", {"guanidine": 1, "amidine": 2}),
        ("CS(=O)(=O)N", {"sulfonamide": 1}),
        ("CS(=O)(=O)C", {"sulfone": 1}),
        ("OCC", {"hydroxyl": 1}),
        ("CC", {}),
    ],
)
def test_a_group_is_itself_and_no_other(text, present):
    assert _groups(text) == present


def test_groups_are_counted():
    assert _groups("OC(=O)CC(=O)O")["carboxylic_acid"] == 2
    assert _groups("Fc1cc(F)cc(F)c1")["aryl_halide"] == 3

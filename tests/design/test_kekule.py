"""A Kekulé text is the same molecule, names no aromatic atom, and begins with the group that was asked for."""

import re

import pytest
from rdkit import Chem

from pharmakon.core.errors import UsageError
from pharmakon.design.kekule import kekulized, kekulized_start

SMILES = [
    "CCO",
    "c1ccccc1",
    "Cc1ccc2[nH]ccc2c1",
    "CC(=O)Oc1ccccc1C(=O)O",
    "Cn1c(=O)c2c(ncn2C)n(C)c1=O",
    "C/C=C/c1ccc(O[C@@H](F)Cl)s1",
    "c1cc[se]c1",
    "[O-][n+]1ccccc1.[Na+]",
    "c1ccc2c(c1)ccc1ccccc12",
]


@pytest.mark.parametrize("smiles", [Chem.CanonSmiles(text) for text in SMILES])
def test_it_is_the_same_molecule_without_aromatic_atoms(smiles):
    text = kekulized(smiles)
    assert Chem.CanonSmiles(text) == smiles
    assert not any(atom.GetIsAromatic() for atom in Chem.MolFromSmiles(text, sanitize=False).GetAtoms())
    assert kekulized(Chem.CanonSmiles(text)) == text


def test_what_cannot_be_read_stays():
    assert [kekulized(text) for text in ("C1CC", "", "c1cccc1")] == ["C1CC", "", "c1cccc1"]


@pytest.mark.parametrize(
    ("start", "text"),
    [
        ("c1ccccc1", "C1=CC=CC=C1"),
        ("c1ccccc1C(=O)", "C1=CC=CC=C1C(=O)"),
        ("c1cccn1", "C1=CC=CN1"),
        ("c1ccc(cc1)", "C1=CC=CC=C1"),
        ("CC(", "CC("),
        ("C[C@H](N)", "C[C@H](N)"),
        ("Cl", "Cl"),
        ("[Sc]", "[Sc]"),
        ("C1=CC=", "C1=CC="),
    ],
)
def test_a_start_goes_on_where_it_ended(start, text):
    assert kekulized_start(start) == text


@pytest.mark.parametrize("start", ["c1ccc2ncncc2c1", "CC(=O)Nc1ccc(cc1)S(=O)(=O)", "COc1cc2ncnc(c2cc1OC)N"])
def test_the_rest_hangs_on_the_last_atom(start):
    made = Chem.CanonSmiles(f"{kekulized_start(start)}CCBr")
    assert made == Chem.CanonSmiles(f"{start}CCBr")


@pytest.mark.parametrize("start", ["c1cc", "Cc1ccc(", "c1ccc[nH]1", "[nH]"])
def test_an_aromatic_start_is_a_group(start):
    with pytest.raises(UsageError, match=re.escape(repr(start))):
        kekulized_start(start)

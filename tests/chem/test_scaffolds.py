"""Bemis-Murcko scaffolds."""

import pytest
from rdkit import Chem

from pharmakon.chem.scaffolds import generic_scaffold, scaffold


@pytest.mark.parametrize(
    ("text", "core", "graph"),
    [
        ("CC(C)Cc1ccc(cc1)[C@@H](C)C(=O)O", "c1ccccc1", "C1CCCCC1"),
        ("COc1cc2ncnc(Nc3cccc(Cl)c3)c2cc1", "c1ccc(Nc2ncnc3ccccc23)cc1", "C1CCC(CC2CCCC3CCCCC32)CC1"),
        ("O=C1CCCCN1", "O=C1CCCCN1", "C1CCCCC1"),
        ("CCCO", "", ""),
        ("C[N+]1(C)CCCC1", "C1CC[NH2+]C1", "C1CCCC1"),
    ],
)
def test_scaffold(text, core, graph):
    mol = Chem.MolFromSmiles(text)
    assert scaffold(mol) == core
    assert generic_scaffold(mol) == graph
    assert Chem.CanonSmiles(graph) == graph
    assert Chem.MolToSmiles(mol) == Chem.CanonSmiles(text), "the molecule itself is left alone"


def test_none_has_none():
    assert scaffold(None) == generic_scaffold(None) == ""


@pytest.mark.parametrize(
    "text", ["c1cc[cH-]c1.c1cc[cH-]c1.[Fe+2]", "C1CC[Pt]2(C1)NCCN2", "C12C3C4C1C5C2C3C45", "*C1CC1"]
)
def test_odd_molecules_have_readable_scaffolds(text):
    mol = Chem.MolFromSmiles(text)
    assert Chem.MolFromSmiles(scaffold(mol)) is not None
    assert Chem.MolFromSmiles(generic_scaffold(mol)) is not None

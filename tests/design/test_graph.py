import pytest
from rdkit import Chem

from pharmakon.core.random import stream
from pharmakon.design.graph import Limits, cuts, finish, flat, keep_part, kekule, open_atoms, weighted


@pytest.mark.parametrize(
    ("smiles", "allowed"),
    [
        ("CC(C)Cc1c[nH]cc1Cl", True),
        ("C[N+](C)(C)CCCCCC", True),
        ("CCCCCCC[N+](=O)[O-]", True),
        ("CCCCCC[NH3+]", False),  # seven atoms
        ("C[N+](C)(C)CCC[N+](C)(C)C", False),  # charge two
        ("CCCC[CH2+]CCCCC", False),  # a carbocation
        ("CCCCCCCC[Si](C)C", False),
        ("c1ccccc1C[se]CC", False),
    ],
)
def test_limits(smiles, allowed):
    mol = Chem.MolFromSmiles(smiles, sanitize=False)
    mol.UpdatePropertyCache(strict=False)
    assert Limits().allow(mol, smiles) is allowed


def test_limits_can_forbid_an_element():
    mol = Chem.MolFromSmiles("Clc1ccccc1CCO")
    assert Limits().allow(mol, "Clc1ccccc1CCO")
    assert not Limits(elements=frozenset("CNO")).allow(mol, "Clc1ccccc1CCO")


def test_flat_drops_stereo_and_refuses_mixtures_and_nonsense():
    assert Chem.MolToSmiles(flat("C[C@H](N)/C=C/[CH2:3]O")) == "CC(N)C=CCO"
    assert flat("CCO.Cl") is None
    assert flat("C1CC") is None
    assert flat("") is None


def test_finish_refuses_wrong_valence_and_pieces():
    five = Chem.RWMol(Chem.MolFromSmiles("CC(C)(C)C"))
    five.AddBond(1, five.AddAtom(Chem.Atom("C")), Chem.BondType.SINGLE)
    two = Chem.RWMol(Chem.MolFromSmiles("CCC"))
    two.RemoveBond(0, 1)
    assert finish(five) is None
    assert finish(two) is None
    assert Chem.MolToSmiles(finish(keep_part(two, 2))) == "CC"


def test_kekule_form_has_no_aromatic_bonds_and_free_hydrogens():
    pyrrole = Chem.MolFromSmiles("Cc1c[nH]cc1CO")
    prepared = kekule(pyrrole)
    assert not any(b.GetIsAromatic() for b in prepared.GetBonds())
    nitrogen = next(a for a in prepared.GetAtoms() if a.GetSymbol() == "N")
    assert nitrogen.GetIdx() in open_atoms(prepared)
    assert len(cuts(prepared)) == 3


def test_weighted_follows_the_weights():
    random = stream(0, "weighted")
    drawn = [weighted("ab", [1.0, 4.0], random) for _ in range(2000)]
    assert 0.70 < drawn.count("b") / 2000 < 0.80

"""What a user asked for is no fault, as often as it was asked for."""

from rdkit import Chem

from pharmakon.design.oddities import NONE, Oddities, oddities


def mol(smiles):
    return Chem.MolFromSmiles(smiles)


def test_by_default_nothing_odd_is_excused():
    assert not NONE
    assert NONE.excuse(mol("CCO"))
    assert not NONE.excuse(mol("CCOOC"))
    assert not NONE.excuse(mol("C1=CC=C1"))


def test_what_is_kept_is_excused_once_and_nothing_of_its_kind_beside_it():
    kept = oddities("O=S(=O)(F)c1ccccc1")
    assert kept
    assert kept.excuse(mol("O=S(=O)(F)c1ccc(CCO)cc1"))
    assert not kept.excuse(mol("O=S(=O)(F)c1ccc(CNC(=O)N(F)C)cc1"))
    assert not kept.excuse(mol("O=S(=O)(F)c1ccc(CCOO)cc1"))


def test_a_ring_system_is_excused_as_often_as_it_is_kept():
    kept = oddities("C1=CC=C1")
    assert kept.excuse(mol("CC1=CC=C1"))
    assert not kept.excuse(mol("C1=CC=C1CCC1=CC=C1"))


def test_what_cannot_be_read_excuses_nothing():
    assert oddities("C1CC") == NONE == Oddities()

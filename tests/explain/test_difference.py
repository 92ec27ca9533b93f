"""What an edit did, told by where the product's atoms came from."""

from rdkit import Chem
from rdkit.Chem import RWMol

from pharmakon.explain.difference import difference, label, marked


def test_an_element_changed_is_altered_and_counts_one():
    start = marked(Chem.MolFromSmiles("c1ccccc1C"))
    edited = RWMol(start)
    edited.GetAtomWithIdx(0).SetAtomicNum(7)
    Chem.SanitizeMol(edited)
    change = difference(start, edited.GetMol())
    assert (change.altered, change.removed, change.added, change.n_atoms) == ({0}, set(), set(), 1)


def test_what_is_removed_and_what_is_hung_on():
    start = marked(Chem.MolFromSmiles("CCO"))
    edited = RWMol(start)
    edited.AddBond(0, edited.AddAtom(Chem.Atom("F")), Chem.BondType.SINGLE)
    edited.RemoveAtom(2)
    Chem.SanitizeMol(edited)
    product = edited.GetMol()
    change = difference(start, product)
    assert change.removed == {2}
    assert change.attached == {0, 1}
    assert change.core == {2}
    assert change.n_atoms == 2
    assert [label(atom) for atom in product.GetAtoms()] == ["C1", "C2", "the new F"]


def test_a_bond_made_double_alters_its_ends_and_counts_one():
    start = marked(Chem.MolFromSmiles("CCC"))
    edited = RWMol(start)
    edited.GetBondBetweenAtoms(0, 1).SetBondType(Chem.BondType.DOUBLE)
    Chem.SanitizeMol(edited)
    change = difference(start, edited.GetMol())
    assert change.altered == {0, 1}
    assert change.n_atoms == 1
    assert difference(start, start).n_atoms == 0

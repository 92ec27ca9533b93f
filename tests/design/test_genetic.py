import pytest
from rdkit import Chem, rdBase

from pharmakon.core.random import stream
from pharmakon.design import genetic
from pharmakon.design.graph import flat

PARENTS = [
    "COc1cc2ncnc(Nc3cccc(Cl)c3)c2cc1OCCCN1CCOCC1",
    "O=C(Nc1ccc(F)cc1)C1CCN(S(=O)(=O)c2cccs2)CC1",
    "CC(C)CC(N)C(=O)NC1CCC2CCCCC2C1",
    "C[C@H](c1ccccc1)[NH2+]CC#N",
    "CC(=O)[O-]",
    "Cc1n[nH]c2c1CC[N+](C)(C)C2",
]


@pytest.fixture(scope="module")
def parents():
    return [flat(s) for s in PARENTS]


def children(name, mols, n=60):
    random = stream(7, name)
    with rdBase.BlockLogs():
        made = [genetic.OPERATORS[name](mols[i % len(mols)], mols[(3 * i + 1) % len(mols)], random) for i in range(n)]
    return [m for m in made if m is not None]


@pytest.mark.parametrize("name", genetic.OPERATORS)
def test_every_child_is_a_sound_connected_molecule(name, parents):
    made = children(name, parents)
    assert len(made) >= 10  # it does something
    for mol in made:
        smiles = Chem.MolToSmiles(mol)
        assert "." not in smiles
        assert "@" not in smiles
        again = Chem.MolFromSmiles(smiles)
        assert again is not None
        assert not any(a.GetNumRadicalElectrons() for a in again.GetAtoms())


@pytest.mark.parametrize("name", genetic.OPERATORS)
def test_same_stream_same_children_and_parents_are_left_alone(name, parents):
    before = [Chem.MolToSmiles(m) for m in parents]
    one = [Chem.MolToSmiles(m) for m in children(name, parents, 12)]
    two = [Chem.MolToSmiles(m) for m in children(name, parents, 12)]
    assert one == two
    assert [Chem.MolToSmiles(m) for m in parents] == before


def formula(mol):
    return sorted(a.GetSymbol() for a in mol.GetAtoms())


def test_what_each_operator_changes(parents):
    mol = parents[1:2]
    atoms = mol[0].GetNumAtoms()
    assert all(m.GetNumAtoms() == atoms for m in children("swap_atom", mol))
    assert all(m.GetNumAtoms() == atoms for m in children("rare_atom", mol))
    assert {"B", "P", "S", "N"} <= {a.GetSymbol() for m in children("rare_atom", mol, 200) for a in m.GetAtoms()}
    assert all(formula(m) == formula(mol[0]) for m in children("exchange_atoms", mol))
    assert all(formula(m) == formula(mol[0]) for m in children("move_arm", mol))
    assert all(m.GetNumAtoms() == atoms + 1 for m in children("add_atom", mol))
    assert all(m.GetNumAtoms() == atoms + 1 for m in children("insert_atom", mol))
    assert all(m.GetNumAtoms() == atoms - 1 for m in children("delete_atom", mol))
    assert all(2 * m.GetNumAtoms() >= atoms for m in children("remove_arm", mol))
    rings = mol[0].GetRingInfo().NumRings()
    assert all(m.GetRingInfo().NumRings() == rings + 1 for m in children("close_ring", mol))
    assert all(m.GetRingInfo().NumRings() == rings - 1 for m in children("open_ring", mol))


def test_crossing_takes_from_both():
    chlorine, bromine = flat("Clc1ccc(Cl)c(CCC)c1"), flat("BrC1CCC(Br)C(OCC)C1")
    random = stream(1, "cross")
    made = [m for _ in range(40) if (m := genetic.cross(chlorine, bromine, random)) is not None]
    assert any({"Cl", "Br"} <= {a.GetSymbol() for a in m.GetAtoms()} for m in made)


def test_elements_are_as_frequent_as_in_drugs():
    random = stream(3, "elements")
    ends = [genetic.element(1, random) for _ in range(3000)]
    assert ends.count("C") > ends.count("F") > ends.count("I")
    assert {genetic.element(4, random) for _ in range(200)} <= {"C", "S", "P"}


@pytest.mark.parametrize("name", genetic.OPERATORS)
def test_a_single_atom_is_no_error(name):
    atom, random = flat("C"), stream(7, name)
    for _ in range(20):
        genetic.OPERATORS[name](atom, atom, random)

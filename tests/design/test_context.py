from importlib.resources import files

import numpy as np
import pytest
from rdkit import Chem, rdBase

from pharmakon.chem.alerts import unwanted
from pharmakon.core.random import stream
from pharmakon.design import context
from pharmakon.design.graph import flat

GEFITINIB = "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1"
ANILIDE = "O=C(Nc1ccc(F)cc1)C1CCN(S(=O)(=O)c2cccs2)CC1"
INDOLE = "Cc1c[nH]c2ccc(CN)cc12"


def around(smiles, core, first, **more):
    """What surrounds one atom without the side of another."""
    return context.contexts(flat(smiles), **more)[0][core, first]


def on_benzene(arm):
    mol = Chem.ReplaceSubstructs(Chem.MolFromSmiles(arm), Chem.MolFromSmarts("[#0]"), Chem.MolFromSmiles("c1ccccc1"))[0]
    Chem.SanitizeMol(mol)
    return mol


def made(name, smiles, n=60):
    random, mol = stream(4, name), flat(smiles)
    with rdBase.BlockLogs():
        return [m for _ in range(n) if (m := context.OPERATORS[name](mol, mol, random)) is not None]


def test_a_context_does_not_know_the_arm():
    assert around("Clc1ccccc1", 1, 0) == around("CC(=O)Nc1ccccc1", 4, 3)
    assert around("Clc1ccccc1", 1, 0) != around("Clc1ccncc1", 1, 0, radius=3)
    assert around("Clc1ccccc1C", 1, 0) != around("Clc1ccccc1", 1, 0)


def test_a_context_does_not_depend_on_the_order_of_atoms():
    mol = flat(ANILIDE)
    plain, hydrogens = context.contexts(mol)
    for seed in range(5):
        order = stream(seed, "order").permutation(mol.GetNumAtoms())
        there = context.contexts(Chem.RenumberAtoms(mol, order.tolist()))
        assert np.array_equal(there[1], hydrogens[order])
        for a, b in np.argwhere(Chem.GetAdjacencyMatrix(mol)):
            place = order.argsort()
            assert there[0][place[a], place[b]] == plain[a, b]


@pytest.mark.parametrize(
    ("with_arm", "core", "first", "bare", "place"),
    [
        ("Clc1ccncc1", 1, 0, "c1ccncc1", 0),
        ("CCCC1CC1", 3, 2, "C1CC1", 0),
        ("CCn1cccc1C", 2, 1, "[nH]1cccc1C", 0),
        ("CC(=O)N(C)CC", 3, 5, "CC(=O)NC", 3),
    ],
)
def test_an_arm_and_the_hydrogen_it_stands_for_have_one_context(with_arm, core, first, bare, place):
    assert around(with_arm, core, first) == context.contexts(flat(bare))[1][place]


def test_the_radius_says_how_far_a_context_sees():
    near, far = "ClCCCCCF", "ClCCCCCO"
    assert around(near, 1, 0, radius=4) == around(far, 1, 0, radius=4)
    assert around(near, 1, 0, radius=5) != around(far, 1, 0, radius=5)


def test_contexts_are_the_same_numbers_on_every_machine():
    assert around("Clc1ccccc1", 1, 0) == PHENYL
    assert context.table().rows(np.array([PHENYL], np.uint32))[0] >= 0


PHENYL = 929119513
"""The context of a benzene ring, as the shipped table has it: were it another, the table would be of no use."""


def test_arms_are_the_smaller_sides_of_single_bonds_outside_rings():
    pairs, inside = context.arms(flat("CCOc1ccc(C(=O)N2CCCCC2)cc1"))
    sides = sorted(int(row.sum()) for row in inside)
    assert sides == [1, 2, 3, 6, 8]
    assert all(row[first] and not row[core] for (core, first), row in zip(pairs, inside, strict=True))
    none, _ = context.arms(flat("c1ccccc1"))
    assert len(none) == 0


def test_the_table_is_sound():
    held = context.table()
    assert (files("pharmakon.design") / "tables" / "arms.npz").stat().st_size < 600_000
    assert len(held.contexts) > 2000
    assert np.all(np.diff(held.contexts.astype(np.int64)) > 0)
    assert len(held.begins) == len(held.contexts) + 1
    assert held.begins[-1] == len(held.arms) == len(held.weights)
    assert np.diff(held.begins.astype(np.int64)).min() >= 2
    assert held.weights.min() >= 1
    assert set(held.arms.tolist()) == set(range(len(held.smiles)))
    for smiles in held.smiles:
        mol = Chem.MolFromSmiles(smiles)
        assert smiles.count("*") == 1
        assert 2 <= mol.GetNumAtoms() <= context.LARGEST + 1
        assert not unwanted(on_benzene(smiles))


@pytest.mark.parametrize("name", context.OPERATORS)
@pytest.mark.parametrize("smiles", [GEFITINIB, ANILIDE, INDOLE])
def test_children_are_sound_connected_molecules(name, smiles):
    children = made(name, smiles)
    assert len(children) > 40
    for mol in children:
        text = Chem.MolToSmiles(mol)
        assert Chem.MolFromSmiles(text) is not None
        assert "." not in text
        assert "*" not in text
        assert "@" not in text


@pytest.mark.parametrize("name", context.OPERATORS)
def test_a_parent_is_not_changed_and_equal_draws_give_equal_children(name):
    mol = flat(ANILIDE)
    before = mol.ToBinary()
    once, again = made(name, ANILIDE), made(name, ANILIDE)
    assert [Chem.MolToSmiles(m) for m in once] == [Chem.MolToSmiles(m) for m in again]
    assert len({Chem.MolToSmiles(m) for m in once}) > 15
    context.OPERATORS[name](mol, mol, stream(0, "copy"))
    assert mol.ToBinary() == before


def test_what_is_put_in_was_seen_in_that_place():
    row = context.table().rows(np.array([PHENYL], np.uint32))[0]
    seen = set(context.arms_seen(int(row)))
    assert {"*Cl", "*F", "*C", "*OC"} <= seen
    allowed = {Chem.MolToSmiles(on_benzene(arm)) for arm in seen}
    children = {Chem.MolToSmiles(m) for m in made("grow_in_context", "c1ccccc1", 200)}
    assert len(children) > 20
    assert children <= allowed


def test_growing_keeps_the_parent_and_replacing_keeps_the_rest():
    parent = Chem.MolFromSmiles(INDOLE)
    assert all(m.HasSubstructMatch(parent) for m in made("grow_in_context", INDOLE))
    ring = Chem.MolFromSmarts("c1cnc2ccccc12")
    assert all(m.HasSubstructMatch(ring) for m in made("replace_arm_in_context", INDOLE))


def test_nothing_is_done_in_surroundings_that_were_not_seen():
    unseen = flat("[Se]=[Te]")
    assert context.places(unseen) == ((), ())
    assert all(edit(unseen, unseen, stream(0, "none")) is None for edit in context.OPERATORS.values())
    ringed = flat("c1ccccc1")
    assert context.replace_arm_in_context(ringed, ringed, stream(0, "none")) is None

"""Visitors come from the collection, are accepted, and bring what a kernel needs."""

import numpy as np

from pharmakon.design.strangers import Strangers

SMILES = ["CCO", "what", "c1ccccc1Cl", "C1CCNCC1", "C[C@H](N)C(=O)O"]


def short(mol):
    return mol.GetNumAtoms() < 6


def test_visitors_are_drawn_without_replacement_and_flat():
    visitors = Strangers(SMILES).visit(10, bool, kernel="all", random=np.random.default_rng(0))
    assert {p.smiles for p in visitors.proposals} == {"CCO", "Clc1ccccc1", "C1CCNCC1", "CC(N)C(=O)O"}
    assert set(visitors.views.made) == {"ecfp6", "fcfp4", "atom_pair", "composition"}
    assert not any(p.steps for p in visitors.proposals)


def test_acceptance_decides_and_the_draw_follows_the_generator():
    made = Strangers(SMILES)
    kept = made.visit(10, short, kernel="ecfp", random=np.random.default_rng(0))
    assert [p.smiles for p in kept.proposals] == ["CCO"]
    one, two, other = (
        [p.smiles for p in made.visit(2, bool, kernel="ecfp", random=np.random.default_rng(s)).proposals]
        for s in (1, 1, 3)
    )
    assert len(one) == 2
    assert one == two != other
    assert not Strangers([]).visit(5, bool, kernel="ecfp", random=np.random.default_rng(0)).proposals


def test_collections_are_joined_and_some_are_drawn():
    whole = Strangers.joined([Strangers(["CCO"]), Strangers([]), Strangers(["C1CCNCC1", "what"])])
    visitors = whole.visit(10, bool, kernel="ecfp", random=np.random.default_rng(0))
    assert {p.smiles for p in visitors.proposals} == {"CCO", "C1CCNCC1"}
    assert len(whole.some(1, np.random.default_rng(0)).views) == 1
    assert len(whole.some(9, np.random.default_rng(0)).views) == 2
    assert not len(Strangers([]).some(3, np.random.default_rng(0)).views)

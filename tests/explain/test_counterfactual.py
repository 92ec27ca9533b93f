"""The search: what it finds reaches the goal, keeps what must stay, and differs from each other."""

from collections.abc import Sequence

import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem import Mol

from pharmakon.chem.plausible import Yardstick
from pharmakon.core.types import Floats
from pharmakon.design.edits import edits
from pharmakon.explain.counterfactual import Answers, Counterfactual, Edit, Goal, Search, blame, find, pick
from pharmakon.explain.difference import Difference, marked

ACID = Chem.MolFromSmarts("C(=O)[OH]")
RING = Chem.MolFromSmarts("c1ccccc1")
IBUPROFEN = "CC(C)Cc1ccc(C(C)C(=O)O)cc1"


def acids(mols: Sequence[Mol]) -> Floats:
    """A model with one rule: carboxylic acids."""
    return np.array([float(len(mol.GetSubstructMatches(ACID))) for mol in mols])


def search(rule=acids, *, threshold=0.5, above=False, unsure=False, objection=None, start=IBUPROFEN, **more) -> Search:
    def judge(smiles: Sequence[str]) -> Answers:
        value = rule([Chem.MolFromSmiles(text) for text in smiles])
        reached = Goal(threshold, above).reached(value)
        return Answers(value, value, value, np.ones(len(value), bool), reached & (not unsure))

    found = objection or Yardstick(Chem.MolFromSmiles(start)).objection
    return Search(Goal(threshold, above), edits, rule, judge, found, **more)


def test_the_acid_goes_and_what_comes_is_no_enol():
    mol = Chem.MolFromSmiles(IBUPROFEN)
    found, tried = find(mol, search())
    true = set(mol.GetSubstructMatch(ACID))
    assert len(found) > 1
    for one in found:
        assert acids([Chem.MolFromSmiles(one.smiles)])[0] == 0
        assert one.similarity >= 0.5
        assert one.difference.touched & true
        assert not Chem.MolFromSmiles(one.smiles).HasSubstructMatch(Chem.MolFromSmarts("[CX3]=[CX3][OH]"))
    assert tried.steps == 1
    assert tried.reach >= len(found)
    assert f"{tried.products:,} products" in tried.told


def test_results_differ_and_the_smallest_comes_first():
    found, _ = find(Chem.MolFromSmiles(IBUPROFEN), search(number=4))
    assert len({one.smiles for one in found}) == len(found) <= 4
    assert [one.size for one in found] == sorted(one.size for one in found)


def test_two_rings_need_two_edits():
    def rings(mols: Sequence[Mol]) -> Floats:
        return np.array([float(len(mol.GetSubstructMatches(RING))) for mol in mols])

    start = "COc1ccc(CCC(=O)NCCc2ccc(F)cc2)cc1"
    found, tried = find(Chem.MolFromSmiles(start), search(rings, start=start))
    assert tried.steps == 2
    assert {len(one.steps) for one in found} == {2}


def test_what_is_kept_stays():
    mol = Chem.MolFromSmiles("OC(=O)c1ccc(CC(=O)O)cc1")
    first = frozenset(mol.GetSubstructMatches(ACID)[0])
    found, _ = find(mol, search(threshold=1.5, start="OC(=O)c1ccc(CC(=O)O)cc1", kept=first))
    assert found
    assert all(not one.difference.core & first for one in found)


def test_nothing_is_found_where_somebody_objects_to_everything():
    found, tried = find(Chem.MolFromSmiles(IBUPROFEN), search(objection=lambda mol: "nonsense", steps=1))
    assert found == []
    assert tried.objections["nonsense"] > 0
    assert "nonsense" in tried.told


def test_sure_ones_come_first():
    def judge(smiles: Sequence[str]) -> Answers:
        value = acids([Chem.MolFromSmiles(text) for text in smiles])
        sure = np.array(["N" in text for text in smiles])
        return Answers(value, value, value, np.ones(len(value), bool), sure)

    asked = search()
    asked = Search(asked.goal, asked.edits, asked.screen, judge, asked.objection)
    found, _ = find(Chem.MolFromSmiles(IBUPROFEN), asked)
    flags = [one.sure for one in found]
    assert any(flags)
    assert flags == sorted(flags, reverse=True)


def test_the_blamed_atoms_are_those_of_the_rule():
    mol = marked(Chem.MolFromSmiles(IBUPROFEN))
    found = blame(mol, acids, Goal(0.5, above=False))
    assert set(np.flatnonzero(found > 0).tolist()) == set(mol.GetSubstructMatch(ACID))


@pytest.mark.parametrize(("above", "value", "there"), [(True, 0.5, True), (False, 0.5, False), (False, 0.4, True)])
def test_the_threshold_itself_lies_above(above, value, there):
    assert Goal(0.5, above).reached(np.array([value]))[0] == there


def test_an_alteration_comes_before_something_only_hung_on_that_leaves_a_little_more():
    none = frozenset[int]()
    altered, hung = Difference(none, frozenset({3}), none, none, 1), Difference(none, none, frozenset({3}), none, 0)
    mol = Chem.MolFromSmiles("CCO")
    edit = (Edit(mol, "x", "x"),)
    first, second = (
        Counterfactual(name, mol, similarity, difference, edit, 0.0, 0.0, 0.0, sure=True)
        for name, similarity, difference in (("altered", 0.75, altered), ("hung", 0.8, hung))
    )
    assert pick([second, first], 1) == [first]
    assert second.size - 0.1 < first.size < second.size

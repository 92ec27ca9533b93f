import numpy as np
import pytest
from rdkit import Chem

from pharmakon.design.diverse_hits import PATIENCE, Bounds, Counted, Spent, outcome
from pharmakon.design.diversity import packed

POOL = ["CCOC(=O)c1ccc(N)cc1", "CCOC(=O)c1ccc(NC)cc1", "O=C(O)c1ccccc1", "CC1CCN(C)CC1", "c1ccc2[nH]ccc2c1", "CCCCCCO"]
HITS = {"CCOC(=O)c1ccc(N)cc1": 0.9, "CCOC(=O)c1ccc(NC)cc1": 0.8, "c1ccc2[nH]ccc2c1": 0.6, "CC1CCN(C)CC1": 0.4}


@pytest.fixture(scope="module")
def bounds():
    return Bounds((50, 400), (-2, 6), Bounds.of(POOL).known)


def score(bits):
    known = {row.tobytes(): HITS.get(s, 0.1) for row, s in zip(packed(POOL), POOL, strict=True)}
    return np.array([known.get(row.tobytes(), 0.0) for row in bits])


def test_bounds_hold_the_pool_s_middle():
    found = Bounds.of(POOL)
    weights = [89.1, 180.0]
    assert found.weight[0] > weights[0]
    assert found(Chem.MolFromSmiles("O=C(O)c1ccccc1"))
    assert not found(Chem.MolFromSmiles("CC"))
    assert Bounds.from_arrays(found.to_arrays()) == found


def test_a_molecule_of_unknown_features_is_outside(bounds):
    assert bounds(Chem.MolFromSmiles(POOL[0]))
    assert not bounds(Chem.MolFromSmiles("FC(F)(F)C1CCSC1Cl"))


def test_each_molecule_is_one_call_however_it_is_written(bounds):
    oracle = Counted(score, bounds, calls=10)
    assert oracle([POOL[0], "Nc1ccc(C(=O)OCC)cc1", "not a molecule"]) == [0.9, 0.9, 0.0]
    assert oracle([POOL[0]]) == [0.9]
    assert list(oracle.scores) == [POOL[0]]


def test_what_is_outside_costs_nothing(bounds):
    oracle = Counted(score, bounds, calls=10)
    assert oracle(["FC(F)(F)C1CCSC1Cl", "CC(C)O[P@](C)(=O)F"]) == [0.0, 0.0]
    assert not oracle.scores


def test_the_calls_are_spent_exactly(bounds):
    oracle = Counted(score, bounds, calls=4)
    oracle(POOL[:3])
    with pytest.raises(Spent):
        oracle(POOL)
    assert list(oracle.scores) == POOL[:4]
    assert oracle(POOL[:2]) == [0.9, 0.8]


def test_a_search_that_has_nothing_new_comes_to_an_end(bounds):
    oracle = Counted(score, bounds, calls=4)
    for _ in range(PATIENCE):
        oracle(POOL[:2])
    with pytest.raises(Spent):
        oracle(POOL[:2])
    assert len(oracle.scores) == 2


def test_the_filter_forgets_what_is_near_a_found_hit(bounds):
    oracle = Counted(score, bounds, calls=10)
    assert oracle.filtered(POOL[3:4]) == [0.4]
    assert oracle.filtered(POOL) == [0.0, 0.0, 0.1, 0.4, 0.0, 0.1]
    assert oracle(POOL)[:2] == [0.9, 0.8]


def test_hits_are_counted_in_the_order_of_the_calls():
    found = outcome(dict.fromkeys(POOL, 0.1) | HITS, actives=packed(["c1ccc2[nH]ccc2c1C"]))
    assert (found["calls"], found["hits"], found["diverse_hits"]) == (6, 3, 2)
    assert found["novel"] == 1

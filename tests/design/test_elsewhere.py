import numpy as np
import pytest
from rdkit import Chem

from pharmakon.chem.fingerprints import bits
from pharmakon.design.elsewhere import avoided, lost, outside

SERIES = [f"{'C' * n}c1ccc2[nH]ccc2c1" for n in range(1, 11)]
OTHERS = [f"{'C' * n}OC(=O)N1CCOCC1" for n in range(1, 31)]
PACKED = bits([Chem.MolFromSmiles(smiles) for smiles in SERIES + OTHERS])


def test_without_a_difference_three_of_four_batches_are_made_from_nothing():
    assert [lost(np.zeros(40), batch) for batch in range(5)] == [False, True, True, True, False]
    assert [lost(np.full(40, 0.3), batch) for batch in (1, 4)] == [True, False]
    assert not lost(np.array([0.0] * 39 + [1e-12]), 1)


def test_a_stalled_search_stays_away_from_its_best_series_in_every_other_batch():
    score = np.array([0.9] * 10 + [0.5] * 30)
    near = avoided(score, PACKED, 2, stagnation=20)
    assert any((near == row).all(axis=1).any() for row in PACKED[:10])
    assert len(avoided(score, PACKED, 3, stagnation=20)) == 0


@pytest.mark.parametrize(
    ("score", "stagnation"),
    [
        (np.linspace(0.1, 0.9, 40), 20),  # it rises
        (np.array([0.9] * 10 + [0.5] * 30), 21),  # too early to say
    ],
)
def test_a_search_that_gets_on_stays(score, stagnation):
    assert len(avoided(score, PACKED, 2, stagnation=stagnation)) == 0


def test_what_is_like_a_mask_lies_inside():
    assert not outside(PACKED[:10], PACKED[4:5])[4]
    assert outside(PACKED[10:], PACKED[:1]).all()

import numpy as np
import pytest

from pharmakon.explain.placing import Places, alike

PLACES = Places(np.array([7, 7, 12, 3]), np.array([[1, 1, 0], [0, 1, 1], [1, 0, 0], [1, 1, 1]], dtype=bool))


def test_a_share_goes_in_equal_parts_to_what_was_counted_and_then_to_its_atoms():
    found = PLACES.to_atoms(np.array([7, 12]), np.array([[4.0], [1.0]]), width=100)
    assert found[:, 0].tolist() == [2.0, 2.0, 1.0]


def test_nothing_is_lost_when_features_fall_on_one_column():
    found = PLACES.to_atoms(np.array([2, 3]), np.array([[6.0], [3.0]]), width=5)  # 7 and 12 are both 2 here
    assert found.sum() == pytest.approx(9.0)


def test_atoms_of_one_rank_get_the_same_number_to_the_last_bit():
    shares = np.array([0.1 + 0.2, 0.3, 1.0])
    found = alike(shares, np.array([4, 4, 0]))
    assert found[0] == found[1]
    assert found[2] == 1.0
    assert found.sum() == pytest.approx(shares.sum())

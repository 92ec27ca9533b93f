"""How much of two molecules' volumes coincide."""

import math

import pytest

from pharmakon.chem.shape import shape_similarity

NAPHTHALENE = "c1ccc2ccccc2c1"


def test_a_molecule_has_its_own_shape():
    assert shape_similarity(NAPHTHALENE, NAPHTHALENE) == pytest.approx(1.0, abs=0.01)


def test_shape_does_not_ask_for_the_same_atoms():
    alike = shape_similarity("c1ccc2ncccc2c1", NAPHTHALENE)
    assert alike > 0.95
    assert alike > shape_similarity("CCCCCCCCCC", NAPHTHALENE) + 0.1


def test_the_order_of_the_two_hardly_matters_and_a_second_time_gives_the_same():
    pair = ("CC(C)Cc1ccc(C(C)C(=O)O)cc1", "COc1ccc2cc(C(C)C(=O)O)ccc2c1")
    found = shape_similarity(*pair)
    assert found == shape_similarity(*pair)
    assert found == pytest.approx(shape_similarity(*reversed(pair)), abs=0.05)
    assert 0.4 < found < 1


def test_without_a_conformer_there_is_no_shape():
    assert math.isnan(shape_similarity("C1#CC2CC1C2", NAPHTHALENE))

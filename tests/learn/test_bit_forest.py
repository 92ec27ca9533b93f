import numpy as np
import pytest

from pharmakon.learn.bit_forest import BitForest


@pytest.fixture(scope="module")
def data():
    random = np.random.default_rng(0)
    packed = random.integers(0, 256, (300, 8), dtype=np.uint8)
    table = np.unpackbits(packed, axis=1)
    return packed, (table[:, 3] & (1 - table[:, 40])).astype(float)


@pytest.fixture(scope="module")
def forest(data):
    return BitForest(n_trees=20, random_state=1).fit(*data)


def test_it_answers_as_the_forest_that_was_grown(data, forest):
    from sklearn.ensemble import RandomForestClassifier

    packed, y = data
    table = np.unpackbits(packed, axis=1)
    grown = RandomForestClassifier(n_estimators=20, random_state=1).fit(table, y > 0.5)
    np.testing.assert_allclose(forest.predict_proba(packed), grown.predict_proba(table)[:, 1], atol=1e-6)


def test_it_learns_which_bits_matter(data, forest):
    fresh = np.random.default_rng(1).integers(0, 256, (200, 8), dtype=np.uint8)
    table = np.unpackbits(fresh, axis=1)
    truth = (table[:, 3] == 1) & (table[:, 40] == 0)
    assert (
        (forest.predict_proba(fresh) > 0.5) == truth
    ).mean() > 0.85  # a forest that had learnt nothing would say no: 0.75


def test_kept_as_arrays_it_says_the_same(data, forest):
    again = BitForest.from_arrays(forest.to_arrays())
    np.testing.assert_array_equal(again.predict_proba(data[0]), forest.predict_proba(data[0]))


def test_it_answers_for_no_rows(forest):
    assert forest.predict_proba(np.zeros((0, 8), np.uint8)).shape == (0,)

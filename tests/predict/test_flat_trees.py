import numpy as np

from pharmakon.predict.features import Features
from pharmakon.predict.flat_trees import FlatTrees

# One tree that asks column 0 (<= 0.5), then column 1 (<= 2), and one that is a single leaf.
TREES = FlatTrees(
    roots=np.array([0, -4], np.int32),
    feature=np.array([0, 1], np.int16),
    threshold=np.array([0.5, 2.0]),
    left=np.array([-1, -2], np.int32),
    right=np.array([1, -3], np.int32),
    leaf=np.array([10.0, 20.0, 30.0, 0.25]),
)


def table(rows):
    features = Features([None] * len(rows))
    features.__dict__["dense"] = np.array(rows, np.float32)
    features.__dict__["known"] = np.isfinite(features.dense).all(axis=1)
    return features


def test_a_row_falls_through_every_tree():
    assert TREES.total(table([[0, 9], [1, 2], [1, 3]])).tolist() == [10.25, 20.25, 30.25]


def test_a_missing_molecule_has_no_value():
    assert np.isnan(TREES.total(table([[np.nan, 0], [0, 0]]))).tolist() == [True, False]


def test_more_rows_than_a_block():
    assert TREES.total(table([[0, 0]] * 1500)).tolist() == [10.25] * 1500


def test_arrays_carry_the_trees():
    again = FlatTrees.from_arrays(TREES.to_arrays())
    assert again.total(table([[1, 3]])).tolist() == [30.25]

import numpy as np
import pytest

from pharmakon.core.errors import UsageError
from pharmakon.learn.soft_impute import soft_impute


def test_gaps_of_a_table_of_low_rank_are_found():
    random = np.random.default_rng(0)
    truth = random.normal(size=(60, 2)) @ random.normal(size=(2, 30))
    table = np.where(random.random(truth.shape) < 0.2, np.nan, truth)
    filled, smooth = soft_impute(table, penalty=0.5, rounds=300)
    gaps = np.isnan(table)
    np.testing.assert_array_equal(filled[~gaps], table[~gaps])
    assert np.corrcoef(filled[gaps], truth[gaps])[0, 1] > 0.98
    assert np.linalg.matrix_rank(smooth, tol=1e-6) <= 5


def test_an_empty_row_is_zero_and_a_large_penalty_leaves_nothing():
    table = np.array([[1.0, -1.0], [np.nan, np.nan], [2.0, -2.0]])
    filled, smooth = soft_impute(table, penalty=100)
    assert (smooth == 0).all()
    assert filled[1].tolist() == [0.0, 0.0]


def test_a_penalty_is_not_negative():
    with pytest.raises(UsageError, match="penalty"):
        soft_impute(np.zeros((2, 2)), penalty=-1)

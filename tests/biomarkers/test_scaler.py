import numpy as np
import pytest

from pharmakon.biomarkers.block import Block
from pharmakon.biomarkers.scaler import Scaler, depth_free


def test_new_patients_are_measured_by_training_patients_only():
    rng = np.random.default_rng(0)
    train = Block("b", rng.normal(3, 2, size=(50, 3)), ("x", "y", "z"))
    train.values[0, 0] = np.nan
    scaler = Scaler.fit(train)
    Z = scaler.transform(train)
    np.testing.assert_allclose(Z.mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(Z.std(axis=0), 1)
    new = Block("b", np.array([[1e6, np.nan, 3.0], [np.nan] * 3]), ("x", "y", "z"))
    alone = Block("b", new.values[:1], new.features)
    np.testing.assert_array_equal(scaler.transform(new)[0], scaler.transform(alone)[0])
    y = train.values[:, 1]
    assert scaler.transform(new)[0, 1] == pytest.approx((np.median(y) - y.mean()) / y.std())
    assert not scaler.transform(new)[1].any()


def test_constant_and_empty_columns_weigh_nothing_and_binary_gaps_stay_binary():
    values = np.array([[1, np.nan, 1.0], [1, np.nan, 0], [1, np.nan, np.nan], [1, np.nan, 1], [1, np.nan, 0]])
    scaler = Scaler.fit(Block("b", values, ("constant", "empty", "mutated"), "binary"))
    assert scaler.per_unit[:2].tolist() == [0, 0]
    assert scaler.fill[2] in (0, 1)


def test_counts_do_not_depend_on_depth():
    counts = np.array([[10.0, 90, 900], [100, 900, 9000]])
    a, b = depth_free(Block("c", counts, ("x", "y", "z"), "counts"))
    np.testing.assert_allclose(a, b)

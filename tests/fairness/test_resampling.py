import numpy as np
import pytest

from pharmakon.fairness.resampling import draws, ends, resampled


def test_each_sample_is_as_large_as_the_data_and_the_data_come_first():
    blocks = list(draws(None, 50, times=30, seed=1))
    counts = np.concatenate(blocks)
    assert (counts[0] == 1).all() and counts.shape == (31, 50)
    assert (counts[1:].sum(axis=1) == 50).all()
    assert counts[1:].var() == pytest.approx(1, abs=0.2)
    again = np.concatenate(list(draws(None, 50, times=30, seed=1)))
    assert (counts == again).all()


def test_samples_of_one_patient_are_drawn_together():
    people = np.array(["a", "a", "b", "c", "c", "c"])
    for counts in list(draws(people, 6, times=20))[1:]:
        assert (counts[:, 0] == counts[:, 1]).all()
        assert (counts[:, 3:] == counts[:, 3:4]).all()


def test_the_interval_is_that_of_the_samples():
    y = np.arange(100.0)
    found = resampled(lambda w: {"mean": (w @ y / w.sum(axis=1))[:, None]}, None, 100, times=2000)
    low, high = ends(found["mean"])
    half = 1.96 * y.std() / 10
    assert found["mean"][0, 0] == pytest.approx(49.5)
    assert (low[0], high[0]) == pytest.approx((49.5 - half, 49.5 + half), abs=0.6)


def test_what_most_samples_do_not_have_has_no_interval():
    values = np.full((11, 2), 0.5)
    values[1:8, 1] = np.nan
    low, _ = ends(values)
    assert low[0] == 0.5 and np.isnan(low[1])

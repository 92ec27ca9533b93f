import numpy as np
import pytest

from pharmakon.fairness.gaps import gap, largest


def values(centres, spread=0.02, times=2000, seed=0):
    random = np.random.default_rng(seed)
    centres = np.array(centres)
    return np.vstack([centres, centres + spread * random.normal(size=(times, len(centres)))])


def test_the_gap_is_between_best_and_worst():
    found = gap("tpr", values([0.5, 0.6, 0.8]), ("a", "b", "c"))
    assert found.value == pytest.approx(0.3) and (found.worst, found.best) == ("a", "c")
    assert found.ratio == pytest.approx(0.625) and found.shown
    assert gap("fpr", values([0.5, 0.6]), ("a", "b")).worst == "b"


def test_two_groups_have_the_ordinary_interval():
    found = gap("tpr", values([0.5, 0.6]), ("a", "b"))
    half = 1.96 * 0.02 * np.sqrt(2)
    assert (found.low, found.high) == pytest.approx((0.1 - half, 0.1 + half), abs=0.005)


def test_the_largest_of_many_needs_more_to_be_shown():
    # Twelve groups alike: the largest difference is large by chance; its interval has to hold in 19 of 20 cases.
    random = np.random.default_rng(4)
    shown = 0
    for seed in range(100):
        centres = 0.5 + 0.02 * random.normal(size=12)
        shown += gap("tpr", values(centres, times=300, seed=seed), tuple("abcdefghijkl")).shown
    assert shown <= 12


def test_equalised_odds_is_the_larger_of_two():
    found = largest("equalised_odds", {"tpr": values([0.5, 0.6]), "fpr": values([0.1, 0.4])}, ("a", "b"))
    assert found.value == pytest.approx(0.3) and found.worst == "b"


def test_one_group_has_no_gap_and_what_has_no_value_is_passed_over():
    assert gap("tpr", values([0.5]), ("a",)) is None
    some = values([0.5, 0.6, 0.9])
    some[:, 2] = np.nan
    assert gap("tpr", some, ("a", "b", "c")).value == pytest.approx(0.1)


def test_resamples_without_a_value_are_passed_over():
    some = values([0.5, 0.6])
    some[5, 0] = np.nan
    whole = gap("tpr", values([0.5, 0.6]), ("a", "b"))
    found = gap("tpr", some, ("a", "b"))
    assert (found.low, found.high) == pytest.approx((whole.low, whole.high), abs=1e-3)


def test_a_group_that_seldom_has_a_value_has_no_interval():
    some = values([0.5, 0.6])
    some[2:, 0] = np.nan
    found = gap("tpr", some, ("a", "b"))
    assert np.isnan(found.low) and found.value == pytest.approx(0.1)

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pharmakon.core.errors import UsageError
from pharmakon.learn.splits import group_folds, random_folds


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 30), min_size=40, max_size=200), st.integers(2, 5), st.integers(0, 9))
def test_no_group_in_two_folds_and_every_fold_used(groups, n_folds, seed):
    groups = np.array([*groups, *range(n_folds)])
    folds = group_folds(groups, n_folds=n_folds, random_state=seed)
    assert all(len(set(folds[groups == g])) == 1 for g in set(groups.tolist()))
    assert set(folds.tolist()) == set(range(n_folds))
    # Greedy, largest first: two folds differ by no more than one group.
    sizes = np.bincount(folds, minlength=n_folds)
    assert sizes.max() - sizes.min() <= np.bincount(groups).max()


def test_sizes_are_even_where_groups_allow():
    groups = np.repeat(np.arange(200), np.random.default_rng(0).integers(1, 20, 200))
    sizes = np.bincount(group_folds(groups))
    assert sizes.max() - sizes.min() <= 1


def test_a_giant_group_has_a_fold_alone():
    groups = np.array([0] * 500 + list(range(1, 101)))
    folds = group_folds(groups)
    assert (folds == folds[0]).sum() == 500


def test_groups_may_be_words():
    folds = group_folds(["a", "b", "", "a", "c", ""], n_folds=2)
    assert folds[0] == folds[3]
    assert folds[2] == folds[5]


def test_the_seed_decides_ties():
    groups = np.arange(50)
    a, b, c = (group_folds(groups, random_state=s) for s in (1, 1, 2))
    np.testing.assert_array_equal(a, b)
    assert (a != c).any()


def test_random_folds_are_as_even_as_can_be():
    assert sorted(np.bincount(random_folds(103))) == [20, 20, 21, 21, 21]


def test_classes_are_spread():
    y = np.zeros(500)
    y[:25] = 1  # 5 positives a fold
    folds = random_folds(500, stratify=y)
    assert np.bincount(folds[y == 1], minlength=5).tolist() == [5] * 5
    assert np.ptp(np.bincount(folds)) <= 1


def test_numbers_are_spread_with_groups_kept():
    r = np.random.default_rng(1)
    groups = r.integers(0, 120, 600)
    level = r.normal(size=120)
    y = level[groups] + 0.1 * r.normal(size=600)
    plain, even = group_folds(groups), group_folds(groups, stratify=y)
    spread = [np.std([y[f == k].mean() for k in range(5)]) for f in (plain, even)]
    assert spread[1] < spread[0]
    assert all(len(set(even[groups == g])) == 1 for g in set(groups.tolist()))
    assert np.ptp(np.bincount(even)) < 60


@pytest.mark.parametrize(("groups", "n_folds"), [([1, 1, 2], 3), ([], 2), ([1, 2], 1)])
def test_too_few_groups_say_so(groups, n_folds):
    with pytest.raises(UsageError, match="groups cannot make"):
        group_folds(groups, n_folds=n_folds)

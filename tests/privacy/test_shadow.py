"""Shadow models: who is left out of which, and that the likelihood ratio finds a leak where there is one only."""

import numpy as np
import pytest

from pharmakon.core.errors import UsageError
from pharmakon.core.random import stream
from pharmakon.learn.metrics import auroc
from pharmakon.privacy.shadow import likelihood_ratio, whole_divisions, without_parts


def test_halves_are_complements_and_groups_stay_whole():
    groups = np.repeat(np.arange(50), 3)
    member = without_parts(groups, models=8)
    assert (member[0::2] != member[1::2]).all()
    for group in range(50):
        assert (member[:, groups == group] == member[:, [3 * group]]).all()


def test_each_is_left_out_once_in_a_division():
    member = without_parts(np.arange(101), models=15, parts=5)
    assert ((~member).reshape(3, 5, 101).sum(axis=1) == 1).all()
    assert len(np.unique(member, axis=0)) == 15


@pytest.mark.parametrize(("models", "parts"), [(2, 2), (7, 2), (5, 5), (12, 5)])
def test_odd_numbers_of_models_are_refused(models, parts):
    with pytest.raises(UsageError, match="parts in turn"):
        without_parts(np.arange(40), models=models, parts=parts)


def made(leak, *, parts, models, seed=0):
    """What models say of records that differ much from each other, and a little by whether they have been seen."""
    dice = stream(seed, "shadow")
    member = without_parts(np.arange(400), models=models, parts=parts, random_state=seed)
    own = 5 * dice.normal(size=400)
    return own + dice.normal(size=member.shape) + leak * member, member


@pytest.mark.parametrize(("parts", "models"), [(2, 16), (5, 15), (2, 80)])
def test_a_leak_that_the_loss_hides_is_found(parts, models):
    said, member = made(2.0, parts=parts, models=models)
    ratio = likelihood_ratio(said, member, parts=parts)
    assert auroc(member.ravel(), said.ravel()) < 0.65
    assert auroc(member.ravel(), ratio.ravel()) > 0.8


@pytest.mark.parametrize(("parts", "models"), [(2, 16), (5, 15), (2, 80)])
def test_where_nothing_leaks_nothing_is_found(parts, models):
    """Not even by how many shadows a record has on either side, or by who is a member of the complement."""
    found = []
    for seed in range(3):
        said, member = made(0.0, parts=parts, models=models, seed=seed)
        found.append(auroc(member.ravel(), likelihood_ratio(said, member, parts=parts).ravel()))
    assert abs(np.mean(found) - 0.5) < 0.015


def test_a_record_without_shadows_has_no_ratio():
    said, member = made(1.0, parts=5, models=10)  # one division is left: a record is out of one model of it
    assert np.isnan(likelihood_ratio(said, member, parts=5)).all()


def test_shadow_models_come_in_whole_divisions():
    assert (whole_divisions(10, 5), whole_divisions(16, 5), whole_divisions(3, 2)) == (15, 20, 6)

"""The numbers of an attack: against other ways to count them, with ties, and where nothing can be told."""

import numpy as np
import pytest
from scipy.stats import beta

from pharmakon.core.errors import DataError
from pharmakon.core.random import stream
from pharmakon.learn.delong import auc_interval
from pharmakon.learn.metrics import auroc
from pharmakon.privacy.attack import clopper_pearson, curve, measure


@pytest.fixture
def scores():
    dice = stream(0, "attack")
    member = np.arange(4_000) < 2_000
    return dice.normal(size=4_000) + 0.3 * member, member


def test_the_area_is_the_auroc_with_delongs_interval(scores):
    found, whole = measure("x", *scores), auc_interval(scores[1], scores[0])
    assert found.auc.value == pytest.approx(auroc(scores[1], scores[0]), abs=1e-12)
    assert (found.auc.low, found.auc.high) == pytest.approx((whole.low, whole.high), abs=2e-5)


def test_catches_are_counted_beyond_the_threshold_of_the_others(scores):
    found = measure("x", *scores).caught[0]
    line = np.sort(scores[0][~scores[1]])[-21]  # 20 of 2,000 are above
    assert found.share.value == pytest.approx((scores[0][scores[1]] > line).mean(), abs=1e-3)
    assert found.share.low < found.share.value < found.share.high


def test_ties_neither_hide_a_leak_nor_make_one():
    """Half the members and a hundredth of the others have the highest score: as for a forest's loss of 0."""
    member = np.arange(4_000) < 2_000
    score = np.zeros(4_000)
    score[:1_000] = 1
    score[2_000:2_040] = 1  # 2 % of the others: 1 % of false alarms catches half of the half
    assert measure("x", score, member).caught[0].share.value == pytest.approx(0.25)
    alike = measure("x", np.ones(4_000), member)
    assert alike.auc.value == 0.5
    assert alike.caught[0].share.value == pytest.approx(0.01)
    assert not alike.leaks


def test_too_few_others_tell_nothing(scores):
    score, member = scores
    found = measure("x", score[1_000:2_900], member[1_000:2_900])
    assert all("cannot tell" in one.problem and np.isnan(one.share.value) for one in found.caught)
    plain = found.plain()
    assert plain["caught"][0]["share"]["value"] is None
    assert measure("x", *scores).caught[1].problem  # 0.1 % of 2,000 are 2 false alarms


def test_one_person_in_many_models_is_one_person():
    """Copies of the same rows make the interval no narrower."""
    dice = stream(1, "attack")
    member = np.arange(300) % 2 == 0
    score = dice.normal(size=300) + 0.4 * member
    person = np.arange(300)
    alone = measure("x", score, member)
    again = measure("x", np.tile(score, 10), np.tile(member, 10), person=np.tile(person, 10))
    wrong = measure("x", np.tile(score, 10), np.tile(member, 10))
    width = [one.auc.high - one.auc.low for one in (alone, again, wrong)]
    assert width[1] == pytest.approx(width[0], rel=0.01)
    assert width[2] < 0.5 * width[0]


def test_the_interval_covers_the_truth():
    inside = 0
    for seed in range(200):
        dice = stream(seed, "coverage")
        member = np.arange(400) < 200
        found = measure("x", dice.normal(size=400), member).auc
        inside += found.low <= 0.5 <= found.high
    assert 180 <= inside <= 198


def test_clopper_pearson_is_the_exact_one():
    assert clopper_pearson(3, 50) == pytest.approx((beta.ppf(0.025, 3, 48), beta.ppf(0.975, 4, 47)))
    assert clopper_pearson(0, 10)[0] == 0
    assert clopper_pearson(10, 10)[1] == 1


def test_a_leak_is_certain_before_it_is_called_one(scores):
    score, member = scores
    assert measure("x", score, member).leaks
    few = np.r_[0:15, 2_000:2_015]
    assert not measure("x", score[few], member[few]).leaks
    parted = measure("x", np.r_[np.ones(50), np.zeros(50)], np.arange(100) < 50)
    assert parted.leaks
    assert np.isnan(parted.auc.low)


def test_rows_without_a_score_are_left_out_and_one_side_alone_is_refused():
    score = np.r_[np.nan, 1.0, 2.0, 3.0]
    found = measure("x", score, [True, True, False, False])
    assert (found.members, found.others) == (1, 2)
    with pytest.raises(DataError, match="none of one"):
        measure("x", [1.0, 2.0], [True, True])


def test_the_curve_goes_from_corner_to_corner_and_never_falls(scores):
    found = np.array(curve(*scores))
    assert found[0] == pytest.approx([0, 0], abs=0.01)  # some members are above every other
    assert found[-1].tolist() == [1, 1]
    assert (np.diff(found[:, 1]) >= -1e-12).all()

import numpy as np
import pytest

from pharmakon.core.errors import DataError
from pharmakon.fairness.classification import Judged, by_group
from pharmakon.fairness.groups import Groups
from pharmakon.fairness.thresholds import Thresholds


def made(n=4000, seed=0):
    random = np.random.default_rng(seed)
    groups = Groups.of("g", ["a", "b"] * (n // 2))
    chance = np.clip(random.beta(2, 2, n) - 0.25 * groups.code, 0.02, 0.98)
    return groups, chance, (random.random(n) < chance).astype(float)


def gaps(groups, y, called):
    found = by_group(Judged(y, y, called), groups.code, 2)(np.ones((1, len(y))))
    return {name: float(np.ptp(found[name][0, :2])) for name in ("tpr", "fpr", "selection_rate")}


def test_a_rule_learnt_on_some_holds_for_others():
    groups, risk, y = made()
    others, fresh, truth = made(seed=1)
    before = gaps(others, truth, (fresh >= 0.5).astype(float))
    called = Thresholds.fit(risk, y, groups).apply(fresh, others)
    after = gaps(others, truth, called)
    assert max(before["tpr"], before["fpr"]) > 0.2
    assert max(after["tpr"], after["fpr"]) < 0.08
    assert ((called >= 0) & (called <= 1)).all()


@pytest.mark.parametrize(
    ("constraint", "rate"), [("equal opportunity", "tpr"), ("demographic parity", "selection_rate")]
)
def test_other_constraints(constraint, rate):
    groups, risk, y = made()
    rule = Thresholds.fit(risk, y, groups, constraint=constraint)
    assert gaps(groups, y, rule.apply(risk, groups))[rate] < 0.03


def test_a_gap_that_is_allowed_buys_accuracy():
    groups, risk, y = made()
    strict = Thresholds.fit(risk, y, groups, allowed=0.0)
    loose = Thresholds.fit(risk, y, groups, allowed=0.15)
    assert loose.share < strict.share == 1
    right = [
        (y * rule.apply(risk, groups) + (1 - y) * (1 - rule.apply(risk, groups))).mean() for rule in (strict, loose)
    ]
    assert right[1] > right[0]


def test_what_cannot_be_learnt_or_applied():
    groups, risk, y = made(100)
    with pytest.raises(DataError, match="same outcome"):
        Thresholds.fit(risk, np.where(groups.code == 0, 1.0, y), groups)
    rule = Thresholds.fit(risk, y, groups)
    with pytest.raises(DataError, match="no threshold was learnt"):
        rule.apply(risk[:1], Groups.of("g", ["new"]))

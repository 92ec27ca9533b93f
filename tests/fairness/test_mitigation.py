import numpy as np
import pytest

from pharmakon.core.errors import DataError
from pharmakon.fairness.groups import Groups
from pharmakon.fairness.mitigation import BEFORE, REMEDIES, compare


@pytest.fixture(scope="module")
def cohort():
    random = np.random.default_rng(0)
    n = 2000
    groups = Groups.of("sex", ["f", "m"] * (n // 2 - 5) + ["x"] * 10)
    X = np.column_stack([random.normal(size=n) - (groups.code == 0), random.normal(size=n)])
    y = (random.random(n) < 1 / (1 + np.exp(-(1.3 * X[:, 0] + X[:, 1] + 0.4)))).astype(float)
    return X, y, groups, np.arange(n) // 3 % 2


def test_every_remedy_is_shown_with_what_it_costs(cohort):
    X, y, groups, fold = cohort
    found = {one.remedy: one for one in compare(y, None, groups, fold, features=X, resamples=50)}
    assert list(found) == [BEFORE, *REMEDIES]
    before = found[BEFORE].figures
    assert before["equalised_odds"].value > 0.15
    for remedy in ("group thresholds", "in-training constraint"):
        assert found[remedy].figures["equalised_odds"].value < 0.6 * before["equalised_odds"].value
        more = found[remedy].more
        assert (
            more["equalised_odds"].high < 0 and more["accuracy"].low <= more["accuracy"].value <= more["accuracy"].high
        )
    assert found["group thresholds"].more["auc"].value == 0
    assert set(found[BEFORE].by_group) == {"f", "m"}  # ten people of x take no part


def test_risks_that_were_given_are_mended_after_the_fact_only(cohort):
    X, y, groups, fold = cohort
    risk = 1 / (1 + np.exp(-X.sum(axis=1)))
    found = compare(y, risk, groups, fold, resamples=20)
    assert [one.remedy for one in found] == [BEFORE, "group thresholds", "group recalibration"]
    assert {one.model for one in found} == {"the risks given"}
    assert found[0].figures["brier"].value == pytest.approx(((y - risk)[groups.code < 2] ** 2).mean())


def test_no_one_is_judged_by_a_rule_that_learnt_from_them():
    # Outcomes of pure noise: a rule that saw its own people would look fair and accurate.
    random = np.random.default_rng(1)
    n = 400
    groups, y, risk = Groups.of("g", ["a", "b"] * 200), (random.random(n) < 0.5).astype(float), random.random(n)
    found = {one.remedy: one for one in compare(y, risk, groups, np.arange(n) % 5, resamples=20)}
    assert found["group recalibration"].figures["auc"].value < 0.56


def test_groups_too_small_cannot_be_mended():
    y = np.tile([0.0, 1.0], 30)
    with pytest.raises(DataError, match="fewer than two groups"):
        compare(y, y * 0.5, Groups.of("g", ["a"] * 50 + ["b"] * 10), np.arange(60) % 2)

import numpy as np
import pytest

from pharmakon.fairness.groups import Groups
from pharmakon.fairness.recalibration import Recalibration, logit


def made(n, seed):
    random = np.random.default_rng(seed)
    groups = Groups.of("g", ["a", "b"] * (n // 2))
    score = random.normal(0, 1, n)
    y = (random.random(n) < 1 / (1 + np.exp(-np.where(groups.code == 0, score, score - 1.5)))).astype(float)
    return groups, 1 / (1 + np.exp(-score)), y


def test_risks_mean_the_same_in_both_groups_afterwards():
    groups, risk, y = made(4000, 0)
    line = Recalibration.fit(risk, y, groups)
    others, fresh, truth = made(4000, 1)
    after = line.apply(fresh, others)
    for i in (0, 1):
        rows = others.code == i
        assert after[rows].mean() == pytest.approx(truth[rows].mean(), abs=0.03)
    assert abs(fresh[others.code == 1].mean() - truth[others.code == 1].mean()) > 0.2


def test_a_small_group_goes_with_everybody_and_a_new_one_too():
    _, risk, y = made(4000, 0)
    words = np.array(["a"] * 3997 + ["b"] * 3)
    line = Recalibration.fit(risk, y, Groups.of("g", words))
    assert "b" not in line.levels or line.levels["b"] == pytest.approx(line.everybody, abs=0.5)
    found = line.apply(np.array([0.5]), Groups.of("g", ["new"]))
    assert logit(found)[0] == pytest.approx(line.everybody[0], abs=1e-6)

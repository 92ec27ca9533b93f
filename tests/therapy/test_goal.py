import numpy as np
import pytest

from pharmakon.core.errors import UnknownName, UsageError
from pharmakon.core.types import Scorer
from pharmakon.therapy.goal import ResponseGoal


def test_a_goal_is_a_scorer(screen, predictor):
    goal = ResponseGoal("tumour", predictor, screen.profiles.take([0]))
    assert isinstance(goal, Scorer)
    what = goal.properties["tumour"]
    assert (what.unit, what.better) == ("ln uM", "low")
    found = goal.estimate([screen.smiles[0], "nonsense"], ["tumour"])["tumour"]
    assert found.low[0] < found.value[0] < found.high[0]
    assert found.nearest_id[0] == "D0"
    assert np.isnan(found.value[1])
    assert found.problem[1]
    assert len(goal.estimate([], ["tumour"])["tumour"]) == 0
    rank = goal.estimate([screen.smiles[0]], ["tumour_percentile"])["tumour_percentile"]
    assert 0 <= rank.low[0] <= rank.value[0] <= rank.high[0] <= 100
    assert rank.high[0] - rank.low[0] >= min(predictor.rank_error_, 100 - predictor.rank_error_) > 0


def test_a_group_against_another_leaves_the_potency_out(screen, predictor):
    mutated = screen.profiles.values["mutation"][:, 0] == 1
    goal = ResponseGoal("mutants", predictor, screen.profiles.take(mutated), screen.profiles.take(~mutated))
    found = goal.estimate([screen.smiles[0], screen.smiles[11]], ["mutants"])["mutants"]
    assert found.value[0] < found.value[1]
    assert abs(found.value).max() < 3


def test_other_names_and_empty_groups_are_told(screen, predictor):
    goal = ResponseGoal("tumour", predictor, screen.profiles.take([0]))
    with pytest.raises(UnknownName, match="tumour"):
        goal.estimate(["C"], ["tumor"])
    with pytest.raises(UsageError, match="at least one profile"):
        ResponseGoal("x", predictor, screen.profiles.take([]))

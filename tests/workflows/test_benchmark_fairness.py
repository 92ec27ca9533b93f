import numpy as np
import pytest

from pharmakon.workflows.benchmark_fairness import ADULT, FAIRNESS, _adult, equality, simulated, warfarin


def test_the_simulation_is_of_two_unlike_groups():
    groups, judged = simulated((4000, 4000), 0)
    first, second = (judged.y[groups.code == k] for k in (0, 1))
    assert first.mean() - second.mean() > 0.02
    assert len(np.unique(judged.risk)) < 1001


def test_equal_to_fairlearn():
    found = equality(3)
    assert found["scores"]["largest difference"]["value"] < 1e-9


def test_every_task_says_something():
    assert FAIRNESS.tasks() == ["equality", "coverage", "speed", "adult", "warfarin"]
    assert FAIRNESS.summary({"speed": {"said": "fast"}}) == {"speed": "fast"}


@pytest.mark.data
def test_black_patients_doses_are_flagged():
    assert "race Black: mean absolute error" in warfarin(0)["said"]


@pytest.mark.data
def test_adult_is_read_without_the_group_among_its_features(data):
    X, y, sex = _adult(data / ADULT)
    assert len(X) == len(y) == 32561 and int(y.sum()) == 7841
    assert sex.levels == ("Female", "Male") and np.isfinite(X).all()

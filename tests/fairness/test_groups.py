import numpy as np
import pytest

from pharmakon.core.errors import UsageError
from pharmakon.fairness.groups import UNKNOWN, Groups, banded, crossed, renamed, too_small


def test_levels_are_sorted_and_what_is_not_known_comes_last():
    groups = Groups.of("sex", ["m", "", "f", "m"])
    assert groups.levels == ("f", "m", UNKNOWN)
    assert groups.count().tolist() == [1, 2, 1]
    assert groups.take(np.array([True, False, False, True])).levels == ("m",)
    assert groups.take(np.array([True, True, False, True])).levels == ("m", UNKNOWN)  # once


def test_ages_come_in_bands():
    groups = banded("age", np.array([17.9, 18, 64, 65, 90, np.nan, -1]), (0, 18, 65))
    assert groups.levels == ("below 0", "0-17", "18-64", "65+", UNKNOWN)
    assert groups.count().tolist() == [1, 1, 2, 2, 1]


def test_intersections_are_those_that_somebody_is_in():
    sex, race = Groups.of("sex", ["f", "f", "m", ""]), Groups.of("race", ["A", "B", "B", "A"])
    both = crossed([sex, race])
    assert both.name == "sex × race"
    assert both.levels == ("f × A", "f × B", "m × B", UNKNOWN)
    with pytest.raises(UsageError):
        crossed([])


def test_levels_of_one_word_are_one_level():
    assert renamed(Groups.of("sex", ["F", "female", "M"]), {"F": "female", "M": "male"}).count().tolist() == [2, 1]


@pytest.mark.parametrize(
    ("n", "events", "said"), [(29, 20, "29 people"), (30, 9, "9 of the rarer"), (30, 10, ""), (30, None, "")]
)
def test_a_small_cell_says_why_it_tells_nothing(n, events, said):
    assert said in too_small(n, events)
    assert bool(too_small(n, events)) == bool(said)

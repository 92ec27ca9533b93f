"""The strictest class wins, wherever it is written."""

from itertools import permutations

import pytest

from pharmakon.core.access import access_of, stated, strictest


def test_the_strictest_of_several_wins_in_any_order():
    for order in permutations(["open", "controlled", "restricted", None]):
        assert strictest(order) == "restricted"
    assert strictest(["open", None]) == "open"
    assert strictest([None]) is None


@pytest.mark.parametrize(
    ("card", "found"),
    [
        ({}, (None, "")),
        ({"dataset": {"access": "open"}}, ("open", "")),
        ({"access": "open", "declaration": {"access": "controlled", "terms": "DAC 7"}}, ("controlled", "DAC 7")),
        ({"dataset": {"access": "secret"}}, ("restricted", "")),
        ({"dataset": None, "declaration": {"access": None}}, (None, "")),
    ],
)
def test_a_card_says_it_in_several_places(card, found):
    assert access_of(card) == found


def test_what_goes_on_from_another_inherits_the_strictest():
    parent = {"data": {"access": "restricted", "terms": "hospital A"}}
    assert stated("open", "ours", parent) == {"access": "restricted", "terms": "ours; hospital A"}
    assert stated(None, "", parent) == {"access": "restricted", "terms": "hospital A"}
    assert stated(None, "") == stated(None, "", {}) == {}
    both = {"dataset": {"access": "open"}, "recalibration": {"access": "controlled"}}
    assert access_of(both) == ("controlled", "")

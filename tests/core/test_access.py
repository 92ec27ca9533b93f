"""The strictest class wins, wherever it is written."""

from itertools import permutations

import pytest

from pharmakon.core.access import access_of, strictest


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

"""When a search has had enough."""

import pytest

from pharmakon.design.optimise import Optimiser
from pharmakon.design.settings import Settings
from pharmakon.design.stopping import reason_to_stop

RISING = [0.01 * i for i in range(60)]


@pytest.mark.parametrize(
    ("scores", "settings", "reason"),
    [
        (RISING, {"until": 0.54}, "reached"),  # the ten best are .50 to .59
        (RISING, {"until": 0.55}, ""),
        ([0.9] * 9, {"until": 0.5}, ""),
        (RISING, {"patience": 20}, ""),
        (RISING + [0.5] * 19, {"patience": 20}, ""),
        (RISING + [0.5] * 20, {"patience": 20}, "patience"),
        (RISING + [0.5] * 19 + [0.6], {"patience": 20}, ""),  # 0.60 for 0.50: a hundredth
        (RISING + [0.5] * 19 + [0.505], {"patience": 20}, "patience"),  # 0.505 for 0.50: less than a thousandth
        ([1e-9 * score for score in RISING], {"patience": 20}, ""),  # however small
        ([1e-9 * score for score in RISING + [0.5] * 20], {"patience": 20}, "patience"),
        ([0.5] * 69, {"patience": 10}, ""),  # the start does not count
        ([0.5] * 70, {"patience": 10}, "patience"),
        (RISING + [0.5] * 500, {}, ""),
        ([0.0] * 500, {"patience": 20}, ""),  # nothing has been found yet
    ],
)
def test_it_ends_where_the_best_are_good_or_stand_still(scores, settings, reason):
    assert reason_to_stop(scores, Settings(initial=60 if "patience" in settings else 20, **settings)) == reason


def test_a_search_that_stands_still_spends_no_more_calls(memory):
    from pharmakon.design.lineage import Evaluation

    def flat(smiles):
        return [Evaluation(0.5) for _ in smiles]

    settings = Settings(calls=200, batch=10, initial=20, proposals=2, generations=1, points=40, patience=30)
    journal = memory()
    search = Optimiser(flat, settings, start=("CCOC(=O)c1ccccc1N", "CCN(CC)CCOc1ccccc1"), journal=journal)
    assert len(search.run()) == 50
    assert search.stopped == "patience"
    again = Optimiser(None, settings, start=("CCOC(=O)c1ccccc1N",), journal=memory(journal.entries))
    assert len(again.run()) == 50  # resumed, it has ended already

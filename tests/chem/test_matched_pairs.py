"""Matched pairs of measured molecules: which exchanges they show, and by how much the values change."""

import numpy as np
import pytest

from pharmakon.chem.matched_pairs import HYDROGEN, Change, MatchedPairs, median_of

MEASURED = {
    "Cc1ccccc1": 1.0,
    "Fc1ccccc1": 2.0,
    "c1ccccc1": 0.5,
    "Cc1ccncc1": 3.0,
    "Fc1ccncc1": 4.5,
    "Cc1ccc(C)cc1": 7.0,
}


def test_a_pair_is_two_molecules_that_share_all_but_one_group():
    pairs = MatchedPairs.mine(MEASURED)
    change = pairs.change("*C", "*F")
    assert (change.n, change.mean) == (2, 1.25)
    assert change.sd == pytest.approx(np.std([1.0, 1.5], ddof=1))
    assert pairs.change("*F", "*C").mean == -1.25
    assert pairs.change("*C", "*Cl") is None


def test_a_hydrogen_is_a_group():
    pairs = MatchedPairs.mine(MEASURED)
    assert pairs.change("*C", HYDROGEN).n == 2  # toluene to benzene, xylene to toluene
    assert pairs.change(HYDROGEN, "*F").mean == 1.5


def test_only_wanted_groups_are_kept_and_the_commonest_exchange_comes_first():
    pairs = MatchedPairs.mine(MEASURED, wanted=lambda group: group == "*C")
    assert pairs.change("*F", "*C") is None
    assert [one.n for one in pairs.afters("*C")] == [2, 2]
    assert len(pairs) == 2


def test_an_interval_needs_three_pairs():
    assert np.isnan(Change.of("*C", "*F", [1.0, 2.0]).low)
    change = Change.of("*C", "*F", [1.0, 2.0, 3.0])
    assert change.low == pytest.approx(2.0 - 4.3027 / 3**0.5, abs=1e-3)
    assert change.high - change.mean == pytest.approx(change.mean - change.low)


def test_a_mixture_is_passed_over_and_repeats_are_one_molecule():
    assert len(MatchedPairs.mine({"Cc1ccccc1.O": 1.0, "Fc1ccccc1.O": 2.0})) == 0
    assert median_of({"C": [1.0, 5.0, 2.0]}) == {"C": 2.0}

import numpy as np
import pytest

from pharmakon.chem.similarity import tanimoto
from pharmakon.design.diversity import circles, differing, internal_diversity, packed, spread

SERIES = ["CCCCCCCCO", "CCCCCCCCCO", "c1ccccc1C(=O)NC", "c1ccccc1C(=O)NCC", "C1CCNCC1", "O=S(=O)(N)c1ccncc1"]


def test_differing_keeps_the_order_and_the_distance():
    chosen = differing(packed(SERIES), 6, max_similarity=0.5)
    assert chosen == [0, 2, 4, 5]  # each copy of a series gives way to the one before it
    between = tanimoto(packed(SERIES)[chosen], packed(SERIES)[chosen])
    assert np.max(between - np.eye(4)) <= 0.5
    assert differing(packed(SERIES), 2, max_similarity=0.5) == [0, 2]
    assert 0 not in differing(packed(SERIES), 6, max_similarity=0.5, taken=packed(SERIES[:1]))


def test_differing_gives_a_group_no_more_than_its_share():
    groups = ["acyclic", "acyclic", "benzene", "benzene", "piperidine", "pyridine"]
    assert differing(packed(SERIES), 6, max_similarity=1.0, groups=groups, per_group=1) == [0, 2, 4, 5]
    assert differing(packed(SERIES), 6, max_similarity=1.0, groups=groups, per_group=2) == [0, 1, 2, 3, 4, 5]


def test_spread_takes_the_farthest_next():
    chosen = spread(SERIES, 4)
    assert chosen[0] == 0
    assert len(set(chosen)) == 4
    assert 1 not in chosen  # the neighbour of the first
    assert spread(SERIES, 0) == []
    assert sorted(spread(SERIES, 99)) == list(range(6))


def test_measures_of_a_set():
    assert circles(SERIES, distance=0.5) == 4
    assert circles([]) == 0
    assert internal_diversity(["CCO", "CCO"]) == pytest.approx(0.0)
    assert internal_diversity(SERIES) > 0.7
    assert np.isnan(internal_diversity(["CCO"]))

import itertools

import numpy as np
import pytest

from pharmakon.core.random import stream
from pharmakon.design.lineage import Evaluation, Part, Record
from pharmakon.design.objective import Goal, Objective
from pharmakon.design.optimise import Optimiser, Settings
from pharmakon.design.pareto import Scalarisation, fronts, hypervolume, points_of, spread_first, undominated, volumes

START = ("CCOc1ccc(C(=O)NCC2CCNCC2)cc1", "Cc1ccc(S(=O)(=O)NCCO)cc1")


def cloud(n, goals, seed=0):
    """Points in steps of a tenth, so that some are equal."""
    return np.round(stream(seed, "cloud", n, goals).random((n, goals)), 1)


def beats(a, b):
    return all(x >= y for x, y in zip(a, b, strict=True)) and tuple(a) != tuple(b)


@pytest.mark.parametrize("goals", [1, 2, 3, 4])
def test_fronts_are_those_of_the_definition(goals):
    points = cloud(80, goals)
    left, number, k = set(range(80)), {}, 0
    while left:
        k += 1
        front = {i for i in left if not any(beats(points[j], points[i]) for j in left)}
        number |= dict.fromkeys(front, k)
        left -= front
    assert fronts(points).tolist() == [number[i] for i in range(80)]
    assert undominated(points) == [i for i in range(80) if number[i] == 1]


def counted(points):
    """The volume by counting the cells of a grid whose lines are the points' own coordinates."""
    axes = [np.unique(np.concatenate([[0.0], column])) for column in points.T]
    total = 0.0
    for cell in itertools.product(*(range(len(axis) - 1) for axis in axes)):
        top = np.array([axis[i + 1] for axis, i in zip(axes, cell, strict=True)])
        if (points >= top).all(axis=1).any():
            total += np.prod([axis[i + 1] - axis[i] for axis, i in zip(axes, cell, strict=True)])
    return total


@pytest.mark.parametrize(("n", "goals"), [(1, 1), (30, 1), (30, 2), (1, 3), (30, 3), (20, 4), (15, 5)])
def test_volume_is_that_of_the_counted_cells(n, goals):
    points = cloud(n, goals)
    assert hypervolume(points) == pytest.approx(counted(points))


def test_volume_of_a_random_cloud_is_the_share_of_random_places_below_it():
    points = stream(1, "front").random((40, 4))
    places = stream(1, "places").random((20_000, 4))
    share = np.mean([(points >= place).all(axis=1).any() for place in places])
    assert hypervolume(points) == pytest.approx(share, abs=0.01)


@pytest.mark.parametrize("goals", [2, 3, 4])
def test_volumes_are_those_of_every_beginning(goals):
    points = cloud(25, goals, seed=2)
    expected = [hypervolume(points[: i + 1]) for i in range(25)]
    np.testing.assert_allclose(volumes(points), expected, atol=1e-12)


def test_beyond_four_goals_the_volume_of_a_search_is_that_of_a_sample():
    points = stream(4, "many").random((30, 6)) ** 0.3
    found = volumes(points)
    assert found[-1] == pytest.approx(hypervolume(points), abs=0.01)
    assert (np.diff(found) >= 0).all()
    assert np.array_equal(found, volumes(points))


def test_nothing_commands_nothing():
    assert hypervolume(np.zeros((0, 3))) == 0.0
    assert volumes(np.zeros((0, 3))).tolist() == []
    assert fronts(np.zeros((0, 3))).tolist() == []


def test_any_number_of_a_spread_order_is_spread():
    line = np.column_stack([np.linspace(0, 1, 11), np.linspace(1, 0, 11)])
    assert spread_first(line[[5, *range(5), *range(6, 11)]])[:3] == [0, 1, 10]  # middle, one end, the other
    assert sorted(spread_first(line)) == list(range(11))


def record(call, *grades, feasible=True, score=0.5):
    parts = {f"g{i}": Part(g, g, g, True, g) for i, g in enumerate(grades)}
    return Record("C" * call, Evaluation(score, feasible, parts), (), 0, call)


def test_each_batch_has_its_weights_and_likes_another_part_of_the_front():
    score = Scalarisation([("g0", 1.0), ("g1", 1.0)], seed=3)
    front = [record(1 + i, x, 1 - x) for i, x in enumerate(np.linspace(0, 1, 11))]
    rest = [record(20, 0.3, 0.3), record(21, 1.0, 1.0, feasible=False, score=-0.2)]
    best = set()
    for batch in range(30):
        found = score([*front, *rest], batch)
        assert found[-1] == -0.2
        assert 0 < found[-2] < found[:11].max() <= 1
        best.add(int(np.argmax(found)))
        assert np.array_equal(found, score([*front, *rest], batch))
    assert len(best) > 5
    assert min(best) < 3
    assert max(best) > 7


def test_a_goal_of_twice_the_weight_is_drawn_twice_as_heavy():
    heavy = np.mean([Scalarisation([("a", 2.0), ("b", 1.0)], seed=0).weights(i) for i in range(300)], axis=0)
    assert heavy.sum() == pytest.approx(1)
    assert heavy[0] > 0.58


def test_where_nothing_is_feasible_the_scores_are_kept():
    score = Scalarisation([("g0", 1.0)], seed=0)
    assert score([record(1, 0.9, feasible=False, score=-0.4)], 0).tolist() == [-0.4]


def test_a_search_goes_where_a_batch_finds_its_worth():
    """Twenty atoms are carbons or others: what only others are worth is not what only carbons are."""
    goals = [
        Goal(property="heavy_atoms", over="heteroatoms", want=">= 20", tolerance=20),
        Goal(property="heteroatoms", want=">= 20", tolerance=20),
    ]
    settings = Settings(calls=160, batch=8, initial=24, proposals=4, generations=2, seed=1, max_atoms=20)
    best = {}
    for name, weights in (("carbons", (1.0, 1e-9)), ("others", (1e-9, 1.0))):
        made = Objective(goals, aggregate="pareto")
        keys = [judge.key for judge in made.goals]

        def worth(records, _, *, keys=keys, weights=weights):
            return points_of(records, keys) @ np.array(weights)

        found = Optimiser(made.evaluate, settings, start=START, prefilter=made.sieve, rescore=worth).run()
        best[name] = np.sort(points_of(found.records, keys), axis=0)[-10:].mean(axis=0)
    assert best["carbons"][0] > best["others"][0] + 0.05
    assert best["others"][1] > best["carbons"][1] + 0.05

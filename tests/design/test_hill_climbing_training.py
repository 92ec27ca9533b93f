from dataclasses import replace

import numpy as np
import pytest

from pharmakon.design.hill_climbing_training import HillClimbing, climb, train

pytest.importorskip("torch")

SMALL = HillClimbing(
    climbing_rate=1e-2, width=48, depth=1, merges=10, batch=32, steps=80, rate=1e-2, samples=40, keep=20, longest=30
)
ALCOHOLS = [f"{'C' * n}{end}" for n in range(2, 9) for end in ("O", "N", "(=O)O", "OC", "c1ccccc1")]


class Ended(Exception):
    pass


class Likes:
    """Ends after so many rounds; likes nitrogen."""

    def __init__(self, rounds):
        self.rounds, self.asked = rounds, []

    def __call__(self, smiles):
        if len(self.asked) == self.rounds:
            raise Ended
        self.asked.append(list(smiles))
        return [s.count("N") / len(s) if s else 0.0 for s in smiles]


@pytest.fixture(scope="module")
def weights():
    return train(ALCOHOLS, SMALL)


def run(weights, rounds, seed=0):
    likes = Likes(rounds)
    with pytest.raises(Ended):
        climb(weights, likes, SMALL, seed=seed)
    return likes.asked


def test_it_writes_what_it_has_learnt(weights):
    first = run(weights, 1)[0]
    assert len(set(first) & set(ALCOHOLS)) > len(set(first)) / 2


def test_it_climbs(weights):
    asked = run(weights, 5)
    shares = [np.mean(["N" in s for s in smiles[-15:]]) for smiles in (asked[0], asked[-1])]
    assert shares[1] > shares[0]


def test_the_same_seed_writes_the_same(weights):
    assert run(weights, 2) == run(weights, 2)
    assert run(weights, 1) != run(weights, 1, seed=1)


def test_the_same_recipe_makes_the_same_network(weights):
    again = train(ALCOHOLS, SMALL)
    assert all(np.array_equal(again[name], weights[name]) for name in weights)


def test_it_ends_after_its_rounds_where_nothing_else_ends_it(weights):
    asked = []

    def never_enough(smiles):
        asked.append(list(smiles))
        return [1.0 for _ in smiles]

    climb(weights, never_enough, replace(SMALL, rounds=3))
    assert len(asked) == 3

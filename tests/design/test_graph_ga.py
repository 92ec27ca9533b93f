import pytest
from rdkit import Chem
from rdkit.Chem import Crippen

from pharmakon.design.graph_ga import GraphGa

START = (
    "COc1cc2ncnc(Nc3cccc(Cl)c3)c2cc1OC",
    "O=C(Nc1ccc(F)cc1)C1CCN(S(=O)(=O)C)CC1",
    "Cc1c[nH]c2ccc(CNC)cc12",
    "CC(C)c1nc(C(=O)NC2CCCC2)co1",
    "OC(CNC1CCCCC1)c1ccncc1",
)


class Ended(Exception):
    pass


class Fitness:
    """Likes logP near 3.3; ends the search after so many rounds."""

    def __init__(self, rounds):
        self.rounds, self.asked = rounds, []

    def __call__(self, smiles):
        if len(self.asked) == self.rounds:
            raise Ended
        self.asked.append(list(smiles))
        return [1 / (1 + abs(Crippen.MolLogP(Chem.MolFromSmiles(s)) - 3.3)) for s in smiles]


def run(rounds=6, allowed=lambda mol: True, seed=0, **settings):
    fitness = Fitness(rounds)
    with pytest.raises(Ended):
        GraphGa(population=8, offspring=16, **settings).run(fitness, START, allowed=allowed, seed=seed)
    return fitness.asked


def test_it_gets_better():
    fitness = Fitness(9)
    asked = run()
    means = [sum(sorted(fitness(smiles))[-5:]) for smiles in (asked[0], asked[-1])]
    assert means[1] > means[0]


def test_the_best_of_old_and_new_survive():
    asked = run(3)
    assert asked[0] == list(START)
    assert len(asked[1]) <= len(START) + 16
    kept = asked[2][:8]
    assert set(kept) <= set(asked[1])
    scores = dict(zip(asked[1], Fitness(1)(asked[1]), strict=True))
    assert sorted(scores[s] for s in kept) == sorted(scores.values())[-8:]


def test_only_what_is_allowed_is_bred():
    asked = run(allowed=lambda mol: mol.GetNumAtoms() <= 20)
    assert max(Chem.MolFromSmiles(s).GetNumAtoms() for s in set(asked[-1]) - set(START)) <= 20


def test_the_same_seed_breeds_the_same():
    assert run(3) == run(3)
    assert run(3) != run(3, seed=1)

import numpy as np
from rdkit import Chem

from pharmakon.chem.similarity import tanimoto
from pharmakon.core.random import stream
from pharmakon.design.acquire import best_first, betas, choose
from pharmakon.design.diversity import packed
from pharmakon.design.propose import Brood, Proposal
from pharmakon.design.surrogate import Surrogate, Views


def test_best_first_breaks_ties_by_order():
    assert best_first(np.array([1.0, 3.0, 3.0 + 1e-12, 2.0])) == [1, 2, 3, 0]


def test_betas_are_log_uniform():
    drawn = betas((0.01, 1.0), 2000, random=stream(0, "betas"))
    assert drawn.min() >= 0.01
    assert drawn.max() <= 1.0
    assert abs(np.median(drawn) - 0.1) < 0.02


def chosen(molecules, **more):
    pool = Brood([Proposal(s) for s in molecules], Views([Chem.MolFromSmiles(s) for s in molecules]))
    y = np.linspace(-1, 1, 40)
    surrogate = Surrogate("ecfp").fit(pool.views.take(range(40)), y)
    mean, deviation = surrogate.predict(pool.views)
    settings = {
        "wanted": 10,
        "explore": (0.01, 1.0),
        "sampled": 0.0,
        "blind": 0.0,
        "max_similarity": 1.0,
        "accept": lambda mol: True,
    }
    random = stream(0, "choose")
    return choose(pool, mean, deviation, surrogate=surrogate, random=random, **(settings | more)), mean


def test_a_greedy_batch_is_the_best_means(molecules):
    rows, mean = chosen(molecules, explore=(1e-9, 1e-8))
    assert set(rows) == set(best_first(mean)[:10])


def test_a_batch_holds_each_row_once_and_differs(molecules):
    rows, _ = chosen(molecules, sampled=0.5, blind=0.2, max_similarity=0.6)
    assert len(rows) == len(set(rows)) == 10
    fingerprints = packed([molecules[i] for i in rows])
    assert (tanimoto(fingerprints, fingerprints) - np.eye(10)).max() <= 0.6


def test_accept_has_the_last_word_and_is_asked_once(molecules):
    asked = []

    def accept(mol):
        asked.append(mol)
        return mol.GetNumAtoms() > 10

    rows, _ = chosen(molecules, blind=0.2, accept=accept)
    assert all(Chem.MolFromSmiles(molecules[i]).GetNumAtoms() > 10 for i in rows)
    assert len(set(map(id, asked))) == len(asked)


def test_same_stream_same_batch(molecules):
    assert chosen(molecules, sampled=0.5, blind=0.2)[0] == chosen(molecules, sampled=0.5, blind=0.2)[0]

"""A policy learns what scored best, and from the same calls always the same."""

import numpy as np
import pytest
from rdkit import Chem

from pharmakon.design import policy_training
from pharmakon.design.corpus import Corpus
from pharmakon.design.language_training import LanguageRecipe, train_language_model
from pharmakon.design.lineage import Evaluation, Record
from pharmakon.design.optimise import Optimiser, Settings
from pharmakon.design.policy_training import EVERY, Policy
from pharmakon.design.tokens import Tokens

pytest.importorskip("torch")
pytest.importorskip("onnx")

SMILES = [f"{'C' * n}{group}" for n in range(1, 9) for group in ("O", "N", "(=O)O", "c1ccccc1", "#N", "F", "Cl")] * 8


def nitriles(smiles):
    return [Evaluation(float(s.endswith("C#N") or s.startswith("N#C")), True, {}) for s in smiles]


@pytest.fixture(scope="module")
def prior(tmp_path_factory):
    tokens = Tokens.learn(SMILES, 10)
    recipe = LanguageRecipe(width=32, depth=2, heads=2, context=20, epochs=8, batch=32)
    corpus = Corpus.write(SMILES, tokens, tmp_path_factory.mktemp("corpus"), context=20)
    return train_language_model(corpus, tokens, recipe=recipe, threads=1)


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    # The tests beside it have the other cores, and threads that wait for one cost minutes.
    monkeypatch.setitem(train_language_model.__kwdefaults__, "threads", 1)
    monkeypatch.setattr(policy_training, "RECIPE", LanguageRecipe(epochs=12, batch=32, rate=0.02))
    monkeypatch.setattr(policy_training, "BEST", 8)  # the nitriles
    monkeypatch.setattr(policy_training, "TEXTS", 128)
    monkeypatch.setattr(policy_training, "WRITTEN", 100)


@pytest.fixture(scope="module")
def calls():
    """Two batches: everything once, nitriles best; and a later one that no lesson of the first knows."""
    molecules = [Chem.CanonSmiles(s) for s in dict.fromkeys(SMILES)]
    first = [Record(s, e, (), 0, i + 1) for i, (s, e) in enumerate(zip(molecules, nitriles(molecules), strict=True))]
    return [*first, Record("CCBr", Evaluation(9.0, True, {}), (), EVERY, len(first) + 1)]


def share(strangers):
    brood = strangers.visit(100, lambda mol: True, kernel="ecfp", random=np.random.default_rng(0))
    nitrile = sum("C#N" in p.smiles or "N#C" in p.smiles for p in brood.proposals)
    return nitrile / max(len(brood), 1), len(brood)


def test_it_writes_more_of_what_scored_best(prior, calls):
    texts = dict.fromkeys(prior.sample(100, random=np.random.default_rng(0)))
    before = np.mean(["C#N" in text or "N#C" in text for text in texts])
    found, n = share(Policy(prior).visitors(EVERY, calls))
    assert n >= 5
    assert found > before + 0.2


def test_before_the_first_lesson_it_writes_nothing(prior, calls):
    assert share(Policy(prior).visitors(EVERY - 1, calls))[1] == 0


def test_a_resumed_run_learns_the_same(prior, calls):
    whole, resumed = Policy(prior), Policy(prior)
    whole.visitors(EVERY, calls[:-1])
    for batch in (EVERY, EVERY + 3):
        random = (np.random.default_rng(1) for _ in range(2))
        one, two = (
            p.visitors(batch, known).visit(100, lambda mol: True, kernel="ecfp", random=next(random))
            for p, known in ((whole, calls), (resumed, calls))
        )
        assert [p.smiles for p in one.proposals] == [p.smiles for p in two.proposals] != []


def test_a_search_takes_what_it_writes(prior, monkeypatch):
    monkeypatch.setattr(policy_training, "EVERY", 2)
    settings = Settings(calls=60, batch=10, initial=20, strangers=20, min_atoms=2, proposals=2)
    archive = Optimiser(nitriles, settings, start=["CCCCO", "CCCCN"], policy=Policy(prior)).run()
    assert len(archive) == 60
    # No operator made what is written; without a policy only the molecules at the start are of this kind.
    assert any(record.batch >= 2 and not record.operators for record in archive)

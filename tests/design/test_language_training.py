"""A small transformer learns a small language; killed and resumed it is the same."""

import numpy as np
import pytest
from rdkit import Chem

from pharmakon.design.corpus import Corpus
from pharmakon.design.language_training import LanguageRecipe, train_language_model
from pharmakon.design.tokens import Tokens

pytest.importorskip("torch")
pytest.importorskip("onnx")

SMILES = [f"{'C' * n}{group}" for n in range(1, 9) for group in ("O", "N", "(=O)O", "c1ccccc1", "#N", "F", "Cl")] * 12
RECIPE = LanguageRecipe(width=32, depth=2, heads=2, context=20, epochs=8, batch=32)


@pytest.fixture(scope="module")
def tokens():
    return Tokens.learn(SMILES, 10)


@pytest.fixture(scope="module")
def corpus(tokens, tmp_path_factory):
    return Corpus.write(SMILES, tokens, tmp_path_factory.mktemp("corpus"), context=20)


@pytest.fixture(scope="module")
def whole(corpus, tokens):
    return train_language_model(corpus, tokens, recipe=RECIPE, threads=1)


def test_it_writes_molecules_of_the_language(whole):
    texts = whole.sample(200, random=np.random.default_rng(0))
    valid = [text for text in texts if Chem.MolFromSmiles(text) is not None]
    assert len(valid) > 180
    assert len(set(valid) & set(SMILES)) > 20


def test_the_language_is_likelier_than_another(whole):
    known, foreign = whole.likelihoods(["CCCCCO", "SPSPS"])
    assert known.sum() > foreign.sum() + 10


def test_killed_and_resumed_it_is_the_same(whole, corpus, tokens, tmp_path, monkeypatch):
    class Killed(Exception):
        pass

    def dies(done, total, note):
        raise Killed

    path = tmp_path / "checkpoint.npz"
    recipe = LanguageRecipe(**{name: getattr(RECIPE, name) for name in RECIPE.__slots__} | {"every": 0.0})
    with pytest.raises(Killed):
        train_language_model(corpus, tokens, recipe=recipe, checkpoint=path, threads=1, progress=dies)
    assert path.is_file()
    assert 0 < int(np.load(path)["step"]) < 8 * 21
    again = train_language_model(corpus, tokens, recipe=RECIPE, checkpoint=path, threads=1)
    assert again.onnx == whole.onnx


def test_it_writes_short_and_long_molecules_as_often_as_it_learnt_from(tmp_path):
    texts = [f"{'CO' * (n % 2)}{'N' * (1 + n % 3)}" for n in range(600)] + [f"FC{'C' * (n % 14)}Br" for n in range(600)]
    corpus = Corpus.write(texts, Tokens(), tmp_path, context=20)
    language = train_language_model(corpus, Tokens(), recipe=RECIPE, threads=1)
    written = language.sample(2000, random=np.random.default_rng(1))
    assert np.mean([len(text) for text in written]) == pytest.approx(np.mean([len(text) for text in texts]), rel=0.06)


def test_from_another_model_it_has_that_ones_context(whole, corpus, tokens):
    again = train_language_model(corpus, tokens, recipe=LanguageRecipe(epochs=1, batch=32), start=whole, threads=1)
    assert again.context == whole.context == 20

"""A language model writes, judges, and is the same after a round trip."""

import pickle
import re

import numpy as np
import pytest

from pharmakon.core.errors import ModelError, UsageError
from pharmakon.design.grammar import Draft, Grammar
from pharmakon.design.language import LanguageModel
from pharmakon.design.tokens import Tokens

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

CONTEXT = 24


@pytest.fixture(scope="module")
def module():
    from pharmakon.design.transformer import Transformer

    torch.manual_seed(0)
    made = Transformer(len(Tokens()), width=32, depth=2, heads=4, context=CONTEXT)
    for weight in made.parameters():
        if weight.dim() == 2:
            torch.nn.init.normal_(weight, std=0.2)
    return made.eval()


@pytest.fixture(scope="module")
def language(module):
    from pharmakon.design.language_export import exported

    return LanguageModel(exported(module), Tokens(), context=CONTEXT, threads=1)


def test_likelihoods_are_those_of_the_module(module, language):
    smiles = ["CCO", "c1ccccc1", "C", "O=C(O)C1CCNCC1"]
    for text, found in zip(smiles, language.likelihoods(smiles), strict=True):
        line = torch.tensor([[1, *language.tokens.encode([language.spelt(text)])[0], 2]], dtype=torch.int64)
        with torch.no_grad():
            states = Grammar(language.tokens).along(line[:, :-1].numpy())
            logits = module(line[:, :-1], torch.from_numpy(states))
            logits[:, :, :2] = -torch.inf
            wanted = logits.log_softmax(-1)[0].gather(1, line[0, 1:, None])[:, 0].numpy()
        assert len(found) == len(language.spelt(text)) + 1
        assert found == pytest.approx(wanted, abs=0.15)  # weights of one byte


def test_samples_follow_the_generator_the_prefix_and_the_temperature(language):
    one, two, other = (language.sample(40, random=np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert one == two != other
    assert len(one) == 40
    assert all(
        text.startswith("CC(=O)") for text in language.sample(9, random=np.random.default_rng(0), prefix="CC(=O)")
    )
    cold = language.sample(40, random=np.random.default_rng(0), temperature=0.05)
    assert len(set(cold)) < len(set(one))


def test_samples_are_as_likely_as_the_model_says(language):
    """The share of samples that begin with a token is that token's probability."""
    texts = language.sample(4000, random=np.random.default_rng(0))
    first = np.array([text[:1] for text in texts])
    for token in ("C", "c", "N"):
        logits, _ = language._step(np.array([1]), 0, [Draft()], language._empty(1))
        weights = np.exp(logits[0] - logits[0].max())
        weights[Grammar(language.tokens).impossible([Draft()])[0]] = 0
        expected = weights[language.tokens.texts.index(token)] / weights.sum()
        assert (first == token).mean() == pytest.approx(expected, abs=0.02)


def test_what_cannot_be(language):
    with pytest.raises(UsageError, match="longer"):
        language.likelihoods(["C" * CONTEXT])
    with pytest.raises(UsageError, match="temperature"):
        language.sample(1, random=np.random.default_rng(0), temperature=0)
    with pytest.raises(UsageError, match="as long as"):
        language.sample(1, random=np.random.default_rng(0), prefix="C" * CONTEXT)
    with pytest.raises(ModelError, match="cannot be read"):
        LanguageModel(b"nonsense", Tokens(), context=5).sample(1, random=np.random.default_rng(0))


def test_it_is_the_same_after_a_round_trip(language):
    texts = language.sample(5, random=np.random.default_rng(1))
    for again in (LanguageModel.from_arrays(language.to_arrays()), pickle.loads(pickle.dumps(language))):  # noqa: S301
        again.threads = 1
        assert again.sample(5, random=np.random.default_rng(1)) == texts


def test_nothing_is_closed_that_is_not_open_and_nothing_ends_while_something_is(language):
    written = language.sample(3000, random=np.random.default_rng(0), prefix="C(")
    plain = [re.sub(r"\[[^\]]*\]|%..", "*", text) for text in written if len(text) < CONTEXT - 1]  # the others were cut
    assert len(plain) > 5
    for text in plain:
        depths = np.cumsum([(c == "(") - (c == ")") for c in text] or [0])
        assert depths.min() >= 0 == depths[-1], text
        assert all(text.count(digit) % 2 == 0 for digit in "123456789"), text


def test_it_takes_smiles_and_writes_kekule_texts(language):
    assert language.spelt("Oc1ccccc1") == language.spelt("C1=CC=C(O)C=C1") == "OC1=CC=CC=C1"
    one, other = language.likelihoods(["c1ccccc1O", "C1=CC=C(O)C=C1"])
    assert one.tolist() == other.tolist()
    assert one == pytest.approx(language.text_likelihoods(["OC1=CC=CC=C1"])[0])
    assert language.spelt("no molecule") == "no molecule"
    texts = language.sample(5, random=np.random.default_rng(0), prefix="c1ccccc1C")
    assert all(text.startswith("C1=CC=CC=C1C") for text in texts)


def test_batches_do_not_change_how_likely_a_molecule_is(language, monkeypatch):
    smiles = ["C" * n for n in range(1, 9)]
    whole = language.likelihoods(smiles)
    monkeypatch.setattr("pharmakon.design.language.BATCH", 3)
    for one, two in zip(whole, language.likelihoods(smiles), strict=True):
        assert one == pytest.approx(two, abs=1e-4)

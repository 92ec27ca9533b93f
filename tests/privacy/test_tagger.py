import numpy as np
import pytest

from pharmakon.core.errors import ModelError, UnknownName
from pharmakon.privacy.tagger import Tagger, load_tagger, save_taggers, shipped_tagger
from pharmakon.privacy.tagger_chain import Chain


@pytest.fixture
def tagger():
    random = np.random.default_rng(0)
    W = random.normal(size=(50, 9)).astype(np.float32)
    known = np.sort(random.choice(2**32, 50, replace=False)).astype(np.uint32)
    chain = Chain(random.normal(size=(5, 5)).astype(np.float32), random.normal(size=(4, 2)).astype(np.float32))
    return Tagger.packed(["A", "B"], known, W, chain, keep=200), W


def test_scores_are_the_weights_that_were_kept_to_half_a_step(tagger):
    packed, W = tagger
    own = packed.scores(packed.known[:, None])
    order = np.searchsorted(packed.known, packed.known)
    assert own.shape == (len(packed.known), 9)
    kept = own != 0
    assert kept.sum() == len(packed.weights) <= 200
    rows = [i for i in range(50) if np.abs(W[i]).max() >= np.sort(np.abs(W).ravel())[-200]]
    assert np.abs(own - W[rows])[kept].max() <= packed.unit * 0.51
    assert np.array_equal(order, np.arange(len(order)))


def test_unknown_features_score_nothing(tagger):
    packed, _ = tagger
    strange = np.array([[1, 2, 3]], np.uint32)
    assert not packed.scores(strange).any()


def test_saved_and_read_again_it_is_the_same(tagger, tmp_path):
    packed, _ = tagger
    save_taggers(tmp_path / "m", {"es": packed}, card={"name": "m"})
    again = load_tagger(tmp_path / "m", "es")
    assert again.labels == packed.labels and again.unit == packed.unit
    for name in ("known", "begins", "tags", "weights"):
        assert np.array_equal(getattr(again, name), getattr(packed, name))
    assert np.allclose(again.chain.closed, packed.chain.closed, atol=0.01)
    with pytest.raises(UnknownName, match="no tagger named 'fr'"):
        load_tagger(tmp_path / "m", "fr")


@pytest.mark.parametrize("harm", ["counts", "tags", "inside"])
def test_arrays_that_do_not_fit_are_refused(tagger, harm):
    packed, _ = tagger
    arrays = packed.arrays()
    arrays[harm] = arrays[harm][:-1]
    with pytest.raises(ModelError):
        Tagger.of_arrays(arrays, packed.labels)


def test_the_shipped_folder_is_small_and_holds_no_text():
    for language in ("es", "en"):
        tagger = shipped_tagger(language)
        assert all(a.dtype.kind in "iuf" for a in tagger.arrays().values())
    from importlib.resources import files

    folder = files("pharmakon").joinpath("models", "deidentify")
    assert sum(len(f.read_bytes()) for f in folder.iterdir()) < 2_000_000

"""A collection on disk gives every molecule once an epoch."""

from collections import Counter

import numpy as np
import pytest

from pharmakon.design.corpus import Corpus, held_out
from pharmakon.design.grammar import Grammar, unpacked
from pharmakon.design.tokens import END, PAD, START, Tokens

SMILES = ["C" * n for n in range(1, 60)]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return Corpus.write(iter(SMILES), Tokens(), tmp_path_factory.mktemp("corpus"), context=41)


def test_one_in_fifty_is_held_out_wherever_it_comes_from():
    kept = [held_out(f"{'C' * n}N{'C' * m}") for n in range(1, 101) for m in range(100)]
    assert 150 < sum(kept) < 250
    assert held_out("CCO") == held_out("CCO")


def test_molecules_too_long_are_left_out(corpus):
    assert len(corpus) == 40


def test_every_molecule_comes_once_with_its_marks(corpus):
    found = Counter()
    for lines, _ in corpus.batches(8, random=np.random.default_rng(0)):
        assert lines.shape[0] <= 8
        for line in lines.tolist():
            assert line[0] == START
            end = line.index(END)
            assert set(line[end + 1 :]) <= {PAD}
            found[Tokens().decode(line[1:])] += 1
    assert found == Counter(SMILES[:40])


def test_batches_hold_about_equal_lengths_and_follow_the_seed(corpus):
    one, two, other = (
        [lines.tolist() for lines, _ in corpus.batches(8, random=np.random.default_rng(seed))] for seed in (1, 1, 2)
    )
    assert one == two != other
    assert all(max(map(len, lines)) - min(line.index(END) for line in lines) <= 9 for lines in one)


def test_every_place_comes_with_what_is_owed_there(tmp_path):
    texts = ["CC(=O)O", "C1=CC=CC=C1CC(N)C", "C", "N#CC(C)(C)C"] * 3
    tokens = Tokens.learn(texts, 4)
    corpus = Corpus.write(texts, tokens, tmp_path, context=41)
    for lines, states in corpus.batches(5, random=np.random.default_rng(0)):
        wanted, inside = Grammar(tokens).along(lines[:, :-1]), lines[:, 1:] != PAD
        assert (unpacked(states)[inside] == wanted[inside]).all()
        assert not states[~inside].any()


def test_many_blocks_are_one(tmp_path, monkeypatch, corpus):
    monkeypatch.setattr("pharmakon.design.corpus._BLOCK", 7)
    again = Corpus.write(iter(SMILES), Tokens(), tmp_path, context=41)
    assert again.begins.tolist() == corpus.begins.tolist()
    assert again.ids.tolist() == corpus.ids.tolist()
    assert again.states.tolist() == corpus.states.tolist()

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
    for batch in corpus.batches(8, random=np.random.default_rng(0)):
        assert sum(len(piece.lines) for piece in batch) == 8
        for line in (line for piece in batch for line in piece.lines.tolist()):
            assert line[0] == START
            end = line.index(END)
            assert set(line[end + 1 :]) <= {PAD}
            found[Tokens().decode(line[1:])] += 1
    assert found == Counter(SMILES[:40])


def test_a_batch_has_every_length_and_follows_the_seed(corpus):
    def lengths(seed):
        found = corpus.batches(20, random=np.random.default_rng(seed))
        return [[line.index(END) for piece in batch for line in piece.lines.tolist()] for batch in found]

    one, two, other = map(lengths, (1, 1, 2))
    assert one == two != other
    for batch in one:
        assert batch == sorted(batch)
        assert 10 < np.mean(batch) < 30  # of 1 to 40


def test_a_piece_is_as_long_as_its_longest_molecule(corpus):
    for batch in corpus.batches(8, random=np.random.default_rng(0)):
        assert all((piece.lines[:, -1] == END).any() for piece in batch)


def test_every_place_comes_with_what_is_owed_there(tmp_path):
    texts = ["CC(=O)O", "C1=CC=CC=C1CC(N)C", "C", "N#CC(C)(C)C"] * 3
    tokens = Tokens.learn(texts, 4)
    corpus = Corpus.write(texts, tokens, tmp_path, context=41)
    pieces = [piece for batch in corpus.batches(5, random=np.random.default_rng(0)) for piece in batch]
    for lines, states in pieces:
        wanted, inside = Grammar(tokens).along(lines[:, :-1]), lines[:, 1:] != PAD
        assert (unpacked(states)[inside] == wanted[inside]).all()
        assert not states[~inside].any()


def test_many_blocks_are_one(tmp_path, monkeypatch, corpus):
    monkeypatch.setattr("pharmakon.design.corpus._BLOCK", 7)
    again = Corpus.write(iter(SMILES), Tokens(), tmp_path, context=41)
    assert again.begins.tolist() == corpus.begins.tolist()
    assert again.ids.tolist() == corpus.ids.tolist()
    assert again.states.tolist() == corpus.states.tolist()

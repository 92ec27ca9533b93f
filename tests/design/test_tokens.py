"""Every SMILES can be spelt, and what is often met takes one token."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pharmakon.core.errors import DataError
from pharmakon.design.tokens import CHARACTERS, END, FIRST, Tokens

SMILES = ["CCO", "c1ccccc1C(=O)NCC", "CCCCCCCC", "Cc1ccccc1", "CC(=O)Nc1ccccc1", "ClCCl", "CCCCC"] * 3
STRANGE = [
    "C/C=C\\[C@@H](F)Br",
    "[13CH3][N+](C)(C)C.[Cl-]",
    "[o+]1ccccc1",
    "[Pt@SP1](Cl)(Cl)(N)N",
    "C%10CCCCC%10",
    "*C",
]


@pytest.fixture(scope="module")
def tokens():
    return Tokens.learn(SMILES, 40)


def test_what_was_learnt_makes_lines_short_and_comes_back(tokens):
    assert tokens.texts[FIRST + len(CHARACTERS)] in ("CC", "cc")
    encoded = tokens.encode(SMILES)
    assert [tokens.decode(ids) for ids in encoded] == SMILES
    assert sum(map(len, encoded)) < sum(map(len, SMILES)) / 2


def test_strange_molecules_can_be_spelt(tokens):
    assert [tokens.decode(ids) for ids in tokens.encode(STRANGE)] == STRANGE
    assert [tokens.decode(ids) for ids in Tokens().encode(STRANGE)] == STRANGE


@given(st.lists(st.text(alphabet="CcN1(=)O[]+@", min_size=0, max_size=30), max_size=8))
def test_any_text_of_these_characters_comes_back(texts):
    tokens = Tokens.learn(SMILES, 20)
    assert [tokens.decode(ids) for ids in tokens.encode(texts)] == texts


def test_a_run_of_one_character_is_cut_from_the_left():
    two = Tokens([(FIRST + CHARACTERS.index("C"),) * 2])
    assert [two.texts[i] for i in two.encode(["CCCCC"])[0]] == ["CC", "CC", "C"]
    assert [two.texts[i] for i in two.encode(["CCNCCC"])[0]] == ["CC", "N", "CC", "C"]


def test_decoding_stops_at_the_end(tokens):
    ids = [*tokens.encode(["CCO"])[0], END, FIRST]
    assert tokens.decode(ids) == "CCO"


def test_it_is_the_same_after_a_round_trip(tokens):
    again = Tokens.from_array(tokens.to_array())
    assert again.texts == tokens.texts
    assert len(again) == FIRST + len(CHARACTERS) + len(tokens.merges)
    assert all((a == b).all() for a, b in zip(again.encode(SMILES), tokens.encode(SMILES), strict=True))


def test_learning_stops_when_nothing_repeats():
    assert Tokens.learn(["CN"], 10).merges == ()
    assert Tokens.learn([], 10).merges == ()


@pytest.mark.parametrize("text", ["C C", "C\nC", "é", "C\tN"])
def test_what_is_no_smiles_is_refused(text):
    with pytest.raises(DataError, match="no SMILES"):
        Tokens().encode(["C", text])


def test_many_blocks_are_one(monkeypatch, tokens):
    whole = tokens.encode(SMILES)
    monkeypatch.setattr("pharmakon.design.tokens._BLOCK", 4)
    assert [ids.tolist() for ids in tokens.encode(SMILES)] == [ids.tolist() for ids in whole]
    assert np.concatenate(whole).dtype == np.int32

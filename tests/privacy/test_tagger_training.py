import numpy as np
import pytest

from pharmakon.privacy.tagger_tokens import tokenise
from pharmakon.privacy.tagger_training import TrainingRecipe, places, token_spans, train_tagger

NAMES = [
    "Ana",
    "Bea",
    "Carla",
    "Diego",
    "Elena",
    "Fermín",
    "Gloria",
    "Hugo",
    "Iris",
    "Jorge",
    "Karla",
    "Luis",
    "Marta",
    "Nadia",
    "Oscar",
    "Paula",
]
SMALL = TrainingRecipe(epochs=6, averaged=2, batch=200, fewest=2, keep=20_000)


def note(name, number):
    text = f"Paciente: {name} Ruiz.\nNHC: {number}\nAcude por dolor de 3 días."
    end = text.index(".")
    start = text.index(str(number))
    return text, [(10, end, "NAME"), (start, start + len(str(number)), "ID")]


@pytest.fixture(scope="module")
def notes():
    return [note(name, 10_000 + 37 * i) for i, name in enumerate(NAMES * 3)]


def test_it_finds_a_name_that_it_never_saw(notes):
    tagger = train_tagger(notes, recipe=SMALL)
    text, spans = note("Zoraida", 98_765)
    assert [tuple(label) for label in tagger.tag(text)] == spans
    assert tagger.tag("Acude por dolor de 3 días.") == []
    assert tagger.tag("") == []


def test_same_seed_same_weights(notes):
    one, again = (train_tagger(notes, recipe=SMALL, random_state=3) for _ in range(2))
    assert np.array_equal(one.weights, again.weights) and one.unit == again.unit
    assert not np.array_equal(one.weights, train_tagger(notes, recipe=SMALL, random_state=4).weights)


def test_no_more_weights_than_asked(notes):
    few = train_tagger(notes, recipe=TrainingRecipe(epochs=2, averaged=1, batch=200, fewest=2, keep=500))
    assert 0 < len(few.weights) <= 500
    assert few.weights.all()


def test_spans_that_begin_in_a_word_take_it_whole_and_overlaps_are_dropped():
    tokens = tokenise("la nieta mayor viene")
    assert token_spans(tokens, [(3, 7, "a"), (5, 14, "a"), (15, 20, "b")], ["a", "b"]) == [(1, 2, 0), (3, 4, 1)]


def test_a_span_over_two_lines_is_learnt_in_both():
    texts = [
        (f"Address: {n} Oak\nBath {n}\nok", [(9, 9 + len(f"{n} Oak\nBath {n}"), "ADDRESS")]) for n in range(100, 160)
    ]
    tagger = train_tagger(texts, recipe=SMALL)
    found = tagger.tag("Address: 999 Oak\nBath 999\nok")
    assert {(a, b) for a, b, _ in found} == {(9, 16), (17, 25)}


def test_places():
    known = np.array([3, 7, 9], np.uint32)
    assert places(known, np.array([[7, 8], [9, 10]], np.uint32)).tolist() == [[1, 3], [2, 3]]

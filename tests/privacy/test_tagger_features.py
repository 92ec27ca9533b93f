import numpy as np

from pharmakon.privacy.tagger_features import features, gazetteer, shape
from pharmakon.privacy.tagger_tokens import tokenise


def table(text):
    return features(tokenise(text))


def test_shape():
    assert shape("García") == "Xxxxx"
    assert shape("28035", longest=9) == "99999"
    assert shape("B12-a") == "X99-x"


def test_same_text_same_features_and_one_row_a_token():
    text = "Nombre: Ana.\nNHC: 12345\n"
    assert (table(text) == table(text)).all()
    assert len(table(text)) == len(tokenise(text))
    assert table("").shape[0] == 0


def test_a_name_of_the_same_form_differs_in_its_letters_only():
    one, other = table("Médico: Xavir Bolk"), table("Médico: Zuvar Bolk")
    assert 0 < (one[2] != other[2]).mean() < 0.6


def test_the_field_counts():
    one, other = table("Domicilio: Rosa 2"), table("Apellidos: Rosa 2")
    assert (one[2] != other[2]).sum() > (
        table("aaaa bbbbbbbbb cc Rosa 2")[3] != table("zzzz bbbbbbbbb cc Rosa 2")[3]
    ).sum()


def test_what_stands_before_the_same_word_elsewhere_counts():
    alone, twice = table("Seen by Kovalt today"), table("Seen by Kovalt today\nDr. Kovalt")
    assert (alone[2] != twice[2])[-3:].any()


def test_letters_beyond_the_window_do_not_count():
    words = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    one, other = table(" ".join(words)), table(" ".join([*words[:-1], "thirteens"]))
    assert (one[0] == other[0]).all() and not (one[-1] == other[-1]).all()
    assert one.dtype == np.uint32


def test_the_gazetteer_is_whole():
    lists = gazetteer()
    assert {"given_es", "given_en", "surname_es", "surname_en", "place_es", "place_en"} == lists.keys()
    assert all(entry and entry == entry.strip() for rows in lists.values() for row in rows.values() for entry in row)
    assert len(lists["place_es"]["month"][:12]) == 12 and lists["place_es"]["month"][11] == "diciembre"
    assert lists["place_en"]["month"][11] == "december"

import pytest

from pharmakon.core.words import counted, joined, sentence, some, uncapitalised


@pytest.mark.parametrize(
    ("words", "said"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (("a", "b", "c"), "a, b and c")]
)
def test_a_list_in_a_sentence(words, said):
    assert joined(words) == said


def test_of_many_it_is_said_that_these_are_some():
    assert (some(["a", "b", "c"]), some(["a", "b", "c", "d"]), some([])) == ("a, b, c", "such as a, b, c", "")


def test_one_thing_is_no_plural():
    assert [counted(n, "molecule") for n in (0, 1, 1200)] == ["0 molecules", "1 molecule", "1,200 molecules"]
    assert counted(2, "entry", "entries") == "2 entries"


@pytest.mark.parametrize("word", ["Field required", "Input should be 1", "A value", "It's so", "At: here", "Stop"])
def test_an_ordinary_word_loses_its_capital(word):
    assert uncapitalised(word) == word[0].lower() + word[1:]


@pytest.mark.parametrize(
    "text",
    [
        "CCCCCC has no ring",
        "Cc1ccccc1 is",
        "CCO",
        "COc1ccccc1",
        "Brc1ccccc1",
        "Nc1ccccc1",
        "Cl is",
        "C",
        "SMILES",
        "",
        "C1",
    ],
)
def test_a_smiles_at_the_beginning_of_a_sentence_stays_as_it_is(text):
    assert uncapitalised(text) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("two samples are left out", "Two samples are left out."),
        ("gene.csv: 1 column is left out", "gene.csv: 1 column is left out."),
        ("is it so?", "Is it so?"),
        ("  ", ""),
    ],
)
def test_a_note_becomes_a_sentence_and_a_file_keeps_its_name(text, said):
    assert sentence(text) == said

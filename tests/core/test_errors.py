"""Every error says what to do, and carries its exit code."""

import inspect

import pytest

from pharmakon.core import errors
from pharmakon.core.errors import (
    MissingExtra,
    MissingLibrary,
    PharmakonError,
    ScorerError,
    UnknownName,
    UsageError,
    did_you_mean,
)

ALL = [item for _, item in inspect.getmembers(errors, inspect.isclass) if issubclass(item, Exception)]


def test_there_is_one_tree():
    assert all(issubclass(error, PharmakonError) for error in ALL)
    assert all(error.__name__ in errors.__doc__ for error in ALL)


@pytest.mark.parametrize("error", ALL)
def test_exit_codes(error):
    expected = 130 if error is errors.Cancelled else 2 if issubclass(error, UsageError) else 1
    assert error.exit_code == expected


@pytest.mark.parametrize(
    ("name", "known", "said"),
    [
        ("smile", ["SMILES", "id"], "did you mean 'SMILES'?"),
        ("xyz", ["herg", "ames"], "known: herg, ames"),
        ("xyz", [f"long{i}" for i in range(30)], "long19, ..."),
    ],
)
def test_an_unknown_name_gets_advice(name, known, said):
    text = str(UnknownName("column", name, known, where="a.csv"))
    assert text.startswith(f"no column named {name!r} in a.csv; ")
    assert said in text


def test_where_nothing_is_told_of_what_there_is_none_is_claimed_to_be():
    assert str(UnknownName("selection", "abc", [])) == "no selection named 'abc'"
    assert str(UnknownName("selection", "abc", [], hint="make one")) == "no selection named 'abc'; make one"


def test_nothing_close_is_no_suggestion():
    assert did_you_mean("qqq", ["herg"]) == ""


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("egfr", "egfr_pic50"),
        ("EGFR", "egfr_pic50"),
        ("aqueous_solubility_esol", "solubility"),
        ("pic50", "egfr_pic50"),
        ("50", ""),
    ],
)
def test_a_part_of_a_name_suggests_the_whole(name, said):
    known = ["herg", "egfr_pic50.similarity", "egfr_pic50", "solubility"]
    assert did_you_mean(name, known) == (f"did you mean {said!r}?" if said else "")


def test_a_hint_comes_last():
    text = str(UnknownName("column", "smiles", ["a", "b"], hint="say which: --smiles NAME"))
    assert text == "no column named 'smiles'; known: a, b; say which: --smiles NAME"
    text = str(UnknownName("column", "smiles", list("abcdefghijklmnopqrstuvw"), hint="say which"))
    assert text == "no column named 'smiles'; say which"
    text = str(UnknownName("column", "smiles", ["smilse"], hint="say which: --smiles NAME"))
    assert text == "no column named 'smiles'; did you mean 'smilse'? Say which: --smiles NAME"


def test_a_missing_extra_is_its_install_line():
    assert str(MissingExtra("torch", "deep", needed_for="training")).endswith('pip install "pharmakon[deep]"')


def test_a_scorer_error_names_scorer_and_molecule():
    assert str(ScorerError("docking", "CCO", "time out")) == "scorer 'docking' failed on 'CCO': time out"


def test_a_missing_library_of_the_system_says_what_to_install():
    error = MissingLibrary(
        ImportError("libX.so.1: no such file"), needed_for="drawing", packages="apt-get install libx"
    )
    assert str(error) == "drawing needs libX.so.1: no such file. Install it: apt-get install libx"

"""A function's list of values becomes an answer for each molecule, and a failure finds its molecule."""

import numpy as np
import pytest

from pharmakon.engine.callers import Callers, Failed
from pharmakon.engine.command import Command
from pharmakon.engine.function import answers, command, missing, source


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A module in the working directory."""
    monkeypatch.chdir(tmp_path)

    def write(text, name="mine.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)

    return write


def served(target, smiles, at_once=20):
    words, environment = command(target)
    with Callers(lambda: Command(words, timeout=60, environment=environment), at_once=at_once) as callers:
        found = dict(callers.ask(smiles))
    return [found[i] for i in range(len(smiles))]


def test_numbers_and_dicts_become_answers():
    assert answers(lambda smiles: [len(s) for s in smiles], ["C", "CC"]) == [{"value": 1}, {"value": 2}]
    assert answers(lambda smiles: np.array([0.5]), ["C"]) == [{"value": 0.5}]
    assert answers(lambda smiles: [{"value": 1, "low": 0, "high": 2}], ["C"]) == [{"value": 1, "low": 0, "high": 2}]


def test_the_molecule_that_makes_it_fail_is_found():
    found = answers(lambda smiles: [1 / (len(s) - 2) for s in smiles], ["C", "CC", "CCC"])
    assert [one.get("value") for one in found] == [-1.0, None, 1.0]
    assert found[1]["error"].startswith("ZeroDivisionError: division by zero")


def test_a_list_of_another_length_is_no_answer():
    found = answers(lambda smiles: [1.0], ["C", "CC"])
    assert found == [{"error": "the function gave 1 values for 2 molecules"}] * 2


def test_a_function_is_served_and_what_it_prints_or_reads_is_not_the_protocol(module):
    module(
        "import sys, numpy as np\n"
        "def score(smiles):\n"
        "    print('hello'); sys.stdin.read()\n"
        "    return np.array([len(s) for s in smiles], np.float32)\n"
    )
    assert [found["value"] for found in served("mine:score", ["C", "CC", "CCC"])] == [1, 2, 3]


def test_the_list_it_gets_is_as_long_as_was_asked(module):
    module("class Deep:\n    def score(smiles):\n        return [len(smiles)] * len(smiles)\n", "package/inner.py")
    found = served("package.inner:Deep.score", ["C"] * 5, at_once=3)
    assert [one["value"] for one in found] == [3, 3, 3, 2, 2]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("import no_such_thing", "ModuleNotFoundError: No module named 'no_such_thing'"),
        ("score = 3", "it said: mine:score is not a function"),
        ("", "it said: module 'mine' has no attribute 'score'"),
        ("def score(smiles): raise ValueError('no parameters')", "ValueError: no parameters (mine.py, line 1)"),
        ("import json\ndef score(smiles):\n    return json.loads('{')", "(mine.py, line 3)"),
        ("import sys\ndef score(smiles):\n    sys.exit(3)", "it called sys.exit(3) (mine.py, line 3)"),
        ("import os\ndef score(smiles): os._exit(4)", "it ended with exit status 4"),
        ("import sys\nsys.exit(3)", "it ended with exit status 1; it said: it called sys.exit(3)"),
        ("import os\ndef score(smiles): os.abort()", "SIGABRT"),
        ("def score(smiles): return [object()]", ""),
    ],
)
def test_what_is_wrong_with_a_function_is_said(module, text, reason):
    module(text)
    (found,) = served("mine:score", ["C"])
    if reason:
        assert isinstance(found, Failed)
        assert reason in found.reason
    else:
        assert isinstance(found["value"], str)


def test_the_file_of_a_function_is_found_without_running_it(module, tmp_path):
    module("raise SystemExit", "mine.py")
    module("raise SystemExit", "package/__init__.py")
    module("raise SystemExit", "package/inner.py")
    assert source("mine:score") == tmp_path / "mine.py"
    assert source("package.inner:score") == tmp_path / "package" / "inner.py"
    assert source("no_such.module:score") is None
    assert source("sys:exit") is None


@pytest.mark.parametrize(
    ("text", "target", "said"),
    [
        ("def score(smiles): ...", "mine:scor", "mine.py has no 'scor'; did you mean 'score'?"),
        ("def score(smiles): ...", "mine:Deep.score", "mine.py has no 'Deep'"),
        ("def score(smiles): ...", "no_such.thing:score", "there is no module 'no_such'"),
        ("def score(smiles) ...", "mine:score", "mine.py is not Python: "),
        ("raise SystemExit\nif 1:\n    from x import y as score", "mine:score", ""),
        ("score = other = len", "mine:other", ""),
        ("class Deep:\n    score = len", "mine:Deep.score", ""),
        ("from x import *", "mine:score", ""),
        ("def __getattr__(name): ...", "mine:score", ""),
        ("globals()['score'] = len", "mine:score", ""),
        ("import sys\nsys.modules[__name__] = 3", "mine:score", ""),
        ("", "sys:exit", ""),
    ],
)
def test_a_function_that_cannot_be_there_is_told_without_running_its_module(module, text, target, said):
    module(text)
    assert missing(target).startswith(said) if said else missing(target) == ""

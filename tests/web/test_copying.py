"""The same request for the shell, for Python and as a file: each is what it says."""

from __future__ import annotations

import ast
import shlex
import tomllib
from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pharmakon
from pharmakon.cli.main import GROUPS, VERBS, app
from pharmakon.core.config import build
from pharmakon.team.verbs import verb, verbs
from pharmakon.web.copying import as_cli, as_python, as_toml, copies_of, help_of, over_api

ASKED = {
    "predict": {"data": "my molecules.csv", "models": ["lipophilicity", "herg"], "profile": "fast", "batch": 50},
    "audit": {"data": "assay.csv", "value": "pIC50"},
    "audit-cohort": {"data": "cohort.toml", "groups": ["sex"], "mitigate": True},
    "train": {"data": "assay.csv", "value": "pIC50", "log": True, "threshold": 6.5},
    "recalibrate": {"model": "herg", "data": "assay.csv", "value": "y"},
    "mutagenicity": {"smiles": ["CCO", "C1=CC=CC=C1"]},
    "route": {"data": "a.csv", "stock": "stock.csv"},
    "discover": {"cohort": "cohort.toml", "without": ["trees"]},
    "validate": {"signature": "sig", "cohorts": ["a.toml", "b.toml"]},
    "dose": {"drug": "warfarin", "patients": "p.csv"},
    "deidentify": {"inputs": ["a.csv"], "shift_dates": True},
    "dossier": {"subject": "herg", "forms": ["qmrf"]},
}


def test_every_verb_says_where_it_is_on_the_command_line_and_in_python():
    for one in verbs().values():
        assert one.cli in {"", *VERBS, *GROUPS}
        assert not one.python or callable(getattr(pharmakon, one.python))


@pytest.mark.parametrize("name", ASKED)
def test_the_command_line_is_understood_and_asks_for_the_same(name):
    what, asked = verb(name), ASKED[name]
    words = shlex.split(as_cli(what, asked))
    assert words[:2] == ["pharmakon", what.cli]
    _, bound, _ = app().parse_args(words[1:], exit_on_error=False, print_error=False)
    given = dict(bound.arguments)
    config = {key: given[key] for key in asked}
    wanted = {key: value for key, value in asked.items() if key != "output"}
    commas = ("groups", "without", "forms", "models", "accept")
    config = {k: tuple(w for t in v for w in t.split(",")) if k in commas else v for k, v in config.items()}
    model = what.model
    same = {} if "smiles" in asked else {"output": [*what.outputs] if what.many else what.outputs[0]}
    assert build(model, {**config, **same}) == build(model, {**wanted, **same})


@pytest.mark.parametrize("name", [name for name in ASKED if verb(name).python])
def test_the_call_in_python_asks_for_the_same(name, monkeypatch):
    what, asked = verb(name), ASKED[name]
    code = as_python(what, asked)
    ast.parse(code)
    got = []
    module = import_module(f"pharmakon.workflows.{what.config.partition('.')[0]}")
    monkeypatch.setattr(module, "run", lambda config, **more: got.append(config))
    exec(code, {"__name__": "__main__"})  # noqa: S102 - our own text
    (config,) = got
    same = {} if "smiles" in asked else {"output": list(what.outputs) if what.many else what.outputs[0].rstrip("/")}
    assert config == build(what.model, asked | same)


@pytest.mark.parametrize("name", ["predict", "train", "design"])
def test_a_script_whose_workers_load_it_again_starts_them_once(name, monkeypatch):
    code = as_python(verb(name), {"goals": [{}]} if name == "design" else ASKED[name])
    monkeypatch.setattr(pharmakon, verb(name).python, None)
    exec(code, {"__name__": "__mp_main__"})  # noqa: S102 - as a worker does


def test_what_says_how_to_ask_is_understood():
    found = help_of(verb("predict"))
    assert found == {
        "CLI": "pharmakon predict --help",
        "Python": "import pharmakon\n\nhelp(pharmakon.predict_properties)",
    }
    assert help_of(verb("library")) == {}


@pytest.mark.parametrize("name", ASKED)
def test_the_file_says_the_same(name):
    assert tomllib.loads(as_toml(ASKED[name])) == ASKED[name]


@pytest.mark.parametrize("name", ASKED)
def test_a_verb_that_takes_no_file_of_its_options_shows_none(name):
    assert "TOML" not in copies_of(verb(name), ASKED[name])


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
PLAIN = TEXTS | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.lists(TEXTS)
TABLES = st.recursive(
    st.dictionaries(TEXTS, PLAIN), lambda inner: st.dictionaries(TEXTS, PLAIN | inner | st.lists(inner)), max_leaves=6
)


@given(TABLES)
def test_a_file_holds_whatever_stands_in_a_configuration(held):
    assert tomllib.loads(as_toml(held)) == held


def test_a_goal_with_tables_is_a_file_that_the_others_name():
    asked = {
        "calls": 10,
        "goals": [{"property": "qed", "want": ">= 0.9", "points": [[0.1, 0.0], [0.9, 1.0]]}, {"keep": "c1\"'\\"}],
        "mode": {"kind": "free", "inner": {"a b": True}},
    }
    found = copies_of(verb("design"), asked)
    assert tomllib.loads(found["TOML"]) == asked
    assert found["CLI"].startswith("pharmakon design goal.toml") and '"goal.toml"' in found["Python"]


def test_what_a_program_asks_the_server_is_one_line_of_shell_and_python_that_compiles():
    path, call = "/api/v1/records/compare?run=a&run=b", "workbench.compare(['a', 'b'])"
    found = over_api("https://p.example.org/", path, call, token=True)
    words = shlex.split(found["CLI"])
    assert words[0] == "curl" and words[-1] == "https://p.example.org/api/v1/records/compare?run=a&run=b"
    compile(found["Python"], "copied", "exec")
    assert "Client('https://p.example.org'" in found["Python"] and "PHARMAKON_TOKEN" in found["Python"]


def test_a_server_without_accounts_is_asked_without_a_token():
    found = over_api("http://localhost:8080/", "/api/v1/files", "*workbench.files()", token=False)
    assert found["CLI"] == "curl http://localhost:8080/api/v1/files"
    compile(found["Python"], "copied", "exec")
    assert "TOKEN" not in found["Python"] and "os" not in found["Python"].split()

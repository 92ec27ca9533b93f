"""The Python verbs are the command line's."""

import ast
import importlib
import inspect
from pathlib import Path
from types import SimpleNamespace

import pytest

import pharmakon
from pharmakon.cli.main import VERBS
from pharmakon.core.errors import ConfigError
from pharmakon.workflows import benchmark, ledger, models, verbs


def test_every_command_has_a_python_verb():
    words = {name.split("_")[0] for name in pharmakon.__all__ if not name.startswith("_")}
    nouns = {"mlflow", "models", "sbom", "benchmark", "mutagenicity", "route", "dossier", "library"}
    nouns |= {"counterfactuals", "passport", "similar", "substructure"}
    processes = {"mcp", "serve", "worker"}  # which run until they are stopped, and give nothing back
    assert words == {verb.split("-")[0] for verb in VERBS} - nouns - processes | {
        "list",
        "lock",
        "verify",
        "replay",
        "run",
        "fetch",
        "assess",
        "make",
        "copy",
        "find",
        "fill",
        "register",
        "answer",
        "combine",
        "simulate",
        "open",
    }


@pytest.mark.parametrize("name", [name for name in pharmakon.__all__ if name != "__version__"])
def test_every_public_name_resolves(name):
    assert getattr(pharmakon, name) is getattr(verbs, name)


def test_a_name_that_is_not_there():
    with pytest.raises(AttributeError, match="has no attribute 'predic'"):
        pharmakon.predic  # noqa: B018


def test_options_are_validated_as_on_the_command_line(monkeypatch):
    seen = []

    def run(config, *, progress):
        seen.append(config)

    monkeypatch.setattr(benchmark, "run", run)
    pharmakon.run_benchmark("tdc", tasks=("hia_hou",), limit=50)
    assert (seen[0].name, seen[0].tasks, seen[0].limit) == ("tdc", ("hia_hou",), 50)
    with pytest.raises(ConfigError, match="unknown key 'limt'; did you mean 'limit'"):
        pharmakon.run_benchmark("tdc", limt=50)


def test_one_smiles_is_one_molecule():
    result = pharmakon.predict_properties("CCO", models=("herg", "herg"))
    assert (result.rows, result.structures, list(result.table)) == (1, ["CCO"], ["herg"])


def test_models_and_ledger_are_passed_through(monkeypatch):
    monkeypatch.setattr(models, "cards", lambda names: [{"name": name} for name in names])
    monkeypatch.setattr(ledger, "verify", lambda run, head, trust: SimpleNamespace(ok=True, run=run))
    assert pharmakon.list_models(["herg"]) == [{"name": "herg"}]
    assert pharmakon.verify_ledger("run").run == "run"


def test_data_sets_are_listed_and_options_of_fetch_validated():
    assert "tdc_caco2_wang" in {item["name"] for item in pharmakon.list_data("caco-2")}
    with pytest.raises(ConfigError, match="unknown key 'outptu'; did you mean 'output'"):
        pharmakon.fetch_data("tdc_caco2_wang", outptu="x")


def _returned(verb):
    """The class that a verb says it returns; None where it is a list."""
    said = inspect.signature(getattr(pharmakon, verb)).return_annotation
    if said.startswith("list["):
        return None
    for path in sorted(Path(verbs.__file__).parent.glob("verbs*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and said in {one.name for one in node.names}:
                return getattr(importlib.import_module(node.module), said)
    raise AssertionError(f"{verb} returns {said}, which nobody imports")


@pytest.mark.parametrize("verb", [name for name in pharmakon.__all__ if not name.startswith("_")])
def test_every_result_shows_itself_in_a_notebook(verb):
    returned = _returned(verb)
    assert returned is None or hasattr(returned, "_repr_html_")

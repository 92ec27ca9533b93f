"""From a record to a request again."""

from pathlib import Path

import pytest

from pharmakon.core.config import build
from pharmakon.core.errors import UsageError
from pharmakon.store.plain import plain
from pharmakon.workflows.design import DesignConfig
from pharmakon.workflows.discover import DiscoverConfig
from pharmakon.workflows.reproduce_verbs import CONFIGS, RANDOM, again, check, pruned, relocated
from pharmakon.workflows.validate import ValidateConfig


@pytest.mark.parametrize(
    "asked",
    [
        {"goals": ({"property": "logp", "want": "1..3", "weight": 2},), "seed": 4},
        {
            "goals": ({"property": "qed", "want": ">= 0.6"}, {"property": "logp", "want": "1..3", "stage": 2}),
            "stages": ({"calls": 10}, {"calls": 20}),
        },
        {"goals": ({"property": "qed", "want": ">= 0.6"},), "hits": 0.7},
        {"goals": ({"property": "qed", "want": ">= 0.6"},), "scorers": ({"name": "x", "url": "http://localhost:1"},)},
    ],
)
def test_a_recorded_configuration_is_the_same_request(asked):
    """Some of its keys are refused beside others when they are given."""
    config = build(DesignConfig, asked)
    assert build(DesignConfig, pruned(DesignConfig, plain(config))) == config


def test_paths_move_and_nothing_else_does():
    here = Path("/here")
    config = DiscoverConfig(cohort=Path("old/c.toml"), output=Path("x"))
    moved = relocated(config, lambda path: here / path if path.startswith("old") else None)
    assert moved == config.model_copy(update={"cohort": here / "old/c.toml"})
    several = ValidateConfig(signature=Path("s"), cohorts=(Path("old/a.toml"), Path("b.toml")))
    moved = relocated(several, lambda path: here / path if path.startswith("old") else None)
    assert moved.cohorts == (here / "old/a.toml", Path("b.toml")) and moved.signature == Path("s")
    config = build(DesignConfig, {"goals": ({"property": "logp", "want": "1..3"},), "models": ("herg", "old/own")})
    moved = relocated(config, lambda path: here / path if path.startswith("old") else None)
    assert moved.models == ("herg", str(here / "old/own"))


def test_every_verb_has_its_workflow():
    import importlib

    for module, name in CONFIGS.values():
        workflow = importlib.import_module(f"pharmakon.workflows.{module}")
        assert hasattr(workflow, name) and callable(workflow.run)
    assert not CONFIGS.keys() & RANDOM.keys()


def test_what_cannot_be_repeated_says_why(tmp_path):
    with pytest.raises(UsageError, match="noise of a private release"):
        check("release")
    with pytest.raises(UsageError, match="it knows anonymise"):
        check("weigh")
    run = {
        "verb": "design",
        "config": {"goals": [{"property": "x", "want": "> 1"}], "scorers": [{"name": "x"}]},
        "inputs": [],
        "seed": 0,
    }
    with pytest.raises(UsageError, match="functions of the program"):
        again(run, tmp_path / "x", moved=lambda path: None, given=None, work=tmp_path, progress=print)
    for how in ({"command": ["sh", "-c", "touch it"]}, {"python": "mine:score"}, {"url": "http://localhost:1"}):
        held = {**run, "config": {**run["config"], "scorers": [{"name": "x", **how}]}}
        with pytest.raises(UsageError, match=r"start what its record names .*--scorers"):
            again(held, tmp_path / "x", moved=lambda path: None, given=None, work=tmp_path, progress=print)
    with pytest.raises(UsageError, match="--inputs"):
        again({**run, "verb": "deidentify"}, tmp_path, moved=lambda p: None, given=None, work=tmp_path, progress=print)

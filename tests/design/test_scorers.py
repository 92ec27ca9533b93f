"""What a goal file may say of a scorer, and what makes two scorers the same."""

import numpy as np
import pytest

from pharmakon.core.config import build
from pharmakon.core.errors import ConfigError
from pharmakon.core.types import Estimates, Property, Scorer
from pharmakon.design.scorers import ScorerConfig, Scorers


def config(**keys):
    return build(ScorerConfig, {"name": "dock", **keys})


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"command": ["vina"], "url": "http://x"}, "has command and url"),
        ({"python": "dock.py"}, "python"),
        ({"name": "dock.domain"}, "name"),
        ({"name": "my dock"}, "name"),
        ({"command": ["", "x"]}, "empty word"),
        ({"url": "file:///etc/passwd"}, "begins with http"),
        ({"url": "http:///score"}, "names a host"),
        ({"url": "https://me:hush@host/score"}, "authorization_env"),
        ({"command": ["vina"], "authorization_env": "KEY"}, "needs a url"),
        ({"low": 1, "high": 1}, "low of scorer 'dock' is not below high"),
        ({"timeout": 0}, "timeout"),
        ({"bettr": "low"}, "did you mean 'better'"),
    ],
)
def test_a_mistake_is_told(keys, said):
    with pytest.raises(ConfigError, match=said):
        config(**keys)


def test_what_the_number_means():
    meaning = config(title="Docking score", unit="kcal/mol", better="low", low=-20, high=0, threshold=-8).meaning
    assert meaning == Property("dock", "Docking score", "kcal/mol", better="low", low=-20, high=0, threshold=-8)
    assert config(hazard=True).meaning == Property("dock", "dock", "", hazard=True)


def test_molecules_handed_over_at_a_time():
    assert config(command=["vina"]).together == 1
    assert config(url="http://x").together == config(python="a:b").together == 20
    assert config(url="http://x", at_once=7).together == 7


def test_an_edited_file_is_another_scorer_unless_a_version_says_that_it_is_not(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("mine.py", "receptor.pdbqt"):
        (tmp_path / name).write_text("1")
    scorers = {
        "python": config(python="mine:score"),
        "command": config(command=["vina", "--receptor=receptor.pdbqt"]),
        "version": config(python="mine:score", version="1"),
    }
    before = {name: scorer.identity() for name, scorer in scorers.items()}
    assert len(set(before.values())) == 3
    assert set(scorers["python"].definition()) == {"python", "files"}
    assert set(scorers["command"].files()) == {"receptor.pdbqt"}
    for name in ("mine.py", "receptor.pdbqt"):
        (tmp_path / name).write_text("2")
    after = {name: scorer.identity() for name, scorer in scorers.items()}
    assert [name for name in before if before[name] == after[name]] == ["version"]
    assert scorers["version"].definition()["version"] == "1"


def test_how_it_is_asked_does_not_make_another_scorer():
    one, two = (config(command=["vina"], timeout=t, workers=t, on_error=e) for t, e in ((1, "stop"), (2, "infeasible")))
    assert one.identity() == two.identity()
    assert one.identity() != config(command=["vina", "-x"]).identity()


def test_joined_scorers_are_asked_for_their_own():
    class Constant:
        def __init__(self, value, *names):
            self.value, self.asked = value, []
            self.properties = {name: Property(name, name, "") for name in names}

        def estimate(self, smiles, names):
            self.asked.append(list(names))
            values = np.full(len(smiles), self.value)
            return {name: Estimates.exact(self.properties[name], name, values) for name in names}

    one, two = Constant(1.0, "a", "b"), Constant(2.0, "c")
    joined = Scorers([one, two])
    assert isinstance(joined, Scorer)
    assert set(joined.properties) == {"a", "b", "c"}
    found = joined.estimate(["C", "CC"], ["b", "c", "a"])
    assert {name: got.value.tolist() for name, got in found.items()} == {"a": [1, 1], "b": [1, 1], "c": [2, 2]}
    assert (one.asked, two.asked) == ([["b", "a"]], [["c"]])
    joined.estimate(["C"], ["a"])
    assert two.asked == [["c"]]

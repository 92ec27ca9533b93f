"""`pharmakon design`."""

from pathlib import Path

import pytest

from pharmakon.cli.main import main
from pharmakon.core.errors import Cancelled
from pharmakon.workflows import design
from pharmakon.workflows.design import DesignResult

GOAL = """
calls = 100
[[goals]]
property = "qed"
want = ">= 0.8"
"""


@pytest.fixture
def goal(tmp_path):
    path = tmp_path / "goal.toml"
    path.write_text(GOAL, encoding="utf-8")
    return path


@pytest.fixture
def asked(monkeypatch):
    seen = []

    def run(config, *, output, resume, workers, engine, address, progress):
        seen.append((config, output, resume, workers, engine, address))
        progress(config.calls, config.calls, "best 0.71")
        return DesignResult(output, output / "report.html", 50, 0.71, ["50 designs", "the best scores 0.71"], "9f2c")

    monkeypatch.setattr(design, "run", run)
    return seen


def test_the_file_says_what_and_flags_say_how(goal, asked, capsys):
    assert main(["design", str(goal), "-o", "out", "--calls", "40", "--seed", "3", "--workers", "2", "--resume"]) == 0
    config, output, resume, workers, *where = asked[0]
    assert (config.calls, config.seed, config.goals[0].property) == (40, 3, "qed")
    assert (output, resume, workers, where) == (Path("out"), True, 2, ["local", None])
    shown, progress = capsys.readouterr()
    last = ["report: out/report.html", "ledger head: 9f2c"]
    assert shown.splitlines() == ["50 designs", "the best scores 0.71", *last]
    assert "design: 40 of 40, best 0.71" in progress


def test_what_is_not_given_is_the_files(goal, asked):
    assert main(["design", str(goal), "-o", "out", "--engine", "ray", "--address", "head:6379"]) == 0
    config, _, resume, workers, *where = asked[0]
    assert where == ["ray", "head:6379"]
    assert (config.calls, config.seed, resume, workers) == (100, 0, False, None)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("calls", "cals", "unknown key 'cals'; did you mean 'calls'?"),
        ('want = ">= 0.8"', 'wants = ">= 0.8"', "unknown key 'wants' in goal 1; did you mean 'want'?"),
        ('">= 0.8"', '"high"', "is not a wish"),
        ("calls = 100", "calls = ", "is not valid TOML"),
    ],
)
def test_a_mistake_in_the_file_is_one_sentence(goal, asked, capsys, old, new, said):
    goal.write_text(GOAL.replace(old, new), encoding="utf-8")
    assert main(["design", str(goal), "-o", "out"]) == 2
    shown = capsys.readouterr().err
    assert said in shown
    assert str(goal) in shown
    assert shown.count("\n") == 1
    assert not asked


def test_a_folder_is_needed(goal, capsys):
    assert main(["design", str(goal)]) == 2
    assert "--output" in capsys.readouterr().err


def test_a_stopped_run_says_how_to_go_on(goal, monkeypatch, capsys):
    def run(*_, **__):
        raise Cancelled("stopped after 40 calls")

    monkeypatch.setattr(design, "run", run)
    assert main(["design", str(goal), "-o", "out"]) == 130
    assert capsys.readouterr().err == "pharmakon: stopped after 40 calls; the same command with --resume goes on\n"


def test_a_mode_may_be_in_the_file_or_in_flags(goal, asked):
    words = ["--mode", "decorate", "--scaffold", "Cc1ccc([*:1])cc1", "--diversity", "0.5"]
    assert main(["design", str(goal), "-o", "out", *words]) == 0
    config, *_ = asked[0]
    assert (config.mode.kind, config.mode.scaffold, config.diversity) == ("decorate", "Cc1ccc([*:1])cc1", 0.5)
    goal.write_text(GOAL + '[mode]\nkind = "link"\nfragments = ["C[*:1]", "N[*:1]"]\n', encoding="utf-8")
    assert (
        main(["design", str(goal), "-o", "out", "--linker", "2..4", "--fragments", "C[*:1]", "--fragments", "O[*:1]"])
        == 0
    )
    mode = asked[1][0].mode
    assert (mode.kind, mode.fragments, mode.linker) == ("link", ("C[*:1]", "O[*:1]"), "2..4")


def test_a_mistake_in_a_mode_is_one_sentence(goal, asked, capsys):
    assert main(["design", str(goal), "-o", "out", "--mode", "grow", "--fragment", "c1ccccc1"]) == 2
    shown = capsys.readouterr().err
    assert "has no attachment point" in shown
    assert shown.count("\n") == 1
    assert not asked

"""Every failure is one line on standard error and an exit code."""

import subprocess
import sys

import pytest

from pharmakon import __version__
from pharmakon.cli import main as cli
from pharmakon.core.errors import Cancelled, DataError, UnknownName


@pytest.fixture
def verb(monkeypatch):
    """Make `pharmakon models` do whatever the test wants."""

    def replace(action):
        from pharmakon.workflows import models

        monkeypatch.setattr(models, "cards", action)

    return replace


def raising(error):
    def action(*_, **__):
        raise error

    return action


def test_help_names_every_verb(capsys):
    assert cli.main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(word in shown for word in [*cli.VERBS, "ledger", "--version"])


def test_no_words_show_the_help(capsys):
    assert cli.main([]) == 0
    assert "Usage: pharmakon COMMAND" in capsys.readouterr().out


def test_version(capsys):
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out.strip() == __version__


def test_mistyped_verb_gets_a_suggestion(capsys):
    assert cli.main(["desing"]) == 2
    assert capsys.readouterr().err == "pharmakon: no command named 'desing'; did you mean 'design'?\n"


def test_mistyped_flag_gets_a_suggestion(capsys):
    assert cli.main(["models", "--jsn"]) == 2
    shown = capsys.readouterr().err
    assert "did you mean --json?" in shown.casefold()
    assert "(see: pharmakon models --help)" in shown
    assert shown.count("\n") == 1


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (DataError("x.csv holds nothing"), 1),
        (UnknownName("model", "hergg", ["herg"]), 2),
        (Cancelled("stopped at batch 3"), 130),
    ],
)
def test_our_errors_carry_their_exit_code(verb, capsys, error, code):
    verb(raising(error))
    assert cli.main(["models"]) == code
    assert capsys.readouterr().err == f"pharmakon: {error}\n"


def test_who_stops_a_verb_that_can_go_on_is_told_how(monkeypatch, capsys, tmp_path):
    from pharmakon.workflows import design

    (tmp_path / "goal.toml").write_text("[[goals]]\nproperty = 'qed'\nwant = '>= 0.9'\n")
    monkeypatch.setattr(design, "run", raising(Cancelled("stopped by the user; what was finished is kept")))
    assert cli.main(["design", str(tmp_path / "goal.toml"), "-o", str(tmp_path / "run")]) == 130
    assert capsys.readouterr().err.endswith("is kept; the same command with --resume goes on\n")


def test_keyboard_interrupt_is_130(verb, capsys):
    verb(raising(KeyboardInterrupt()))
    assert cli.main(["models"]) == 130
    assert capsys.readouterr().err == "pharmakon: stopped\n"


def test_unexpected_failure_is_one_line_with_a_hint(verb, capsys):
    verb(raising(ZeroDivisionError("division by zero")))
    assert cli.main(["models"]) == 1
    shown = capsys.readouterr().err
    assert shown == "pharmakon: unexpected ZeroDivisionError: division by zero (--traceback shows where)\n"


@pytest.mark.parametrize("by_flag", [True, False])
def test_traceback_on_request(verb, capsys, monkeypatch, by_flag):
    verb(raising(ZeroDivisionError("division by zero")))
    if not by_flag:
        monkeypatch.setenv("PHARMAKON_TRACEBACK", "1")
    assert cli.main(["models", "--traceback"] if by_flag else ["models"]) == 1
    shown = capsys.readouterr().err
    assert "Traceback (most recent call last)" in shown
    assert "--traceback shows" not in shown


def test_validation_error_of_a_workflow_is_a_usage_error(verb, capsys):
    from pydantic import BaseModel, ValidationError

    class Strict(BaseModel):
        calls: int

    def action(*_, **__):
        Strict.model_validate({"calls": "many"})

    with pytest.raises(ValidationError):
        action()
    verb(action)
    assert cli.main(["models"]) == 2
    assert capsys.readouterr().err.startswith("pharmakon: calls: input should be a valid integer")


def test_python_m_pharmakon_is_the_same_program():
    done = subprocess.run([sys.executable, "-m", "pharmakon", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == __version__


def test_a_reader_that_has_had_enough_is_no_failure():
    command = [sys.executable, "-m", "pharmakon", "benchmark", "--list"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as writer:
        writer.stdout.close()
        complaint = writer.stderr.read()
    assert (writer.returncode, complaint) == (0, "")

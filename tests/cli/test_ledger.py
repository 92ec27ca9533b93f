"""`pharmakon ledger verify`."""

from types import SimpleNamespace

import pytest

from pharmakon.cli.main import main
from pharmakon.record import Ledger
from pharmakon.workflows import ledger


@pytest.mark.parametrize(
    ("problems", "code", "last"),
    [
        ((), 0, "run: 3 entries, as written"),
        (("entry 2 was edited",), 1, "run: 3 entries, 1 problem"),
        (("entry 2 was edited", "entry 3 is missing"), 1, "run: 3 entries, 2 problems"),
    ],
)
def test_problems_are_named_and_fail(monkeypatch, capsys, problems, code, last):
    found = SimpleNamespace(
        ok=not problems, entries=3, problems=problems, closed=True, bearer=0, unknown=(), remarks=()
    )
    monkeypatch.setattr(ledger, "verify", lambda _, head, trust: found)
    assert main(["ledger", "verify", "run"]) == code
    assert capsys.readouterr().out.splitlines() == [*problems, last]


def test_what_is_no_problem_is_said_all_the_same(tmp_path, capsys):
    kept = Ledger(tmp_path).append("started").hash
    (tmp_path / "note.txt").touch()
    assert main(["ledger", "verify", str(tmp_path), "--head", kept]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"entry 1 of 1 bears the hash {kept}",
        "not recorded in the ledger: note.txt",
        f"{tmp_path}: 1 entry, as written; not closed: the run has not finished, or its end was cut off",
    ]


def test_a_hash_that_no_entry_bears_fails(tmp_path, capsys):
    Ledger(tmp_path).seal()
    assert main(["ledger", "verify", str(tmp_path), "--head", "a" * 64]) == 1
    assert "no entry bears the hash aaa" in capsys.readouterr().out


def test_a_folder_without_a_ledger_is_one_line(tmp_path, capsys):
    assert main(["ledger", "verify", str(tmp_path)]) == 1
    shown = capsys.readouterr().err
    assert shown.startswith("pharmakon: there is no ledger")
    assert shown.count("\n") == 1

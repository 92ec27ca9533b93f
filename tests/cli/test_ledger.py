"""`pharmakon ledger verify`."""

from types import SimpleNamespace

import pytest

from pharmakon.cli.main import main
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
    found = SimpleNamespace(ok=not problems, entries=3, problems=problems)
    monkeypatch.setattr(ledger, "verify", lambda _: found)
    assert main(["ledger", "verify", "run"]) == code
    assert capsys.readouterr().out.splitlines() == [*problems, last]


def test_a_folder_without_a_ledger_is_one_line(tmp_path, capsys):
    assert main(["ledger", "verify", str(tmp_path)]) == 1
    shown = capsys.readouterr().err
    assert shown.startswith("pharmakon: there is no ledger")
    assert shown.count("\n") == 1

"""`pharmakon server ...`: accounts, projects, copies; a password is never a flag."""

from __future__ import annotations

import io

import pytest

from pharmakon.cli.main import main
from pharmakon.web.administer import PASSWORD

SECRET = "correct horse battery"


@pytest.fixture
def server(tmp_path, monkeypatch):
    """Runs a command on a server's folder."""
    monkeypatch.setenv(PASSWORD, SECRET)
    return lambda *words, data="data": main(["server", *words, "--data", str(tmp_path / data)])


def test_an_administrator_begins_without_a_browser(server, capsys):
    assert server("user", "add", "ada@example.org", "--name", "Ada Lovelace", "--admin") == 0
    assert server("project", "add", "Kinases") == 0
    assert server("member", "ada@example.org", "Kinases", "analyst", "curator") == 0
    assert server("user", "disable", "ada@example.org") == 0
    assert server("user", "list") == 0
    said = capsys.readouterr().out
    assert "ada@example.org has an account and is an administrator" in said
    assert "ada@example.org is analyst, curator in Kinases" in said
    assert "administrator" in said and "shut" in said and "Kinases: analyst, curator" in said
    assert SECRET not in said
    assert server("user", "enable", "ada@example.org") == 0
    assert server("user", "password", "ada@example.org") == 0


def test_a_copy_and_a_server_of_it_and_a_damaged_one(server, tmp_path, capsys):
    server("user", "add", "ada@example.org", "--name", "Ada")
    copy = tmp_path / "copy.tar"
    assert server("backup", "-o", str(copy)) == 0
    assert server("restore", str(copy), data="again") == 0
    assert "all as it was recorded" in capsys.readouterr().out
    assert server("restore", str(copy), data="again") == 2
    assert "restore into" in capsys.readouterr().err
    content = copy.read_bytes()
    copy.write_bytes(content.replace(b"ada@example.org", b"eve@example.org", 1))
    assert server("restore", str(copy), data="third") == 1
    assert "damaged, nothing was restored; not what was saved: tables/users.jsonl" in capsys.readouterr().err


def test_a_ledger_that_was_edited_is_named_by_the_copy_too(server, tmp_path, capsys):
    server("user", "add", "ada@example.org", "--name", "Ada")
    ledger = tmp_path / "data" / "ledger.jsonl"
    copy = tmp_path / "copy.tar"
    assert server("backup", "-o", str(copy)) == 0
    ledger.write_text(ledger.read_text().replace("ada@example.org", "eve@example.org"))
    capsys.readouterr()
    assert server("backup", "-o", str(copy), "--overwrite") == 1
    said = capsys.readouterr().out
    assert "copy-damaged.tar: " in said and "the ledger: entry" in said and "the earlier copy, is left as it is" in said


def test_where_nobody_can_be_asked_the_password_stands_in_the_environment(server, monkeypatch, capsys):
    monkeypatch.delenv(PASSWORD)
    monkeypatch.setattr("sys.stdin", io.StringIO(SECRET))
    assert server("user", "add", "ada@example.org", "--name", "Ada") == 2
    assert PASSWORD in capsys.readouterr().err
    assert server("user", "add", "ada@example.org", "--name", "Ada", "--password", SECRET) == 2


def test_at_a_terminal_it_is_asked_for_twice(server, monkeypatch, capsys):
    monkeypatch.delenv(PASSWORD)
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    monkeypatch.setattr("sys.stdin", terminal)
    typed = iter([SECRET, SECRET, SECRET, "something else"])
    monkeypatch.setattr("pharmakon.cli.server.getpass", lambda prompt: next(typed))
    assert server("user", "add", "ada@example.org", "--name", "Ada") == 0
    assert server("user", "password", "ada@example.org") == 2
    assert "not the same" in capsys.readouterr().err

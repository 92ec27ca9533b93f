"""`pharmakon sign`, `ledger state` and what says who is at work."""

import os
from pathlib import Path

import pytest

from pharmakon.cli.main import main
from pharmakon.record import Ledger, identity, verify
from pharmakon.record.actor import Actor
from pharmakon.store.keys import Cost


@pytest.fixture(autouse=True)
def place(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(identity, "Cost", lambda *given: Cost(*given) if given else Cost(4, 1, 1))
    monkeypatch.setenv("PHARMAKON_IDENTITY_PASSPHRASE", "five little ducks went out")
    monkeypatch.delenv("PHARMAKON_IDENTITY", raising=False)
    monkeypatch.delenv("PHARMAKON_TRUST", raising=False)
    for name in ("ada", "grace"):
        assert main(["identity", "new", name.title(), "-o", f"{name}.identity"]) == 0
    Ledger("run", by=Actor("ada", "ada@lab")).seal()


def sign(who, meaning, why="read it"):
    return main(["sign", "run", "--meaning", meaning, "--why", why, "--identity", f"{who}.identity"])


def test_a_review_is_given_shown_and_verified(capsys):
    assert sign("grace", "reviewed") == 0
    shown = capsys.readouterr()
    assert "run is reviewed: reviewed by Grace" in shown.out
    kept = shown.err.split()[-1]
    assert main(["ledger", "state", "run"]) == 0
    shown = capsys.readouterr().out
    assert "Grace" in shown and "read it" in shown and shown.endswith("run: reviewed\n")
    assert main(["ledger", "verify", "run", "--head", kept]) == 0
    assert "it is reviewed: reviewed by Grace" in capsys.readouterr().out


def test_a_refusal_is_one_sentence(capsys):
    assert sign("ada", "reviewed") == 1
    assert sign("grace", "approved") == 1
    refused = capsys.readouterr().err.strip().splitlines()[-2:]
    assert refused[0].endswith("nobody can sign their own work as reviewed")
    assert refused[1] == "pharmakon: nothing was signed: it is draft, and only what is reviewed can be approved"
    assert main(["ledger", "state", "run"]) == 0
    assert capsys.readouterr().out.endswith("run: draft\n")


def test_a_signature_that_fails_is_an_exit_code(capsys):
    assert sign("grace", "reviewed") == 0
    path = Path("run/signatures.jsonl")
    path.write_text(path.read_text().replace("read it", "read  "))
    assert main(["ledger", "state", "run"]) == 1
    assert main(["ledger", "verify", "run"]) == 1
    assert "signatures: entry 1 was edited" in capsys.readouterr().out


def test_who_is_at_work_is_said_for_one_command(tmp_path, capsys):
    Ledger("open").append("started")
    before = dict(os.environ)
    words = ["ledger", "amend", "open", "threshold", "--before", "0.5", "--after", "0.4", "--why", "agreed"]
    assert main([*words, "--user", "Ada Lovelace"]) == 0
    assert "entry 2, by Ada Lovelace: threshold amended" in capsys.readouterr().out
    assert main(["--user=Grace", *words]) == 0
    assert dict(os.environ) == before
    assert main([*words, "--user"]) == 2
    assert "--user needs a value" in capsys.readouterr().err
    assert verify("open").ok
    assert main(["ledger", "export", "open", "run", "-o", "copy.csv"]) == 0
    assert capsys.readouterr().out.startswith("copy.csv: 4 entries and 0 signatures of 2 records")


def test_a_ledger_that_goes_on_is_signed_up_to_here(capsys):
    Ledger("open").append("paid")
    assert main(["ledger", "checkpoint", "open"]) == 1
    assert "none is set" in capsys.readouterr().err
    assert main(["ledger", "checkpoint", "open", "--signed-by", "ada.identity"]) == 0
    assert capsys.readouterr().out == "entry 2 and all before it are signed by Ada\n"
    Ledger("open").append("paid")
    assert main(["ledger", "verify", "open"]) == 0
    assert "entry 2 and all before it are signed by Ada" in capsys.readouterr().out

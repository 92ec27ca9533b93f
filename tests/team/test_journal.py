"""The server's ledger: one chain, however many write, with who and for which project."""

from __future__ import annotations

import json
import threading

from pharmakon.record.ledger import verify
from pharmakon.team.journal import Journal
from pharmakon.team.roles import Caller

ADA = Caller("0123456789abcdef", "Ada", "ada@example.org", "p1", frozenset({"analyst"}), token="t1")


def entries(journal):
    return [json.loads(line) for line in journal.path.read_text().splitlines()]


def test_an_entry_says_who_and_for_which_project(tmp_path):
    journal = Journal(tmp_path / "ledger.jsonl")
    journal.note("patients' data read", ADA, file="f1")
    journal.note("started")
    first, second = entries(journal)
    assert first["event"] == "patients' data read"
    assert first["data"] == {"file": "f1", "email": "ada@example.org", "project": "p1", "token": "t1"}
    assert "Ada" in json.dumps(first["by"]) and "Ada" not in json.dumps(second["by"])


def test_many_threads_write_one_whole_chain(tmp_path):
    journals = [Journal(tmp_path / "ledger.jsonl") for _ in range(2)]
    threads = [
        threading.Thread(target=lambda n=n: [journals[n % 2].note("x", ADA, n=n) for _ in range(10)]) for n in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = verify(tmp_path / "ledger.jsonl")
    assert found.ok and found.entries == 60

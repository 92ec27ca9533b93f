"""The record of a run is checked where the run lies."""

import pytest

from pharmakon.core.errors import RecordError, UsageError
from pharmakon.record.ledger import Ledger
from pharmakon.workflows.ledger import entries, verify


def test_a_run_folder_as_written(tmp_path):
    ledger = Ledger(tmp_path / "ledger.jsonl")
    ledger.append("started", seed=1)
    ledger.append("finished", designs=3)
    found = verify(tmp_path)
    assert found.ok
    assert found.entries == 2


def test_an_edited_entry_is_found(tmp_path):
    ledger = Ledger(tmp_path / "ledger.jsonl")
    ledger.append("started", seed=1)
    ledger.append("finished", designs=3)
    path = tmp_path / "ledger.jsonl"
    path.write_text(path.read_text().replace('"seed":1', '"seed":2'))
    found = verify(tmp_path)
    assert not found.ok
    assert "1" in found.problems[0]


def test_a_hash_kept_elsewhere_is_asked_for(tmp_path):
    ledger = Ledger(tmp_path / "ledger.jsonl")
    kept = ledger.append("started", seed=1).hash
    ledger.append("finished", designs=3)
    assert verify(tmp_path, head=f" {kept.upper()}\n").bearer == 1
    found = verify(tmp_path, head="0" * 64)
    assert not found.ok
    assert "no entry bears the hash" in found.problems[0]
    with pytest.raises(UsageError, match="64 digits"):
        verify(tmp_path, head=kept[:12])


def test_no_ledger(tmp_path):
    with pytest.raises(RecordError):
        verify(tmp_path)


def test_entries_are_read_from_the_end_page_by_page_and_found_by_what_they_hold(tmp_path):
    ledger = Ledger(tmp_path / "ledger.jsonl")
    for n in range(25):
        ledger.append("counted", number=n, name="Odd" if n % 2 else "Even")
    first = entries(ledger.path, limit=10)
    assert [one.seq for one in first.entries] == list(range(25, 15, -1)) and (first.lines, first.before) == (25, 16)
    last = entries(ledger.path, limit=10, before=6)
    assert [one.seq for one in last.entries] == [5, 4, 3, 2, 1] and last.before == 0
    assert [one.seq for one in entries(ledger.path, limit=3, find="odd").entries] == [24, 22, 20]
    ledger.path.write_bytes(ledger.path.read_bytes().replace(b'"number":23', b'"number":99'))
    broken = entries(ledger.path, limit=3)
    assert broken.unreadable == (24,) and [one.seq for one in broken.entries] == [25, 23]

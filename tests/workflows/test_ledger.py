"""The record of a run is checked where the run lies."""

import pytest

from pharmakon.core.errors import RecordError, UsageError
from pharmakon.record.ledger import Ledger
from pharmakon.workflows.ledger import verify


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

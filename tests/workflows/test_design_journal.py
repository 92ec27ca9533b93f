"""Every batch has its entry in the ledger, also one that a killed run did not get to write."""

import pytest

from pharmakon.core.errors import RecordError
from pharmakon.record.ledger import Ledger, verify
from pharmakon.store.runs import Journal
from pharmakon.workflows.design_journal import RecordedJournal


def entry(batch, scores):
    return {"batch": batch, "molecules": [{"smiles": "C" * (i + 1), "score": s} for i, s in enumerate(scores)]}


@pytest.fixture
def run(tmp_path):
    ledger = Ledger(tmp_path)
    journal = RecordedJournal(Journal(tmp_path / "calls.jsonl"), ledger)
    journal.append(entry(0, [0.1, 0.4]))
    journal.append(entry(1, [0.2]))
    journal.close()
    return tmp_path


def test_calls_are_counted_and_entries_say_how_a_batch_went(run):
    again = RecordedJournal(Journal(run / "calls.jsonl"), Ledger(run))
    assert again.calls == 3
    assert len(again.read()) == 2
    text = (run / "ledger.jsonl").read_text()
    assert text.count('"event":"batch"') == 2
    assert '"best":0.4' in text
    assert verify(run).ok


def test_a_batch_that_the_ledger_lacks_is_entered_late(run):
    with Journal(run / "calls.jsonl") as journal:
        journal.append(entry(2, [0.7]))
    RecordedJournal(Journal(run / "calls.jsonl"), Ledger(run), resumed=True)
    assert '"late":true' in (run / "ledger.jsonl").read_text()


def test_a_batch_that_was_changed_or_cut_off_is_refused(run):
    path = run / "calls.jsonl"
    text = path.read_text()
    path.write_text(text.replace("0.4", "0.9"))
    with pytest.raises(RecordError, match=r"batch 0 .* was changed"):
        RecordedJournal(Journal(path), Ledger(run), resumed=True)
    path.write_text(text.splitlines(keepends=True)[0])
    with pytest.raises(RecordError, match="holds 1 batches and the ledger recorded 2"):
        RecordedJournal(Journal(path), Ledger(run), resumed=True)

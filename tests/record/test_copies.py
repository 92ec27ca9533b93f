"""A copy gives back the same bytes, in a table as in JSON lines."""

import csv

import pytest

from pharmakon.core.errors import RecordError
from pharmakon.record import Ledger
from pharmakon.record.actor import Actor
from pharmakon.record.copies import as_csv, as_jsonl, read_copy, rows, text_of


@pytest.fixture
def run(tmp_path):
    folder = tmp_path / "run"
    ledger = Ledger(folder, by=Actor("=cmd|' /C calc'!A0", "x"))
    ledger.append("=1+1")
    ledger.append("started", name='a "quoted", name\nand a line', numbers=[1.5, -0.0, 1e-300, 2**70], text="é\u2028=1")
    ledger.append_many(("batch", {"number": i}) for i in range(5))
    ledger.seal()
    Ledger(folder / "signatures.jsonl").append("signed", why=",;\t")
    return folder


@pytest.mark.parametrize(("write", "suffix"), [(as_csv, ".csv"), (as_jsonl, ".jsonl")])
def test_what_comes_back_is_identical(run, tmp_path, write, suffix):
    found = rows(run)
    path = tmp_path / f"copy{suffix}"
    path.write_bytes(write(found).encode())
    again = read_copy(path)
    assert again == found
    record = found[0].entry.hash
    assert text_of(again, record, "ledger") == (run / "ledger.jsonl").read_bytes()
    assert text_of(again, record, "signatures") == (run / "signatures.jsonl").read_bytes()


@pytest.mark.parametrize(("write", "suffix"), [(as_csv, ".csv"), (as_jsonl, ".jsonl")])
def test_a_changed_copy_is_named(run, tmp_path, write, suffix):
    path = tmp_path / f"copy{suffix}"
    path.write_bytes(write(rows(run)).encode().replace(b"batch", b"botch", 1))
    with pytest.raises(RecordError, match="row 3: entry 3 is not as it was written"):
        read_copy(path)


def test_a_table_can_be_read_by_a_person(run):
    table = list(csv.DictReader(as_csv(rows(run)).splitlines(keepends=True)))
    assert [row["event"] for row in table][:3] == ["'=1+1", "started", "batch"]
    assert table[0]["user"].startswith("'=cmd")
    assert all(row["user"] and row["name"] == "run" for row in table)


@pytest.mark.parametrize("how", ["edited", "swapped", "missing"])
def test_a_ledger_that_is_not_whole_is_not_copied(run, how):
    path = run / "ledger.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    lines[2:4] = {
        "edited": [lines[2].replace(b"batch", b"botch"), lines[3]],
        "swapped": [lines[3], lines[2]],
        "missing": [],
    }[how]
    path.write_bytes(b"".join(lines))
    with pytest.raises(RecordError, match=r"line 3: not as it was written"):
        rows(run)

import math

import pytest

from pharmakon.core.errors import RecordError
from pharmakon.record.entry import FIRST, Entry, Head, canonical, claimed_seq, parse, read_head, write_head


def made(**data):
    return Entry.make(1, "2026-01-01T00:00:00.000000+00:00", "tried", data, FIRST)


def test_a_line_is_read_back():
    entry = made(name="Ä", numbers=[1, 2.5, None], deep={"b": 1, "a": True})
    assert parse(entry.line().rstrip(b"\n")) == entry


def test_one_value_has_one_text():
    assert canonical({"b": 1, "a": [1.5, "é"]}) == '{"a":[1.5,"é"],"b":1}'.encode()


@pytest.mark.parametrize("value", [math.nan, math.inf, {1, 2}, b"bytes"])
def test_what_json_cannot_say_is_refused(value):
    with pytest.raises(RecordError, match="tried"):
        made(value=value)


@pytest.mark.parametrize(
    ("old", "new"), [(b"tried", b"tired"), (b'"seq":1', b'"seq":2'), (b"0000", b"0001"), (b"}", b"")]
)
def test_an_altered_line_is_no_entry(old, new):
    line = made(x=1).line().rstrip(b"\n")
    assert old in line
    assert parse(line.replace(old, new, 1)) is None


def test_the_place_that_a_broken_line_claims():
    line = made(x=1).line().rstrip(b"\n")
    assert claimed_seq(line.replace(b"tried", b"tired")) == 1
    assert claimed_seq(b"not json") == 0


def test_a_head_is_kept_and_a_damaged_one_is_told(tmp_path):
    ledger = tmp_path / "ledger.jsonl"
    assert read_head(ledger) is None
    write_head(ledger, Head(3, "ab" * 32))
    assert read_head(ledger) == Head(3, "ab" * 32)
    (tmp_path / "ledger.head.json").write_text("{")
    with pytest.raises(RecordError):
        read_head(ledger)

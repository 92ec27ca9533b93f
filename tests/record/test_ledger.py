"""A ledger survives being killed, takes turns among writers, and refuses what cannot be hashed."""

import json
import math
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest

from pharmakon.core.errors import RecordError
from pharmakon.record import Ledger, verify
from pharmakon.record.entry import Entry, canonical, head_path, parse


def test_an_entry_is_canonical_json_chained_to_the_one_before(tmp_path):
    clock = iter(
        [datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC), datetime(2026, 1, 2, 5, tzinfo=timezone(timedelta(hours=2)))]
    )
    ledger = Ledger(tmp_path / "ledger.jsonl", clock=lambda: next(clock))
    first = ledger.append("started", seed=7, b=1, a=[1.5, None, "é"])
    second = ledger.append("batch", event="a key named event is fine")
    lines = (tmp_path / "ledger.jsonl").read_bytes().splitlines()
    assert [parse(line) for line in lines] == [first, second]
    assert (first.seq, first.time, first.previous) == (1, "2026-01-02T03:04:05.000006Z", "0" * 64)
    assert (second.time, second.previous) == ("2026-01-02T03:00:00.000000Z", first.hash)
    assert b'"data":{"a":[1.5,null,"\xc3\xa9"],"b":1,"seed":7}' in lines[0]
    assert json.loads((tmp_path / "ledger.head.json").read_text()) == {"count": 2, "hash": second.hash}
    assert ledger.head.count == 2
    assert verify(tmp_path).ok


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (math.nan, "batch.score"),
        ({"deep": [0.0, -math.inf]}, r"batch.score.deep\[1\]"),
        ({1: "x"}, "key 1"),
        (np.float32(1), "float32"),
        (Path("x"), "Path"),
        ("\ud800", "UTF-8"),
    ],
)
def test_what_is_not_plain_json_is_refused_and_leaves_no_trace(tmp_path, value, said):
    ledger = Ledger(tmp_path / "ledger.jsonl")
    with pytest.raises(RecordError, match=said):
        ledger.append("batch", score=value)
    ledger.append("batch", score=np.float64(1.5), n=3, shape=(1, 2))
    assert verify(tmp_path).ok
    assert verify(tmp_path).entries == 1


def test_nothing_follows_the_closing_entry(tmp_path):
    ledger = Ledger(tmp_path)
    ledger.append("started")
    ledger.seal(designs=50)
    with pytest.raises(RecordError, match="closed at entry 2"):
        ledger.append("late")
    with pytest.raises(RecordError, match="closed at entry 2"):
        Ledger(tmp_path).append("later")
    assert verify(tmp_path).ok


def test_a_torn_line_is_dropped_and_the_loss_recorded(tmp_path):
    ledger = Ledger(tmp_path)
    for i in range(5):
        ledger.append("batch", number=i, text="x" * 5000)
    torn = b'{"data":{"number":5},"ev'
    with ledger.path.open("ab") as file:
        file.write(torn)
    assert any("torn line of 24 bytes follows entry 5" in p for p in verify(tmp_path).problems)
    head = ledger.head
    entry = parse(Ledger(tmp_path).path.read_bytes().splitlines()[-1])
    assert (entry.seq, entry.event) == (6, "repaired")
    assert entry.data == {"dropped_bytes": 24, "not_in_head": 0, "head": {"count": 5, "hash": head.hash}}
    assert verify(tmp_path).ok


def test_a_writer_killed_between_entry_and_head_is_recovered(tmp_path):
    ledger = Ledger(tmp_path)
    ledger.append("one")
    before = head_path(ledger.path).read_bytes()
    ledger.append("two")
    head_path(ledger.path).write_bytes(before)
    assert "inserted after 1" in verify(tmp_path).problems[0]
    third = ledger.append("three")
    assert third.seq == 4
    assert verify(tmp_path).ok
    assert json.loads(ledger.path.read_bytes().splitlines()[2])["data"]["not_in_head"] == 1


@pytest.mark.parametrize("keep", [0, 1, 3])
def test_nothing_is_added_to_a_ledger_that_was_cut(tmp_path, keep):
    ledger = Ledger(tmp_path)
    for i in range(5):
        ledger.append("batch", number=i)
    lines = ledger.path.read_bytes().splitlines(keepends=True)
    ledger.path.write_bytes(b"".join(lines[:keep]))
    with pytest.raises(RecordError, match=f"cut after entry {keep}: its head says 5"):
        ledger.append("more")
    with pytest.raises(RecordError, match="cut after"):
        Ledger(tmp_path)


def test_nothing_is_added_to_a_ledger_whose_end_was_rewritten(tmp_path):
    ledger = Ledger(tmp_path)
    ledger.append("a")
    ledger.append("b")
    text = ledger.path.read_bytes()
    ledger.path.write_bytes(text.replace(b'"event":"b"', b'"event":"c"'))
    with pytest.raises(RecordError, match=r"last line .* was altered"):
        ledger.append("more")
    ledger.path.write_bytes(text)
    head_path(ledger.path).write_bytes(canonical({"count": 2, "hash": "f" * 64}))
    with pytest.raises(RecordError, match="do not belong together"):
        ledger.append("more")


def test_writers_take_turns(tmp_path):
    script = "import sys\nfrom pharmakon.record import Ledger\nledger = Ledger(sys.argv[1])\n"
    script += "for i in range(40): ledger.append('turn', writer=sys.argv[2], number=i)\n"
    writers = [subprocess.Popen([sys.executable, "-c", script, str(tmp_path), name]) for name in "abc"]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    result = verify(tmp_path)
    assert result.ok, result.problems
    assert result.entries == 120
    mine = [json.loads(line)["data"] for line in (tmp_path / "ledger.jsonl").read_text().splitlines()]
    assert [d["number"] for d in mine if d["writer"] == "b"] == list(range(40))


def test_killed_at_any_moment_it_reopens_whole(tmp_path):
    script = "import sys\nfrom pharmakon.record import Ledger\nledger = Ledger(sys.argv[1])\nprint('go', flush=True)\n"
    script += "for i in range(10**6): ledger.append('batch', number=i, text='x' * 20000)\n"
    for delay in (0.005, 0.013, 0.031):
        process = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE)
        process.stdout.readline()
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        Ledger(tmp_path).append("resumed")
        assert verify(tmp_path).ok, verify(tmp_path).problems


def test_outputs_are_recorded_inside_the_run_folder_only(tmp_path):
    run = tmp_path / "run"
    run.mkdir()
    ledger = Ledger(run)
    (run / "sub").mkdir()
    (run / "sub" / "designs.csv").write_text("a\n1\n")
    entry = ledger.output(run / "sub" / "designs.csv")
    assert entry.data["path"] == "sub/designs.csv"
    assert entry.data["bytes"] == 4
    (tmp_path / "elsewhere.csv").write_text("x")
    with pytest.raises(RecordError, match="outside the run folder"):
        ledger.output(tmp_path / "elsewhere.csv")
    assert verify(run).outputs == 1


def test_each_entry_says_who_and_each_writer_by_which_clock(tmp_path, monkeypatch):
    monkeypatch.setenv("PHARMAKON_USER", "Ada")
    ledger = Ledger(tmp_path)
    first, second = ledger.append("one"), ledger.append("two")
    monkeypatch.setenv("PHARMAKON_USER", "Grace")
    third = Ledger(tmp_path).append("three")
    assert [e.by["user"] for e in (first, second, third)] == ["Ada", "Ada", "Grace"]
    assert first.by["account"]
    assert [dict(e.clock) for e in (first, second)] == [{**first.clock}, {}]
    assert third.clock["source"] == "system clock"
    assert first.clock["synchronised"] in {"yes", "no", "not known"}


def test_a_clock_that_goes_back_is_marked_and_one_that_lies_is_found(tmp_path):
    times = iter(datetime(2026, 1, 1, 0, 0, s, tzinfo=UTC) for s in (10, 4, 5))
    ledger = Ledger(tmp_path, clock=lambda: next(times))
    assert [dict(ledger.append("x").clock).get("behind") for _ in range(3)] == [None, 6.0, None]
    found = verify(tmp_path)
    assert found.ok
    assert found.remarks == ("entry 2 is dated before entry 1: the clock was set back",)
    # The same times without the mark, as a forger writes them who recomputes every hash.
    one, two, three = (parse(line) for line in ledger.path.read_bytes().splitlines())
    two = Entry.make(2, two.time, two.event, two.data, one.hash, by=two.by)
    three = Entry.make(3, three.time, three.event, three.data, two.hash, by=three.by)
    ledger.path.write_bytes(one.line() + two.line() + three.line())
    head_path(ledger.path).write_bytes(canonical({"count": 3, "hash": three.hash}))
    assert verify(tmp_path).problems == ("entry 2 is dated before entry 1, and its writer did not say so",)


def test_an_amendment_keeps_the_old_value_and_its_reason(tmp_path):
    ledger = Ledger(tmp_path)
    entry = ledger.amend("threshold", before=0.5, after=0.4, why=" agreed on 3 May ")
    assert dict(entry.data) == {"what": "threshold", "before": 0.5, "after": 0.4, "why": "agreed on 3 May"}
    assert "amended threshold: agreed on 3 May" in verify(tmp_path).remarks[0]
    with pytest.raises(RecordError, match="needs a reason"):
        ledger.amend("threshold", before=0.4, after=0.3, why="  ")


def test_many_at_once_are_neighbours_and_a_killed_writer_leaves_the_first_of_them(tmp_path):
    ledger = Ledger(tmp_path)
    ledger.append("one")
    before = head_path(ledger.path).read_bytes()
    made = ledger.append_many(("batch", {"number": i}) for i in range(50))
    assert [e.seq for e in made] == list(range(2, 52))
    assert verify(tmp_path).ok
    assert ledger.append_many([]) == []
    lines = ledger.path.read_bytes().splitlines(keepends=True)
    ledger.path.write_bytes(b"".join(lines[:31]) + lines[31][:20])
    head_path(ledger.path).write_bytes(before)
    mended = parse(Ledger(tmp_path).path.read_bytes().splitlines()[-1])
    assert (mended.event, mended.seq) == ("repaired", 32)
    assert (mended.data["dropped_bytes"], mended.data["not_in_head"]) == (20, 30)
    assert verify(tmp_path).ok
    # Behind a head that lags, only entries that continue it are believed.
    ledger.path.write_bytes(b"".join(lines[:10] + lines[11:31]))
    head_path(ledger.path).write_bytes(before)
    with pytest.raises(RecordError, match="do not belong together"):
        Ledger(tmp_path)


def test_a_key_without_a_value_cannot_slip_into_a_line(tmp_path):
    line = Entry.make(1, "2026-01-01T00:00:00.000000Z", "x", {}, "0" * 64).line().rstrip()
    assert parse(line)
    assert parse(line.replace(b'"data"', b'"by":{},"data"')) is None

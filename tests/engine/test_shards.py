import errno
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from pharmakon.core.errors import PharmakonError, UsageError
from pharmakon.core.files import sha256
from pharmakon.engine.local import LocalEngine
from pharmakon.engine.shards import MANIFEST, marked, merge, run_shards

BATCHES = [(index, [index, index + 0.5]) for index in range(6)]


@pytest.fixture
def work():
    """A function that keeps a list of what it was called with."""

    def function(payload):
        function.calls.append(payload)
        return "".join(f"µ,{value!r}\n" for value in payload)

    function.calls = []
    return function


def manifest(folder):
    return [json.loads(text) for text in (folder / MANIFEST).read_text().splitlines()]


def test_each_batch_becomes_a_part_with_a_line(tmp_path, work):
    seen = []
    parts = run_shards(BATCHES, work, tmp_path, total=6, label="x", progress=lambda *args: seen.append(args))
    assert [part.name for part in parts] == [f"part-{index:06d}.csv" for index in range(6)]
    assert parts[1].read_bytes() == "µ,1\nµ,1.5\n".encode()
    assert [line["index"] for line in manifest(tmp_path)] == list(range(6))
    assert [line["sha256"] for line in manifest(tmp_path)] == [sha256(part) for part in parts]
    assert all(line["rows"] == 2 and line["seconds"] >= 0 for line in manifest(tmp_path))
    assert seen == [(n, 6, "x") for n in range(1, 7)]


def test_a_rerun_computes_nothing_and_counts_what_is_there(tmp_path, work):
    parts = run_shards(BATCHES, work, tmp_path)
    work.calls.clear()
    seen = []
    assert run_shards(BATCHES, work, tmp_path, progress=lambda done, *_: seen.append(done)) == parts
    assert work.calls == []
    assert seen == [6]


def test_only_what_cannot_be_trusted_is_computed_again(tmp_path, work):
    parts = run_shards(BATCHES, work, tmp_path)
    expected = [part.read_bytes() for part in parts]
    parts[0].write_bytes(b"altered")
    parts[2].unlink()
    lines = (tmp_path / MANIFEST).read_text().splitlines(keepends=True)
    odd = ['{"index":9}\n', "[]\n", "null\n", lines[3].replace('"index":3', '"index":"x"')]
    (tmp_path / MANIFEST).write_text("".join([*lines[:4], *odd, lines[5], lines[4][:20]]))
    (tmp_path / ".part-000004.csv.01234567.partial").touch()
    work.calls.clear()
    assert run_shards(BATCHES, work, tmp_path) == parts
    assert work.calls == [BATCHES[0][1], BATCHES[2][1], BATCHES[4][1]]
    assert [part.read_bytes() for part in parts] == expected
    assert sorted(line["index"] for line in manifest(tmp_path)) == list(range(6))
    assert len(list(tmp_path.iterdir())) == 7


def test_parts_of_other_work_are_not_taken_over(tmp_path, work):
    run_shards(BATCHES, work, tmp_path, stamp="model 1")
    work.calls.clear()
    run_shards(BATCHES, work, tmp_path, stamp="model 2")
    assert len(work.calls) == 6
    assert {line["stamp"] for line in manifest(tmp_path)} == {"model 2"}


def test_what_was_finished_before_a_failure_is_kept(tmp_path, work):
    def fails(payload):
        if payload == BATCHES[3][1]:
            raise ValueError("no")
        return work(payload)

    with pytest.raises(PharmakonError, match="item 3 of x failed: ValueError: no"):
        run_shards(BATCHES, fails, tmp_path, label="x")
    work.calls.clear()
    run_shards(BATCHES, work, tmp_path)
    assert work.calls == [payload for _, payload in BATCHES[3:]]


def test_numbers_must_rise(tmp_path, work):
    with pytest.raises(UsageError, match="shard 1 comes after shard 2"):
        run_shards([(2, []), (1, [])], work, tmp_path)


def test_batches_are_taken_one_at_a_time(tmp_path, work):
    taken = itertools.count()

    def batches():
        for index in range(5):
            assert len(work.calls) == next(taken)
            yield index, [index]

    run_shards(batches(), work, tmp_path)


def test_a_pool_writes_the_same_parts(tmp_path, work):
    serial = run_shards([(n, [n, n * 3]) for n in range(8)], str, tmp_path / "a")
    with LocalEngine(2) as pool:
        parallel = run_shards([(n, [n, n * 3]) for n in range(8)], str, tmp_path / "b", engine=pool)
    assert [part.read_bytes() for part in parallel] == [part.read_bytes() for part in serial]


def test_merging_is_whole_and_in_order(tmp_path, work):
    parts = run_shards(BATCHES[:2], work, tmp_path / "parts")
    assert merge(parts, tmp_path / "out.csv", header="name,y\n").read_text() == "name,y\nµ,0\nµ,0.5\nµ,1\nµ,1.5\n"
    parts[1].unlink()
    with pytest.raises(FileNotFoundError):
        merge(parts, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text().startswith("name,y\n")


def roots(payload):
    return "".join(f"{n},{n**0.5!r}\n" for n in payload)


SCRIPT = """
import sys, time
from pathlib import Path
from pharmakon.engine.local import engine
from pharmakon.engine.shards import merge, run_shards

def work(payload):
    time.sleep(float(sys.argv[2]))
    return "".join(f"{n},{n ** 0.5!r}\\n" for n in payload)

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    batches = ((index, range(index * 100, index * 100 + 100)) for index in range(30))
    with engine(int(sys.argv[3])) as pool:
        merge(run_shards(batches, work, folder / "parts", engine=pool), folder / "out.csv", header="n,root\\n")
"""


@pytest.mark.parametrize(("workers", "kills"), [("1", (3, 8)), ("2", (5,))])
def test_killed_and_run_again_it_gives_the_same_bytes(tmp_path, workers, kills):
    (tmp_path / "script.py").write_text(SCRIPT)

    def command(pause):
        return [sys.executable, tmp_path / "script.py", tmp_path, pause, workers]

    lines = tmp_path / "parts" / MANIFEST
    for wanted in kills:
        with subprocess.Popen(command("0.03")) as process:
            deadline = time.monotonic() + 20
            while not lines.exists() or lines.read_bytes().count(b"\n") < wanted:
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.002)
            process.send_signal(signal.SIGKILL)
            assert process.wait() == -signal.SIGKILL
        assert not (tmp_path / "out.csv").exists()
    finished = lines.read_bytes().count(b"\n")
    assert wanted <= finished < 30
    subprocess.run(command("0"), check=True)
    left_alone = run_shards(((n, range(n * 100, n * 100 + 100)) for n in range(30)), roots, tmp_path / "left alone")
    assert (tmp_path / "out.csv").read_bytes() == b"n,root\n" + b"".join(part.read_bytes() for part in left_alone)
    assert [line["index"] for line in manifest(lines.parent)] == list(range(30))


def test_marked_rows_are_counted_also_after_an_interruption(tmp_path):
    def odd(values):
        if 2 in values and not (tmp_path / "second run").exists():
            raise ValueError("stopped")
        return "".join(f"{value}\n" for value in values), sum(value % 2 for value in values)

    batches = [(0, [1, 3]), (1, [2, 5]), (2, [7, 8])]
    with pytest.raises(Exception, match="stopped"):
        run_shards(batches, odd, tmp_path / "parts", stamp="a")
    assert marked(tmp_path / "parts") == 2
    (tmp_path / "second run").touch()
    parts = run_shards(batches, odd, tmp_path / "parts", stamp="a")
    assert [part.read_text() for part in parts] == ["1\n3\n", "2\n5\n", "7\n8\n"]
    assert marked(tmp_path / "parts") == 4


def test_claims_say_what_was_begun_and_are_no_parts(tmp_path, work):
    def fails(payload):
        if payload == BATCHES[2][1]:
            raise ValueError("no")
        return work(payload)

    with pytest.raises(PharmakonError):
        run_shards(BATCHES, fails, tmp_path, claims=True)
    assert [line["claimed"] for line in manifest(tmp_path) if "claimed" in line] == [0, 1, 2]
    assert [line["index"] for line in manifest(tmp_path) if "index" in line] == [0, 1]
    work.calls.clear()
    assert len(run_shards(BATCHES, work, tmp_path, claims=True)) == 6
    assert work.calls == [payload for _, payload in BATCHES[2:]]


def test_a_disk_that_is_full_from_any_write_on_is_told_and_harms_nothing(tmp_path, monkeypatch, work):
    expected = [part.read_bytes() for part in run_shards(BATCHES, work, tmp_path / "quiet")]
    real, seen = os.fsync, itertools.count()

    def fsync(file):
        if next(seen) >= left:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(file)

    told = []
    for left in itertools.count():
        seen = itertools.count()
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", fsync)
            try:
                run_shards(BATCHES, work, tmp_path / f"{left}", claims=True)
            except PharmakonError as error:
                told.append(str(error))
            else:
                break
        parts = run_shards(BATCHES, work, tmp_path / f"{left}", claims=True)
        assert [part.read_bytes() for part in parts] == expected
    assert len(told) == left > 2 * len(BATCHES)
    assert all("cannot be written: No space left" in said for said in told)


@pytest.fixture
def small_disk(tmp_path):
    """A disk of its own, in memory, of 32 kB; `grow` makes it larger."""
    place = tmp_path / "disk"
    place.mkdir()

    def mount(*options):
        return subprocess.run(["mount", "-t", "tmpfs", *options, "tmpfs", place], check=False, capture_output=True)

    if shutil.which("mount") is None or mount("-o", "size=32k").returncode:
        pytest.skip("this machine lends no disk: that takes the command mount and the rights of root")
    yield place, lambda: mount("-o", "remount,size=1m")
    subprocess.run(["umount", place], check=True)


def test_a_disk_that_has_no_room_is_told_and_with_room_it_goes_on(small_disk):
    place, grow = small_disk

    def function(payload):
        return f"{payload[0]}".ljust(9_000, ".")

    with pytest.raises(PharmakonError, match="cannot be written: No space left"):
        run_shards(BATCHES, function, place / "parts")
    assert grow().returncode == 0
    seen = []
    parts = run_shards(BATCHES, function, place / "parts", progress=lambda done, *_: seen.append(done))
    assert 0 < seen[0] < len(BATCHES)  # what was written is kept
    assert [part.read_text() for part in parts] == [function(payload) for _, payload in BATCHES]


def test_one_changed_byte_is_seen_and_that_part_alone_is_computed_again(tmp_path, work):
    parts = run_shards(BATCHES, work, tmp_path)
    whole = parts[3].read_bytes()
    for place in range(len(whole)):
        parts[3].write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        work.calls.clear()
        run_shards(BATCHES, work, tmp_path)
        assert work.calls == [BATCHES[3][1]]
        assert parts[3].read_bytes() == whole


@pytest.mark.parametrize("days", [-1, 1])
def test_a_clock_that_jumps_makes_no_part_new_or_old(tmp_path, monkeypatch, work, days):
    parts = run_shards(BATCHES[:3], work, tmp_path)
    then = time.time() + days * 86_400
    monkeypatch.setattr(time, "time", lambda: then)
    for path in tmp_path.iterdir():
        os.utime(path, (then, then))
    work.calls.clear()
    assert run_shards(BATCHES, work, tmp_path)[:3] == parts
    assert work.calls == [payload for _, payload in BATCHES[3:]]
    assert [line["index"] for line in manifest(tmp_path)] == list(range(6))


def test_a_second_run_in_the_same_folder_is_refused_and_the_first_goes_on(tmp_path, work):
    def progress(done, *_):
        if done == 2:
            with pytest.raises(UsageError, match="another process is working"):
                run_shards(BATCHES, work, tmp_path)

    parts = run_shards(BATCHES, work, tmp_path, progress=progress)
    assert len(parts) == len(work.calls) == 6

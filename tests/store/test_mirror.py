"""A folder's copy at an address: whole files, those that tell of others last, one run at a time, and no clock asked."""

from __future__ import annotations

import time

import pytest

from pharmakon.core.errors import PharmakonError, UsageError
from pharmakon.store import mirror as module
from pharmakon.store import remote
from pharmakon.store.mirror import LEASE, Mirror, mirrored

fsspec = pytest.importorskip("fsspec", reason="fsspec is not installed (extra `cloud`)")
URL = "memory://mirror/run"


@pytest.fixture
def store(monkeypatch):
    """An empty store in memory; `store.puts` are the names that were put."""
    store = fsspec.filesystem("memory")
    if store.exists("/mirror"):
        store.rm("/mirror", recursive=True)
    store.puts, store.cut = [], False
    put = store.pipe_file

    def pipe_file(path, value, **options):
        if store.cut:
            raise ConnectionError("cut")
        store.puts.append(path.removeprefix("/mirror/run/"))
        put(path, value, **options)

    monkeypatch.setattr(store, "pipe_file", pipe_file)
    monkeypatch.setattr(remote, "WAITS", (0.0,))
    monkeypatch.setattr(module, "WATCH", 0.05)
    return store


def test_what_is_finished_is_there_and_is_fetched_again(store, tmp_path):
    here = tmp_path / "a"
    with mirrored(URL, here, resume=False) as mirror:
        (here / "parts").mkdir(parents=True)
        (here / "parts" / "manifest.jsonl").write_bytes(b"0\n")
        (here / "parts" / "part-0").write_bytes(b"rows")
        (here / ".x.partial").write_bytes(b"half")
        mirror.push()
        assert store.puts == [LEASE, "parts/part-0", "parts/manifest.jsonl", LEASE]
        mirror.push()  # too soon, and nothing is new
        (here / "parts" / "part-0").unlink()
        (here / "end").write_bytes(b"end")
    assert mirror.names() == ["end", "parts/manifest.jsonl"]
    assert not store.exists(f"/mirror/run/{LEASE}")
    with pytest.raises(UsageError, match="--resume"), mirrored(URL, tmp_path / "b", resume=False):
        pass
    store.puts.clear()
    with mirrored(URL, tmp_path / "c", resume=True):
        assert (tmp_path / "c" / "parts" / "manifest.jsonl").read_bytes() == b"0\n"
    assert store.puts == [LEASE, LEASE]


def test_a_second_run_is_refused_while_the_first_lives_and_not_when_it_is_dead(store, tmp_path, monkeypatch):
    first, second = (Mirror(URL, tmp_path / name) for name in "ab")
    first.take()
    second.take()  # the first has shown no sign of life while it was watched
    with pytest.raises(UsageError, match="another process has gone on"):
        first.push(now=True)
    third = Mirror(URL, tmp_path / "c")
    monkeypatch.setattr(module.time, "sleep", lambda _: second.push(now=True))
    with pytest.raises(UsageError, match="another process is working"):
        third.take()


def test_a_run_whose_shard_takes_long_lives_although_nothing_is_finished(store, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "EVERY", 0.02)
    monkeypatch.setattr(module, "WATCH", 1.0)
    with mirrored(URL, tmp_path / "a", resume=False):
        with pytest.raises(UsageError, match="another process is working"):
            Mirror(URL, tmp_path / "b").take()
        store.pipe_file(f"/mirror/run/{LEASE}", b"other 1")  # taken all the same: its signs of life are not ours
        sent = len(store.puts)
        time.sleep(0.2)
        assert len(store.puts) == sent
        store.rm(f"/mirror/run/{LEASE}")
    assert not store.exists(f"/mirror/run/{LEASE}")


def test_a_clock_that_jumps_takes_no_lease(store, tmp_path, monkeypatch):
    first, second = (Mirror(URL, tmp_path / name) for name in "ab")
    first.take()
    for days in (-1, 1):
        monkeypatch.setattr(module.time, "time", lambda days=days: days * 86_400.0)
        monkeypatch.setattr(module.time, "sleep", lambda _: first.push(now=True))
        with pytest.raises(UsageError, match="another process is working"):
            second.take()


def test_a_cut_network_is_told_once_and_the_copy_stays_sound(store, tmp_path):
    here = tmp_path / "a"

    def work():
        with mirrored(URL, here, resume=False) as mirror:
            here.mkdir()
            (here / "a").write_bytes(b"a")
            mirror.push(now=True)
            store.cut = True
            (here / "b").write_bytes(b"b")
            mirror.push(now=True)

    with pytest.raises(PharmakonError, match=f"{URL}/b cannot be written: cut"):
        work()
    store.cut = False
    with mirrored(URL, tmp_path / "b", resume=True):
        assert [path.name for path in (tmp_path / "b").iterdir()] == ["a"]

"""Files at an address: read like files here, asked for again where the store fails, errors that say what to do."""

from __future__ import annotations

import gzip
import sys

import pytest

from pharmakon.core.errors import MissingExtra, PharmakonError, UnknownName, UsageError
from pharmakon.core.files import sha256
from pharmakon.store import remote
from pharmakon.store.parquet import Parquet
from pharmakon.store.remote import is_url, listed, path_in, patiently, place_of
from pharmakon.store.tables import open_table
from pharmakon.store.writers import write_parquet

fsspec = pytest.importorskip("fsspec", reason="fsspec is not installed (extra `cloud`)")


@pytest.fixture
def bucket(monkeypatch):
    """An empty store in memory whose reads fail `bucket.failing` more times."""
    store = fsspec.filesystem("memory")
    if store.exists("/bucket"):
        store.rm("/bucket", recursive=True)
    store.failing = 0
    read = store.cat_file

    def cat_file(path, **options):
        if store.failing:
            store.failing -= 1
            raise ConnectionError("the network is cut")
        return read(path, **options)

    monkeypatch.setattr(store, "cat_file", cat_file)
    monkeypatch.setattr(remote, "WAITS", (0.0, 0.0, 0.0))
    return store


def test_an_address_is_told_from_a_path():
    assert is_url("s3://b/x") and is_url("memory://x")
    assert not any(map(is_url, ("a/b.csv", "C:\\x", "/a//b", "c://x")))
    assert path_in("file:///data/a%20b.csv") == "/data/a b.csv" and path_in("s3://b/x") == "s3://b/x"


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
def test_a_table_is_read_as_if_it_lay_here(bucket, tmp_path, monkeypatch, name):
    monkeypatch.setattr(remote, "BLOCK", 64)
    text = ("id,smiles\n" + "".join(f"m{i},{'C' * (i % 9 + 1)}\n" for i in range(200))).encode()
    content = gzip.compress(text) if name.endswith("gz") else text
    bucket.pipe_file(f"/bucket/{name}", content)
    (tmp_path / name).write_bytes(content)
    bucket.failing = 3
    there, here = open_table(f"memory://bucket/{name}"), open_table(tmp_path / name)
    assert list(there.rows()) == list(here.rows())
    assert bucket.failing == 0
    assert sha256(place_of(f"memory://bucket/{name}")) == sha256(tmp_path / name)


def test_rows_of_parquet_are_read_where_they_lie(bucket, tmp_path):
    write_parquet(tmp_path / "a.parquet", ("id", "smiles"), [{"id": str(i), "smiles": "C"} for i in range(3000)])
    bucket.pipe_file("/bucket/a[1].parquet", (tmp_path / "a.parquet").read_bytes())
    bucket.failing = 2
    there = Parquet(place_of("memory://bucket/a[1].parquet"))
    assert there.count() == 3000
    assert list(there.part(2998, 5, ["id"])) == [["2998"], ["2999"]]


def test_patterns_name_files_in_order(bucket):
    for name in ("b.csv", "a.csv", "c.txt", "deep/d.csv"):
        bucket.pipe_file(f"/bucket/{name}", b"x")
    assert listed("memory://bucket/*.csv") == ["memory:///bucket/a.csv", "memory:///bucket/b.csv"]
    assert listed("memory://bucket/c.txt") == ["memory:///bucket/c.txt"]
    assert listed("memory://bucket/none.csv") == []


def test_a_store_that_fails_is_not_an_empty_one(bucket, monkeypatch):
    bucket.pipe_file("/bucket/a.csv", b"x")

    def cut(*_, **__):
        raise ConnectionError("cut")

    monkeypatch.setattr(bucket, "info", cut)
    monkeypatch.setattr(bucket, "ls", cut)
    for address in ("memory://bucket/a.csv", "memory://bucket/*.csv"):
        with pytest.raises(PharmakonError, match="cannot be listed: cut"):
            listed(address)
    with pytest.raises(PharmakonError, match="cannot be read: cut"):
        place_of("memory://bucket/a.csv").is_file()


def test_a_store_that_stays_away_is_told_and_what_is_final_is_not_tried_again(bucket):
    bucket.pipe_file("/bucket/a", b"x")
    bucket.failing = 99
    with pytest.raises(PharmakonError, match=r"memory://bucket/a cannot be read: the network is cut \(tried 4 times\)"):
        place_of("memory://bucket/a").open().read()
    tries = []

    def refused():
        tries.append(1)
        raise PermissionError("403")

    with pytest.raises(UsageError, match="access is denied"):
        patiently("x cannot be written", refused)
    assert len(tries) == 1
    with pytest.raises(UsageError, match="no such file"):
        place_of("memory://bucket/b").open()


def test_a_missing_driver_is_named_with_its_extra(monkeypatch):
    with pytest.raises(UnknownName, match="kind of address"):
        place_of("nosuch://a/b").is_file()
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(MissingExtra, match=r's3:// needs s3fs. Install it: pip install "pharmakon\[cloud\]"'):
        place_of("s3://a/b").is_file()
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(MissingExtra, match=r"needs fsspec.*pharmakon\[cloud\]"):
        place_of("s3://a/b").is_file()

"""Rows are added and never changed, in SQLite and in a PostgreSQL server that the test starts for itself."""

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pharmakon.core.errors import MissingExtra, PharmakonError, RecordError, UsageError
from pharmakon.record import Ledger
from pharmakon.record import registry as module
from pharmakon.record.copies import rows, text_of
from pharmakon.record.entry import Entry, Head, parse, write_head
from pharmakon.record.registry import KEYS, opened


@pytest.fixture(scope="module")
def server():
    """A PostgreSQL server in a temporary folder; skipped where there is none, or no driver."""
    pytest.importorskip("psycopg")
    place = shutil.which("initdb") or next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))), None)
    if place is None:
        pytest.skip("there is no PostgreSQL server on this machine")
    binaries = Path(place).resolve().parent
    who = {}
    if os.geteuid() == 0:  # the server refuses to run as root
        import pwd

        try:
            account = pwd.getpwnam("postgres")
        except KeyError:
            pytest.skip("there is no account that a PostgreSQL server could run under")
        who = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        if who:
            os.chown(folder, who["user"], who["group"])
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        start = {"capture_output": True, "cwd": folder, **who}
        subprocess.run(
            [binaries / "initdb", "-D", f"{folder}/data", "-U", "test", "--auth=trust", "-N"], check=True, **start
        )
        settings = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        control = [binaries / "pg_ctl", "-D", f"{folder}/data", "-w"]
        subprocess.run([*control, "-o", settings, "-l", f"{folder}/log", "start"], check=True, **start)
        try:
            yield f"postgresql://test@127.0.0.1:{port}/"
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], check=True, **start)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    """The address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/registry.db"
    base = request.getfixturevalue("server")
    import psycopg

    name = "r" + os.urandom(6).hex()
    with psycopg.connect(base + "postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return base + name


@pytest.fixture
def run(tmp_path):
    return made(tmp_path / "run")


def made(folder, number=1):
    ledger = Ledger(folder)
    ledger.append("started", text="é 'quoted' %s ?", number=number)
    ledger.append_many(("batch", {"number": i}) for i in range(5))
    ledger.seal()
    data = dict.fromkeys(("meaning", "name", "email", "key", "time", "why", "sha256"), "x")
    Ledger(folder / "signatures.jsonl").append("signed", **data)
    return folder


def add(database, *folders):
    with opened(database) as registry:
        return registry.add([row for folder in folders for row in rows(folder)])


def test_what_is_registered_comes_back_to_the_byte(database, run, tmp_path):
    other = made(tmp_path / "other", 2)
    assert add(database, run, other) == 0
    record = rows(run)[0].record
    with opened(database) as registry:
        for chain, name in (("ledger", "ledger.jsonl"), ("signatures", "signatures.jsonl")):
            back = "".join(line + "\n" for line in registry.held(record, chain)).encode()
            assert back == (run / name).read_bytes() == text_of(rows(run), record, chain)
        assert {(name, n) for _, name, n in registry.records()} == {("run", 7), ("other", 7)}
        signed = registry._run("SELECT record, meaning, signer FROM pharmakon_signature", ())
        assert sorted(signed) == sorted([(record, "x", "x"), (rows(other)[0].record, "x", "x")])


def test_the_same_again_adds_nothing_and_more_is_added(database, run):
    add(database, run)
    assert add(database, run) == 8
    Ledger(run / "signatures.jsonl").append("signed", name="later")
    assert add(database, run) == 8
    assert add(database, run) == 9


@pytest.mark.parametrize("table", KEYS)
@pytest.mark.parametrize("change", ["UPDATE {} SET at = 'x'", "DELETE FROM {}", "replace"])
def test_no_row_is_changed(database, run, table, change):
    add(database, run)
    everything = "SELECT * FROM " + table  # noqa: S608  - a name of this test
    with opened(database) as registry:
        before = registry._run(everything, ())
    if change == "replace":
        change = "INSERT OR REPLACE INTO {0} SELECT * FROM {0}" if database.startswith("sqlite") else "TRUNCATE {}"
    with pytest.raises(PharmakonError, match="only grows"), opened(database) as registry:
        registry._connection.cursor().execute(change.format(table))
    with opened(database) as registry:
        assert registry._run(everything, ()) == before


def test_a_ledger_rewritten_or_cut_since_is_found_and_nothing_is_added(database, run, tmp_path):
    add(database, run)
    path, other = run / "ledger.jsonl", made(tmp_path / "other", 2)
    entries = [parse(line) for line in path.read_bytes().splitlines()]
    chained = entries[:3]
    for old in entries[3:]:
        data = {"number": 99} if old.seq == 4 else old.data
        chained.append(Entry.make(old.seq, old.time, old.event, data, chained[-1].hash, by=old.by))
    whole = path.read_bytes()
    path.write_bytes(b"".join(entry.line() for entry in chained))
    with pytest.raises(RecordError, match="entry 4 of its ledger is not the one that was registered"):
        add(database, other, run)
    path.write_bytes(b"".join(entry.line() for entry in entries[:5]))
    write_head(path, Head(5, entries[4].hash))
    with pytest.raises(RecordError, match="holds 7 entries of its ledger, the folder 5"):
        add(database, other, run)
    path.write_bytes(whole)
    (run / "signatures.jsonl").unlink()
    with pytest.raises(RecordError, match="signatures are registered, and gone"):
        add(database, other, run)
    with opened(database) as registry:
        assert [name for _, name, _ in registry.records()] == ["run"]


def test_an_account_that_may_only_add_is_enough_and_can_undo_nothing(server, run, tmp_path):
    import psycopg

    name, other = "r" + os.urandom(6).hex(), made(tmp_path / "other", 2)
    with psycopg.connect(server + "postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        connection.execute(f"CREATE ROLE {name} LOGIN")
    add(server + name, run)
    with psycopg.connect(server + name) as connection:
        connection.execute(f"GRANT SELECT, INSERT ON pharmakon_entry, pharmakon_signature TO {name}")
    narrow = server.replace("test@", f"{name}@") + name
    assert add(narrow, run, other) == 8
    for statement in ("DROP TABLE pharmakon_entry", "DELETE FROM pharmakon_entry", "TRUNCATE pharmakon_entry"):
        with pytest.raises(PharmakonError, match=r"must be owner|permission denied"), opened(narrow) as registry:
            registry._connection.execute(statement)
    assert add(narrow, run, other) == 16


def test_two_exports_at_once_take_turns(database, tmp_path):
    folders = [made(tmp_path / f"run{i}", i) for i in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda folder: add(database, folder), folders)) == [0] * 4
    with opened(database) as registry:
        assert [n for _, _, n in registry.records()] == [7] * 4


@pytest.mark.parametrize("url", ["x.db", "mysql://h/x", "sqlite://x.db", "sqlite:///"])
def test_another_kind_of_database_is_told(url):
    with pytest.raises(UsageError, match="sqlite:///FILE"), opened(url):
        pass


def test_what_cannot_be_opened_is_told_without_the_password(tmp_path, monkeypatch):
    with pytest.raises(UsageError, match="cannot be opened"), opened(f"sqlite:///{tmp_path}/no/folder.db"):
        pass
    (tmp_path / "text.db").write_text("this is no database at all, and long enough to tell" * 20)
    with pytest.raises(PharmakonError, match="refused"), opened(f"sqlite:///{tmp_path}/text.db"):
        pass
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtra, match=r"pharmakon\[postgresql\]"), opened("postgresql://ada:secret@h/x"):
        pass
    assert module._without_password("cannot reach postgresql://a:secret@h/x", "postgresql://a:secret@h/x") == (
        "cannot reach the database"
    )
    assert "secret" not in module._without_password("password secret failed", "postgresql://a:secret@h/x")


def test_a_database_lies_where_sqlite_can_read_it(run, tmp_path):
    add(f"sqlite:///{tmp_path}/x.db", run)
    with sqlite3.connect(tmp_path / "x.db") as connection:
        assert connection.execute("SELECT count(*) FROM pharmakon_entry").fetchone() == (8,)
    connection.close()

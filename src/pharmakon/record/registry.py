"""A registry of many runs: their entries and signatures in tables of SQLite or PostgreSQL that only grow.

Triggers refuse every update and every delete, so a program cannot change a row by mistake, and a row that is there
already must be the same to the letter: a ledger that was rewritten, or cut, after it was registered is found. Whoever
owns the database can drop a trigger; give the account that exports the right to insert and select, and no more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Any

from pharmakon.core.errors import PharmakonError, RecordError, UsageError
from pharmakon.core.lazy import require

from .copies import FILES, Chain, Row

TABLES = (
    """CREATE TABLE IF NOT EXISTS pharmakon_entry (
    record TEXT NOT NULL, chain TEXT NOT NULL, seq INTEGER NOT NULL, name TEXT NOT NULL, at TEXT NOT NULL,
    by_user TEXT NOT NULL, event TEXT NOT NULL, hash TEXT NOT NULL, line TEXT NOT NULL,
    PRIMARY KEY (record, chain, seq))""",
    """CREATE TABLE IF NOT EXISTS pharmakon_signature (
    record TEXT NOT NULL, seq INTEGER NOT NULL, meaning TEXT NOT NULL, signer TEXT NOT NULL, email TEXT NOT NULL,
    public_key TEXT NOT NULL, at TEXT NOT NULL, why TEXT NOT NULL, sha256 TEXT NOT NULL,
    PRIMARY KEY (record, seq))""",
)
NAMES = ("pharmakon_entry", "pharmakon_signature")
KEYS = {"pharmakon_entry": ("record", "chain", "seq"), "pharmakon_signature": ("record", "seq")}
SIGNED = ("meaning", "name", "email", "key", "time", "why", "sha256")

POSTGRES_GUARD = """CREATE OR REPLACE FUNCTION pharmakon_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% only grows: % refused', TG_TABLE_NAME, TG_OP; END $$"""


class Registry:
    """An open database; `mark` is what its driver writes for a value."""

    def __init__(self, connection: Any, mark: str) -> None:
        self._connection, self._mark = connection, mark

    def held(self, record: str, chain: Chain) -> list[str]:
        """The lines of a chain, in their order."""
        m = self._mark
        query = f"SELECT line FROM pharmakon_entry WHERE record = {m} AND chain = {m} ORDER BY seq"  # noqa: S608
        return [line for (line,) in self._run(query, (record, chain))]

    def records(self) -> list[tuple[str, str, int]]:
        """(record, name, entries of its ledger) of everything registered."""
        query = (
            "SELECT record, MIN(name), SUM(CASE WHEN chain = 'ledger' THEN 1 ELSE 0 END) FROM pharmakon_entry "
            "GROUP BY record ORDER BY 2, 1"
        )
        return [(record, name, int(n)) for record, name, n in self._run(query, ())]

    def add(self, rows: Sequence[Row]) -> int:
        """Insert what is not there yet, all or nothing; how many rows were there already.

        Raises RecordError where a row is there with another content, or where the registry holds more of a chain.
        """
        known = 0
        given = {(row.record, row.chain) for row in rows}
        for record, name in {row.record: row.name for row in rows}.items():
            for chain in FILES:
                if (record, chain) not in given and self.held(record, chain):
                    raise RecordError(
                        f"{name}: its {chain} are registered, and gone from the folder. Nothing was added"
                    )
        for (record, chain), group in groupby(rows, key=lambda row: (row.record, row.chain)):
            chained = list(group)
            have = self.held(record, chain)
            known += _same(have, chained)
            fresh = chained[len(have) :]
            entries = [
                (r.record, r.chain, r.entry.seq, r.name, r.entry.time, _user(r), r.entry.event, r.entry.hash, r.line)
                for r in fresh
            ]
            self._insert("pharmakon_entry", entries)
            if chain == "signatures":
                signed = [(r.record, r.entry.seq, *(str(r.entry.data.get(key, "")) for key in SIGNED)) for r in fresh]
                self._insert("pharmakon_signature", signed)
        return known

    def _insert(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        if rows:
            marks = ", ".join([self._mark] * len(rows[0]))
            cursor = self._connection.cursor()
            cursor.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608  - a name of NAMES

    def _run(self, query: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        cursor = self._connection.cursor()
        cursor.execute(query, values)
        return list(cursor.fetchall())


@contextmanager
def opened(url: str) -> Iterator[Registry]:
    """The registry at `sqlite:///FILE` or `postgresql://...`, its tables made where they are not there.

    What is added in the block is kept as a whole when it ends well, and not at all otherwise. Raises UsageError for
    another kind of database, MissingExtra where the driver is not installed, PharmakonError where it cannot be used.
    """
    kind, _, place = url.partition("://")
    if kind == "sqlite" and place.startswith("/") and len(place) > 1:
        with _sqlite(place[1:]) as registry:
            yield registry
    elif kind in ("postgresql", "postgres"):
        with _postgresql(url) as registry:
            yield registry
    else:
        raise UsageError("a database is sqlite:///FILE (four slashes for a path from the root) or postgresql://...")


@contextmanager
def _sqlite(path: str) -> Iterator[Registry]:
    import sqlite3

    try:
        connection = sqlite3.connect(path, timeout=60, isolation_level=None)
    except sqlite3.Error as error:
        raise UsageError(f"the database {path} cannot be opened: {error}") from None
    try:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("BEGIN IMMEDIATE")  # two exports at once take turns
        for statement in (*TABLES, *(guard for table in NAMES for guard in _sqlite_guards(table))):
            connection.execute(statement)
        yield Registry(connection, "?")
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        raise PharmakonError(f"the database {path} refused: {error}") from None
    finally:
        connection.close()  # without COMMIT, nothing stays


def _sqlite_guards(table: str) -> Iterator[str]:
    refuse = f"SELECT RAISE(ABORT, '{table} only grows')"
    for event in ("UPDATE", "DELETE"):
        yield f"CREATE TRIGGER IF NOT EXISTS {table}_{event.lower()} BEFORE {event} ON {table} BEGIN {refuse}; END"
    # INSERT OR REPLACE deletes without asking the trigger above.
    same = " AND ".join(f"{key} = NEW.{key}" for key in KEYS[table])
    there = f"SELECT 1 FROM {table} WHERE {same}"  # noqa: S608  - names of this file
    yield (
        f"CREATE TRIGGER IF NOT EXISTS {table}_replace BEFORE INSERT ON {table} WHEN EXISTS ({there}) "
        f"BEGIN {refuse}; END"
    )


@contextmanager
def _postgresql(url: str) -> Iterator[Registry]:
    psycopg: Any = require("psycopg", extra="postgresql", needed_for="a registry in PostgreSQL")
    try:
        with psycopg.connect(url) as connection:  # commits when the block ends well, rolls back otherwise
            connection.execute("SELECT pg_advisory_xact_lock(hashtext('pharmakon registry'))")
            if not _there(connection):  # an account that may add rows, and no tables, finds them made
                for statement in TABLES:
                    connection.execute(statement)
            if not _guarded(connection):
                connection.execute(POSTGRES_GUARD)
                for table in NAMES:
                    for events, each in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
                        connection.execute(
                            f"CREATE TRIGGER {table}_{each.lower()} BEFORE {events} ON {table} "
                            f"FOR EACH {each} EXECUTE FUNCTION pharmakon_only_grows()"
                        )
            yield Registry(connection, "%s")
    except psycopg.Error as error:
        raise PharmakonError(f"the PostgreSQL database refused: {_without_password(str(error), url)}") from None


def _there(connection: Any) -> bool:
    query = " AND ".join(f"to_regclass('{table}') IS NOT NULL" for table in NAMES)
    return bool(connection.execute(f"SELECT {query}").fetchone()[0])


def _guarded(connection: Any) -> bool:
    query = "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'pharmakon\\_%' AND NOT tgisinternal"
    return int(connection.execute(query).fetchone()[0]) >= 2 * len(NAMES)


def _without_password(text: str, url: str) -> str:
    """A driver's message in which the address, and so a password, does not stand."""
    password = url.partition("://")[2].partition("@")[0].partition(":")[2]
    text = text.replace(url, "the database")
    return text.replace(password, "...") if password else text


def _same(have: Sequence[str], rows: Sequence[Row]) -> int:
    for line, row in zip(have, rows, strict=False):
        if line != row.line:
            raise RecordError(
                f"{row.name}: entry {row.entry.seq} of its {row.chain} is not the one that was registered: "
                "one of the two was rewritten. Nothing was added"
            )
    if len(have) > len(rows):
        raise RecordError(
            f"{rows[0].name}: the registry holds {len(have)} entries of its {rows[0].chain}, the folder {len(rows)}: "
            "its end was cut off. Nothing was added"
        )
    return len(have)


def _user(row: Row) -> str:
    return str(row.entry.by.get("user", ""))

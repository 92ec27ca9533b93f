"""The server's database: a file of SQLite, or PostgreSQL by its address; and its clock."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from pharmakon.core.errors import PharmakonError, Unavailable, UsageError
from pharmakon.core.lazy import require

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, Select, Table

PATIENCE = 30.0
"""Seconds that a writer of SQLite waits for another, and that one of PostgreSQL may hold a lock or wait for it."""
_TIMEOUTS = ("idle_in_transaction_session_timeout", "lock_timeout")


MIGRATING, CLAIMING, ADDING = 0x70686B, 0x70686C, 0x70686D
"""Locks of PostgreSQL: of a migration, and of what counts jobs before it takes or adds one."""


def new_id() -> str:
    """A name for a row that nobody guesses, 16 letters."""
    return secrets.token_hex(8)


@dataclass(frozen=True, slots=True)
class Database:
    """An open database. It may be used from several threads."""

    engine: Engine
    url: str

    @property
    def kind(self) -> str:
        """sqlite or postgresql."""
        return self.engine.dialect.name

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one state of the tables."""
        from sqlalchemy.exc import SQLAlchemyError

        try:
            with self.engine.connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise _unusable(error) from error

    def alone(self, connection: Connection, lock: int, of: str = "") -> None:
        """Wait for the lock, and hold it while the connection writes. The writers of SQLite are alone as it is."""
        if self.kind == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (lock, of))

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection whose changes are kept as a whole when the block ends well, and not at all otherwise."""
        from sqlalchemy.exc import IntegrityError, SQLAlchemyError

        try:
            with self.engine.connect() as connection:
                if self.kind == "sqlite":  # a reader that turns into a writer is refused; one that begins so waits
                    connection.exec_driver_sql("BEGIN IMMEDIATE")
                yield connection
                connection.commit()
        except IntegrityError:
            raise
        except SQLAlchemyError as error:
            raise _unusable(error) from error

    def now(self, connection: Connection) -> float:
        """The database's clock: workers may run on several machines, and only one clock decides whose lease ended."""
        from sqlalchemy import text

        asked = (
            "SELECT EXTRACT(EPOCH FROM clock_timestamp())"
            if self.kind == "postgresql"
            else "SELECT (julianday('now') - 2440587.5) * 86400.0"
        )
        return float(connection.execute(text(asked)).scalar_one())

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


def newest_first(table: Table, *, limit: int, before: str = "") -> Select[Any]:
    """Rows of a table that has `created` and `id`, the newest first; those older than the row whose id is `before`."""
    from sqlalchemy import select, tuple_

    query = select(table).order_by(table.c.created.desc(), table.c.id.desc()).limit(limit)
    if before:  # both columns: many rows are made in one tick of the clock
        last = select(table.c.created, table.c.id).where(table.c.id == before)
        query = query.where(tuple_(table.c.created, table.c.id) < last.scalar_subquery())
    return query


def connect(url: str) -> Database:
    """The database at `sqlite:///FILE` or `postgresql://...`; its tables are made by `migrate`.

    Raises UsageError for another kind, MissingExtra where PostgreSQL's driver is not installed.
    """
    from sqlalchemy import create_engine, event
    from sqlalchemy.exc import ArgumentError
    from sqlalchemy.pool import QueuePool

    kind = url.partition("://")[0]
    if kind in ("postgresql", "postgres"):
        require("psycopg", extra="postgresql", needed_for="a PostgreSQL database")
        url = "postgresql+psycopg://" + url.partition("://")[2]
    elif not url.startswith("sqlite:///") or url == "sqlite:///":
        raise UsageError("a database is sqlite:///FILE (four slashes for a path from the root) or postgresql://...")
    more: dict[str, Any] = {}
    if kind != "sqlite" and "options=" not in url:  # who was cut off in the middle gives back what others wait for
        more = {"connect_args": {"options": " ".join(f"-c {name}={PATIENCE:.0f}s" for name in _TIMEOUTS)}}
    try:
        engine = create_engine(
            url, poolclass=QueuePool, pool_size=10, max_overflow=30, pool_pre_ping=kind != "sqlite", **more
        )
    except (ArgumentError, ValueError):  # what they say may be a part of the password
        raise UsageError(
            "the address of the database cannot be read: it is postgresql://USER:PASSWORD@HOST:PORT/NAME, and : / @ in "
            "a password are written as %3A %2F %40"
        ) from None
    if kind == "sqlite":

        @event.listens_for(engine, "connect")
        def prepare(raw: Any, record: Any) -> None:
            raw.isolation_level = None  # BEGIN is ours
            for pragma in (
                "journal_mode=WAL",
                "synchronous=FULL",
                "foreign_keys=ON",
                f"busy_timeout={PATIENCE:.0f}000",
            ):
                raw.execute(f"PRAGMA {pragma}")

    return Database(engine, url)


def migrate(database: Database, to: str = "head") -> None:
    """Bring the tables to a revision (the newest when none is given), up or down, as a whole or not at all.

    Raises UsageError where the tables are of a later version of the program than this.
    """
    from alembic import command
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = _alembic(database)
    with database.write() as connection:
        database.alone(connection, MIGRATING)  # of two servers that start at once, one waits for the other
        config.attributes["connection"] = connection
        have = MigrationContext.configure(connection).get_current_revision()
        order = [
            "base",
            *(one.revision for one in reversed(list(ScriptDirectory.from_config(config).walk_revisions()))),
        ]
        if have is not None and have not in order:
            raise UsageError(f"the tables are of revision {have}, which a later version of pharmakon made: upgrade it")
        wanted = order[-1] if to == "head" else to
        if order.index(wanted) > order.index(have or "base"):
            command.upgrade(config, wanted)
        elif wanted != (have or "base"):
            command.downgrade(config, wanted)


def revision(database: Database) -> str:
    """The revision that the tables have; "" where there are none."""
    from alembic.migration import MigrationContext

    with database.read() as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""


def newest() -> str:
    """The revision that this version of the program wants."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory(_folder()).get_current_head() or ""


def _alembic(database: Database) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", _folder().replace("%", "%%"))
    return config


def _folder() -> str:
    return str(files("pharmakon.team") / "migrations")


def _unusable(error: Exception) -> PharmakonError:
    from sqlalchemy.exc import DBAPIError, OperationalError

    reason = str(getattr(error, "orig", None) or error).strip().splitlines()
    said = reason[0] if reason else type(error).__name__
    if isinstance(error, OperationalError) or (isinstance(error, DBAPIError) and error.connection_invalidated):
        return Unavailable(f"the database does not answer: {said}")
    return PharmakonError(f"the database refused: {said}")

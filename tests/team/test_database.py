"""The database of each kind: its tables up and down, its clock, whole changes, and what it says when it is away."""

from __future__ import annotations

import time

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, inspect, select

from pharmakon.core.errors import Unavailable, UsageError
from pharmakon.team.database import connect, migrate, new_id, newest, newest_first, revision
from pharmakon.team.tables import metadata, projects


def test_migrations_make_the_tables_that_the_code_knows_and_go_down_and_up_again(database):
    def differences():
        with database.read() as connection:
            return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)

    assert revision(database) == newest() and differences() == []
    migrate(database, "base")
    assert revision(database) == ""
    with database.read() as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
    migrate(database)
    migrate(database)
    assert revision(database) == newest() and differences() == []


def test_a_migration_that_fails_changes_nothing(database, monkeypatch):
    migrate(database, "base")
    from alembic import op

    make, made = op.create_table, []

    def broken(name, *columns):
        if len(made) == 3:
            raise RuntimeError("killed")
        made.append(make(name, *columns))

    with monkeypatch.context() as patch:
        patch.setattr(op, "create_table", broken)
        with pytest.raises(RuntimeError):
            migrate(database)
    with database.read() as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
    migrate(database)
    assert revision(database) == newest()


def test_tables_of_a_later_version_are_left_alone(database):
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(UsageError, match="later version"):
        migrate(database)


def test_a_change_is_kept_as_a_whole_or_not_at_all(database):
    def add(name):
        return insert(projects).values(id=new_id(), name=name, created=0.0)

    def broken():
        with database.write() as connection:
            connection.execute(add("one"))
            raise KeyError

    with pytest.raises(KeyError):
        broken()
    with database.write() as connection:
        connection.execute(add("two"))
    with database.read() as connection:
        assert list(connection.execute(select(projects.c.name)).scalars()) == ["two"]


def test_the_clock_is_the_database_s_and_runs(database):
    with database.read() as connection:
        first = database.now(connection)
        time.sleep(0.02)
        assert database.now(connection) > first
        assert abs(database.now(connection) - time.time()) < 5.0


def test_rows_of_one_tick_are_paged_each_once(database):
    with database.write() as connection:
        for n in range(9):
            connection.execute(insert(projects).values(id=new_id(), name=str(n), created=float(n // 5)))
    seen: list[str] = []
    with database.read() as connection:
        while page := connection.execute(newest_first(projects, limit=2, before=seen[-1] if seen else "")).all():
            seen += [row.id for row in page]
    assert len(seen) == len(set(seen)) == 9


def test_addresses_that_are_no_database_are_refused_and_one_that_is_away_says_so(tmp_path):
    for url in ("mysql://x/y", "sqlite://", "sqlite:///", "server.db"):
        with pytest.raises(UsageError, match=r"sqlite:///FILE"):
            connect(url)
    away = connect(f"sqlite:///{tmp_path}/no-folder/server.db")
    with pytest.raises(Unavailable, match="does not answer"), away.read():
        pass
    pytest.importorskip("psycopg")
    away = connect("postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(Unavailable, match="does not answer"), away.read():
        pass

"""`pharmakon serve`: refuses what would be seen by others without accounts, and a port that is taken."""

from __future__ import annotations

import socket

import pytest

from pharmakon.cli.main import main
from pharmakon.team.database import connect, migrate


def test_others_see_it_only_with_accounts(tmp_path, capsys):
    assert main(["serve", "--host", "0.0.0.0", "--data", str(tmp_path)]) == 2  # noqa: S104 - which is refused
    assert "--accounts" in capsys.readouterr().err


def test_a_taken_port_is_said(tmp_path, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port), "--data", str(tmp_path)]) == 2
    assert f"127.0.0.1:{port} cannot be listened on" in capsys.readouterr().err


def later(folder):
    """Tables that a later version of the program made."""
    database = connect(f"sqlite:///{folder / 'later.db'}")
    migrate(database)
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    return database.url


@pytest.mark.parametrize(
    ("option", "value", "code", "said"),
    [
        ("--database", lambda _: "postgresql://u:geheim@localhost:1/x", 1, "the database does not answer"),
        ("--database", lambda _: "postgresql://u:geheim@x:geheim@localhost:1/x", 2, "%3A"),
        ("--database", lambda _: "postgresql://u:geheim@localhost:port/x", 2, "cannot be read"),
        ("--database", lambda _: "mysql://u:geheim@x", 2, "a database is sqlite:///FILE"),
        ("--database", later, 2, "revision 9999"),
        ("--data", lambda _: "/dev/null/x", 2, "/dev/null/x cannot be made"),
    ],
    ids=["away", "password", "port", "kind", "later", "folder"],
)
def test_what_it_cannot_keep_things_in_is_said_in_a_sentence_before_it_starts(
    tmp_path, capsys, option, value, code, said
):
    place = {"--data": str(tmp_path / "data"), option: value(tmp_path)}
    assert main(["serve", "--port", "0", *(word for pair in place.items() for word in pair)]) == code
    told = capsys.readouterr()
    assert told.out == "" and "geheim" not in told.err
    assert told.err.count("\n") == 1 and said in told.err

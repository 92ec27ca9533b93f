"""`pharmakon serve`: refuses what would be seen by others without accounts, and a port that is taken."""

from __future__ import annotations

import socket

from pharmakon.cli.main import main


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

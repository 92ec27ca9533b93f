"""`pharmakon worker`: it says what is missing."""

from __future__ import annotations

from pharmakon.cli.main import main


def test_it_wants_a_server(tmp_path, capsys):
    assert main(["worker", "--data", str(tmp_path)]) == 2
    assert "first start the server" in capsys.readouterr().err
    assert main(["worker", "--data", str(tmp_path), "--database", "mysql://x"]) == 2
    assert "a database is sqlite:///FILE" in capsys.readouterr().err

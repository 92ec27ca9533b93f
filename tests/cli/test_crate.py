"""`pharmakon crate` and `crate verify`."""

import pytest

from pharmakon.cli.main import main
from pharmakon.record.crate import close
from pharmakon.record.ledger import Ledger
from pharmakon.store.runs import RunFolder


@pytest.fixture(autouse=True)
def made(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.csv").write_text("x\n1\n")
    folder = RunFolder.create("made", verb="weigh", config={"name": "toy"}, inputs=["in.csv"])
    Ledger("made").output(folder.write("out.csv", "y\n2\n"))
    close(Ledger("made"))


def test_a_crate_is_written_and_verified(capsys):
    assert main(["crate", "made", "-o", "crate.zip", "--with-inputs"]) == 0
    assert capsys.readouterr().out == "crate.zip: 6 files, 1 input copied\n"
    assert main(["crate", "verify", "crate.zip"]) == 0
    assert capsys.readouterr().out == "crate.zip: 6 files, 3 entries, as written\n"
    assert main(["crate", "made", "-o", "crate.zip"]) == 2
    assert "crate.zip exists" in capsys.readouterr().err


def test_a_changed_byte_is_named_and_is_an_exit_code(tmp_path, capsys):
    assert main(["crate", "made", "-o", "crate"]) == 0
    assert "1 input named by SHA-256" in capsys.readouterr().out
    (tmp_path / "crate" / "run" / "out.csv").write_text("y\n3\n")
    assert main(["crate", "verify", "crate"]) == 1
    shown = capsys.readouterr().out.splitlines()
    assert shown == [
        "run/out.csv was changed after the crate was written",
        "crate: 5 files, 3 entries, 1 problem",
    ]


def test_a_run_named_verify_and_one_that_is_not_there(capsys):
    assert main(["crate", "verify", "nothing"]) == 2
    assert "there is no crate at nothing" in capsys.readouterr().err
    assert main(["crate", "nothing"]) == 1
    assert "is not a run folder" in capsys.readouterr().err

"""`pharmakon index` as a user sees it."""

from pharmakon.cli.main import main


def test_a_library_becomes_an_index(capsys, tmp_path):
    (tmp_path / "lib.smi").write_text("CCO ethanol\nc1cc broken\n")
    command = ["index", str(tmp_path / "lib.smi"), "-o", str(tmp_path / "lib.index"), "--workers", "1"]
    assert main(command) == 0
    assert "2 rows, 1 with a problem" in capsys.readouterr().out
    assert main([*command, "--bits", "100"]) == 2

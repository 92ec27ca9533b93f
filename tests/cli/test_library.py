"""`pharmakon library` as a user sees it."""

import duckdb

from pharmakon.cli.main import main


def test_a_file_becomes_a_table_that_other_programs_read(capsys, tmp_path):
    table, folder = tmp_path / "set.csv", tmp_path / "library"
    table.write_text("id,smiles\na,CCO\nb,c1cc\n", encoding="utf-8")
    assert main(["library", str(table), "-o", str(folder), "--models", "herg", "--workers", "1"]) == 0
    assert "2 rows, 1 with a problem" in capsys.readouterr().out
    found = duckdb.read_parquet(str(folder / "molecules.parquet")).select("id", "mw", "herg", "problem").fetchall()
    assert [row[0] for row in found] == ["a", "b"]
    assert found[0][1] > 46 and "ring" in found[1][3]


def test_nothing_readable_is_a_failure(tmp_path):
    (tmp_path / "set.csv").write_text("smiles\nc1cc\n", encoding="utf-8")
    command = ["library", str(tmp_path / "set.csv"), "-o", str(tmp_path / "out"), "--models", "herg", "--workers", "1"]
    assert main(command) == 1

"""The files of a screen."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest

from pharmakon.workflows.screen import ScreenConfig, run
from pharmakon.workflows.screen_output import finished, labels_of


@pytest.fixture(scope="module")
def screened(tmp_path_factory, molecules):
    """A small screen by computed properties alone."""
    folder = tmp_path_factory.mktemp("screened")
    table = folder / "set.csv"
    rows = [f'"{"=1+1" if i == 0 else f"M{i}"}",{s}' for i, s in enumerate(molecules)]
    table.write_text("id,smiles\n" + "\n".join(rows) + "\n", encoding="utf-8")
    (folder / "goal.toml").write_text('goals = [{ property = "logp", want = ">= 3" }]\n', encoding="utf-8")
    return run(
        ScreenConfig(inputs=(str(table),), objective=folder / "goal.toml", output=folder / "run", top=250, workers=1)
    )


def read(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_both_tables_hold_the_same_list(screened):
    rows = read(screened.folder / "top.csv")
    table = duckdb.read_parquet(str(screened.folder / "top.parquet"))
    assert tuple(table.columns) == tuple(rows[0])
    got = table.fetchall()
    assert [str(one[2]) for one in got] == [row["smiles"] for row in rows]
    assert [one[4] for one in got] == [float(row["score"]) for row in rows]
    assert all(len(row["inchikey"]) == 27 for row in rows)


def test_an_id_is_no_formula(screened):
    assert "'=1+1" in {row["id"] for row in read(screened.folder / "top.csv")}


def test_the_sample_has_the_best_molecule_of_each_scaffold(screened):
    from pharmakon.chem.parse import to_mol
    from pharmakon.chem.scaffolds import scaffold

    best: dict[str, str] = {}
    for row in read(screened.folder / "top.csv"):
        best.setdefault(scaffold(to_mol(row["smiles"])), row["smiles"])
    assert {row["smiles"] for row in read(screened.folder / "scaffolds.csv")} == set(best.values())


def test_files_of_one_name_are_told_apart():
    assert labels_of([Path("x/a.csv"), Path("y/b.csv")]) == ["a.csv", "b.csv"]
    assert labels_of([Path("x/a.csv"), Path("y/a.csv")]) == ["x/a.csv", "y/a.csv"]


def test_only_a_closed_ledger_is_an_end(screened, tmp_path):
    config = ScreenConfig(inputs=("set.csv",), output=screened.folder, models=("herg",))
    found = finished(screened.folder, config, ["a note"])
    assert found is not None
    assert (found.rows, found.best, found.head) == (screened.rows, screened.best, screened.head)
    lines = (screened.folder / "ledger.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "ledger.jsonl").write_bytes(b"".join(lines[:-1]))
    assert finished(tmp_path, config, []) is None
    assert finished(tmp_path / "nowhere", config, []) is None

"""Repeats in a library: each names the first row of its structure, is filtered by, sorted by and exported."""

from __future__ import annotations

import csv
import io

import duckdb
import numpy as np
import pytest
from rdkit import Chem

from pharmakon.core.errors import UsageError
from pharmakon.workflows.library import LibraryConfig, run
from pharmakon.workflows.library_export import exported, header
from pharmakon.workflows.library_filter import LibraryFilter, Order, condition
from pharmakon.workflows.library_repeats import COLUMN, NONE, REPEAT, repeats, told
from pharmakon.workflows.library_view import Library

SMILES = ("CCO", "CC(=O)O", "c1ccc", "OCC", "CC(=O)[O-].[Na+]", "CCN", "CCO", "")
FIRST = [None, None, None, 0, 1, None, 0, None]
"""Of each row, counted from 0; neither that which cannot be read nor the empty one repeats anything."""


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """Eight rows in shards of three, so that a repeat lies in another shard than its first row."""
    place = tmp_path_factory.mktemp("repeats")
    rows = [f"M{i},{smiles},{i}" for i, smiles in enumerate(SMILES)]
    (place / "set.csv").write_text("id,smiles,repeat_of\n" + "\n".join(rows) + "\n", encoding="utf-8")
    config = LibraryConfig(data=place / "set.csv", output=place / "out", models=("herg",), workers=1, batch=3)
    run(config)
    return Library(place / "out")


def test_each_repeat_names_the_first_row_of_its_structure(library):
    assert [row["values"][REPEAT] for row in library.page(range(8), [REPEAT])] == FIRST
    assert [row["repeat"] for row in library.page([6, 0, 4], [])] == [
        "repeat of M0 (row 0)",
        "",
        "repeat of M1 (row 1)",
    ]
    assert library.facts["repeats"] == 3 and library.columns[REPEAT]["title"] == COLUMN["title"]
    assert library.columns["input_repeat_of"]["input"] == "repeat_of"  # the file's own column is kept apart


def test_rows_stay_in_the_order_of_the_file(library):
    table = duckdb.read_parquet(str(library.folder / "molecules.parquet")).df()
    assert (
        table["row"].tolist() == list(range(8))
        and table[REPEAT].astype(object).where(table[REPEAT].notna(), None).tolist() == FIRST
    )


def test_repeats_are_shown_alone_or_left_out_and_sorted_by(library):
    assert library.find(LibraryFilter(repeats="only")).tolist() == [3, 4, 6]
    assert library.find(LibraryFilter(repeats="none", problems="none")).tolist() == [0, 1, 5]
    assert library.find(LibraryFilter(repeats="any")).size == 8
    assert library.find(LibraryFilter(), Order(sort=REPEAT))[:3].tolist() == [3, 6, 4]
    assert library.find(LibraryFilter(), Order(sort=REPEAT, down=True))[:3].tolist() == [4, 3, 6]


def test_every_export_has_the_mark(library, tmp_path):
    rows, names = np.array([4, 0, 6]), list(library.choosable)
    lines = list(csv.DictReader(io.StringIO(b"".join(exported(library, rows, names, "csv")).decode())))
    assert [(line["row"], line[REPEAT]) for line in lines] == [("4", "1"), ("0", ""), ("6", "0")]
    for kind in ("sdf", "parquet"):
        (tmp_path / f"out.{kind}").write_bytes(b"".join(exported(library, rows, names, kind)))
    mols = list(Chem.SDMolSupplier(str(tmp_path / "out.sdf")))
    assert [mol.GetProp(REPEAT) if mol.HasProp(REPEAT) else "" for mol in mols] == ["1", "", "0"]
    assert duckdb.read_parquet(str(tmp_path / "out.parquet")).df()[REPEAT].fillna(-1).tolist() == [1, -1, 0]


def test_the_row_stands_beside_what_it_repeats_and_nowhere_else(library):
    assert list(header(library, ["mw", REPEAT])) == ["id", "smiles", "problem", "mw", "row", REPEAT]
    assert list(header(library, [REPEAT, "row"]))[3:] == ["row", REPEAT] and "row" not in header(library, ["mw"])


def test_a_library_made_before_repeats_were_marked_says_so(library):
    older = {name: column for name, column in library.columns.items() if name != REPEAT}
    with pytest.raises(UsageError, match="make it again"):
        condition(LibraryFilter(repeats="only"), older)
    assert condition(LibraryFilter(), older) == ("true", [])


def test_a_million_rows_are_no_loop():
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE parts AS SELECT CAST(i AS INTEGER) AS row, CAST(i % 400000 AS VARCHAR) AS smiles, "
            "CASE WHEN i % 1000 = 7 THEN 'unreadable' ELSE '' END AS problem FROM range(1000000) t(i)"
        )
        first = repeats(connection)
    assert first.shape == (1_000_000,) and first.dtype == np.int32
    assert (
        first[:400_000].max() == NONE and first[400_000] == 0 and first[999_999] == 199_999 and first[400_007] == NONE
    )


def test_a_first_row_is_called_by_its_id_and_its_number():
    assert told(12, "M11") == "repeat of M11 (row 12)" and told(0, "") == "repeat of row 0"
    assert told(None, "M11") == "" and told(1_000_000, "") == "repeat of row 1,000,000"

"""Exports of a library: they read back in their order, in every format, and run nothing in a spreadsheet."""

from __future__ import annotations

import csv
import io

import duckdb
import numpy as np
import pytest
from rdkit import Chem

from pharmakon.core.errors import UnknownName
from pharmakon.workflows import library_export
from pharmakon.workflows.library_export import exported, header
from pharmakon.workflows.library_filter import LibraryFilter, Order


@pytest.fixture(scope="module")
def rows(library):
    """Ten rows, the heaviest first, which is not the order of the file."""
    found = library.find(LibraryFilter(), Order(sort="mw", down=True))[:10]
    assert found.tolist() != sorted(found)
    return found


def told(library, rows, columns):
    return list(csv.DictReader(io.StringIO(b"".join(exported(library, rows, columns, "csv")).decode())))


def test_csv_keeps_the_order_over_its_batches_and_makes_formulas_text(library, rows, monkeypatch):
    monkeypatch.setattr(library_export, "BATCH", 4)
    lines = told(library, rows, ["mw", "herg", "remark"])
    assert [line["id"] for line in lines] == [f"M{i}" for i in rows]
    assert lines[0]["remark"] == "'=HYPERLINK(1)" and lines[0]["herg_verdict"]
    assert [float(line["mw"]) for line in lines] == pytest.approx(library.values("mw")[rows].tolist(), rel=1e-6)


def test_sdf_holds_every_row_also_one_that_could_not_be_read(library, rows, tmp_path):
    chosen = np.array([*rows, 7], dtype=np.int32)
    (tmp_path / "out.sdf").write_bytes(b"".join(exported(library, chosen, ["mw"], "sdf")))
    read = list(Chem.SDMolSupplier(str(tmp_path / "out.sdf")))
    assert [mol.GetProp("_Name") for mol in read] == [f"M{i}" for i in chosen]
    assert "unclosed ring" in read[-1].GetProp("problem") and read[-1].GetNumAtoms() == 0


def test_whether_a_model_knows_what_could_not_be_read_is_empty(library, rows):
    known, unread = told(library, np.array([rows[0], 7]), ["herg"])
    assert known["herg_in_domain"] in ("true", "false", "True", "False") and unread["herg_in_domain"] == ""
    assert unread["herg"] == unread["herg_verdict"] == ""


def test_parquet_keeps_numbers_order_and_the_text_itself(library, rows, tmp_path):
    (tmp_path / "out.parquet").write_bytes(b"".join(exported(library, rows, ["mw", "remark"], "parquet")))
    back = duckdb.read_parquet(str(tmp_path / "out.parquet")).df()
    assert back["id"].tolist() == [f"M{i}" for i in rows]
    assert np.allclose(back["mw"], library.values("mw")[rows]) and back["remark"][0] == "=HYPERLINK(1)"


def test_an_estimate_brings_its_interval_and_a_column_comes_once(library):
    names = list(header(library, ["herg", "mw", "herg", "smiles"]))
    estimate = ["herg", "herg_low", "herg_high", "herg_verdict", "herg_in_domain"]
    assert names == ["id", "smiles", "problem", *estimate, "mw"]
    assert told(library, np.array([], dtype=np.int32), ["mw"]) == []
    with pytest.raises(UnknownName, match="nothing"):
        list(header(library, ["nothing"]))


def test_what_the_user_gave_is_given_back_whole():
    assert library_export._short(134567891.0, given=True) == 134567891
    assert library_export._short(12.123456789, given=True) == 12.123456789
    assert library_export._short(12.123456789, given=False) == 12.12346
    assert str(library_export._short(702.0, given=True)) == "702"
    assert library_export._short("00012", given=True) == "00012"

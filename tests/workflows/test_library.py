"""Libraries: a file becomes a folder that opens at once; no row is lost, and a filter means what it says."""

from __future__ import annotations

import csv
import gzip
import io

import duckdb
import numpy as np
import pytest
from rdkit import Chem

from pharmakon.core.errors import Cancelled, ConfigError, DataError, UnknownName, UsageError
from pharmakon.workflows.library import LibraryConfig, read_facts, run
from pharmakon.workflows.library_export import exported
from pharmakon.workflows.library_filter import LibraryFilter, Order, Similar
from pharmakon.workflows.library_view import Library


def lines(molecules):
    rows = [f'M{i},{smiles},{i / 2},"=HYPERLINK(1)"' for i, smiles in enumerate(molecules[:60])]
    rows[7] = "M7,c1ccc,3.5,broken"
    rows[9] = "M9,,,nothing"
    return "name,Smiles,MW,remark\n" + "\n".join(rows) + "\n"


@pytest.fixture(scope="module")
def folder(molecules, tmp_path_factory):
    place = tmp_path_factory.mktemp("library")
    with gzip.open(place / "set.csv.gz", "wt") as stream:
        stream.write(lines(molecules))
    config = LibraryConfig(
        data=place / "set.csv.gz", output=place / "library", models=("herg", "ames"), workers=1, batch=25
    )
    result = run(config)
    assert (result.rows, result.problems) == (60, 2)
    return place / "library"


@pytest.fixture(scope="module")
def library(folder):
    return Library(folder)


def test_every_row_is_in_the_table_with_its_reason_and_its_own_columns(folder):
    table = duckdb.read_parquet(str(folder / "molecules.parquet")).df()
    assert table["row"].tolist() == list(range(60))
    assert table["id"].tolist() == [f"M{i}" for i in range(60)]
    assert (table["problem"] != "").sum() == 2 and "unclosed ring" in table["problem"][7]
    assert (
        table["mw"].isna().sum() == 2 and table["input_MW"].tolist()[3] == 1.5
    )  # the file's own column keeps its numbers
    assert np.load(folder / "screen.npy", allow_pickle=False).shape == (60, 128)
    assert not (folder / "parts").exists()


def test_the_facts_name_each_column_with_its_unit_and_where_it_is_from(folder):
    columns = {column["name"]: column for column in read_facts(folder)["columns"]}
    assert columns["tpsa"]["unit"] == "Å²" and columns["herg"]["kind"] == "estimate"
    own = columns["input_MW"]
    assert (own["title"], own["group"], own["unit"], own["kind"]) == ("MW", "input", "", "number")
    assert columns["remark"]["kind"] == "text"


def test_a_filter_lets_through_what_meets_every_condition(library, molecules):
    heavy = library.find(LibraryFilter(ranges={"mw": (150, None)}, problems="none"))
    assert heavy.tolist() == [i for i in range(60) if i not in (7, 9) and library.values("mw")[i] >= 150]
    assert library.find(LibraryFilter(problems="only")).tolist() == [7, 9]
    assert library.find(LibraryFilter(text="m1")).tolist() == [1, *range(10, 20)]
    smarts = Chem.MolFromSmarts("[#7]")
    truth = [i for i in range(60) if i not in (7, 9) and Chem.MolFromSmiles(molecules[i]).HasSubstructMatch(smarts)]
    assert library.search("[#7]", wait=60.0).over.is_set()
    assert library.find(LibraryFilter(smarts="[#7]")).tolist() == truth
    picked = np.arange(60) < 5
    assert library.find(LibraryFilter(problems="none"), picked=picked).tolist() == [0, 1, 2, 3, 4]


def test_rows_are_sorted_and_those_without_a_value_come_last(library):
    rows = library.find(LibraryFilter(), Order(sort="mw", down=True))
    values = library.values("mw")[rows]
    assert np.isnan(values[-2:]).all() and (np.diff(values[:-2]) <= 0).all()
    alike = library.find(
        LibraryFilter(similar=Similar(smiles="Cc1ccccc1", at_least=0.3)), Order(sort="similarity", down=True)
    )
    assert len(alike) and (np.diff(library.similarity("Cc1ccccc1")[alike]) <= 0).all()


def test_a_page_tells_an_estimate_with_its_interval_and_verdict(library):
    (row, broken) = library.page([0, 7], ["herg", "mw", "remark"])
    low, high = row["ranges"]["herg"]
    assert low <= row["values"]["herg"] <= high and row["values"]["remark"] == "=HYPERLINK(1)"
    assert broken["problem"] and broken["values"]["mw"] is None and broken["outside"] == []


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        (LibraryFilter(ranges={"nothing": (0, 1)}), UnknownName),
        (LibraryFilter(ranges={'mw" OR true --': (0, 1)}), UnknownName),
        (LibraryFilter(ranges={"remark": (0, 1)}), UsageError),
        (LibraryFilter(verdicts={"mw": ("good",)}), UsageError),
        (LibraryFilter(smarts="c1cc"), DataError),
        (LibraryFilter(similar=Similar(smiles="nonsense")), DataError),
    ],
)
def test_what_cannot_be_asked_is_refused(library, asked, error):
    with pytest.raises(error):
        library.find(asked)


def test_an_export_reads_back_and_runs_nothing_in_a_spreadsheet(library, tmp_path):
    rows = library.find(LibraryFilter(), Order(sort="mw", down=True))[:10]
    text = b"".join(exported(library, rows, ["mw", "herg", "remark"], "csv")).decode()
    told = list(csv.DictReader(io.StringIO(text)))
    assert [line["id"] for line in told] == [f"M{i}" for i in rows]
    assert told[0]["remark"] == "'=HYPERLINK(1)" and told[0]["herg_verdict"]
    (tmp_path / "out.sdf").write_bytes(b"".join(exported(library, rows, ["mw"], "sdf")))
    assert [mol.GetProp("_Name") for mol in Chem.SDMolSupplier(str(tmp_path / "out.sdf"))] == [f"M{i}" for i in rows]
    (tmp_path / "out.parquet").write_bytes(b"".join(exported(library, rows, ["mw"], "parquet")))
    back = duckdb.read_parquet(str(tmp_path / "out.parquet")).df()
    assert back["id"].tolist() == [f"M{i}" for i in rows]
    assert np.allclose(back["mw"], library.values("mw")[rows])


def test_a_library_of_no_rows_and_a_folder_of_others_are_refused(tmp_path):
    (tmp_path / "none.csv").write_text("smiles,id\n")
    with pytest.raises(DataError, match="no rows"):
        run(LibraryConfig(data=tmp_path / "none.csv", output=tmp_path / "out", models=("herg",), workers=1))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.doc").write_text("mine")
    (tmp_path / "one.csv").write_text("smiles\nCCO\n")
    with pytest.raises(UsageError, match="other files"):
        run(LibraryConfig(data=tmp_path / "one.csv", output=tmp_path / "other", models=("herg",), workers=1))
    with pytest.raises(DataError, match="no library"):
        Library(tmp_path)


def test_a_killed_run_goes_on_to_the_same_bytes(molecules, folder, tmp_path):
    (tmp_path / "set.csv").write_text(lines(molecules))
    config = LibraryConfig(
        data=tmp_path / "set.csv", output=tmp_path / "out", models=("herg", "ames"), workers=1, batch=25
    )

    def stop(done, total, note):
        if done >= 25:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(config, progress=stop)
    assert (tmp_path / "out" / "parts").exists()
    run(config.model_copy(update={"resume": True}))
    assert (tmp_path / "out" / "molecules.parquet").read_bytes() == (folder / "molecules.parquet").read_bytes()


def test_an_unknown_key_of_a_filter_is_refused():
    from pharmakon.core.config import build

    with pytest.raises(ConfigError):
        build(LibraryFilter, {"mass": 3})


def test_parts_of_other_columns_are_not_taken_up_again(molecules, tmp_path, monkeypatch):
    from pharmakon.workflows import library

    (tmp_path / "set.csv").write_text(lines(molecules))
    config = LibraryConfig(data=tmp_path / "set.csv", output=tmp_path / "out", models=("herg",), workers=1, batch=25)

    def stop(done, total, note):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(library, "DESCRIPTORS", ("mw", "heavy_atoms"))
        with pytest.raises((KeyboardInterrupt, Cancelled)):
            run(config, progress=stop)
    run(config.model_copy(update={"resume": True}))
    assert (
        "heavy_atoms" not in Library(tmp_path / "out").columns and Library(tmp_path / "out").values("tpsa").size == 60
    )

"""Libraries: a file becomes a folder that opens at once, and no row is lost."""

from __future__ import annotations

import duckdb
import numpy as np
import pytest

from pharmakon.core.errors import Cancelled, DataError, UsageError
from pharmakon.workflows.library import LibraryConfig, read_facts, run
from pharmakon.workflows.library_export import exported
from pharmakon.workflows.library_filter import LibraryFilter, Order
from pharmakon.workflows.library_view import Library


def test_every_row_is_in_the_table_with_its_reason_and_its_own_columns(library_folder):
    table = duckdb.read_parquet(str(library_folder / "molecules.parquet")).df()
    assert table["row"].tolist() == list(range(60))
    assert table["id"].tolist() == [f"M{i}" for i in range(60)]
    assert (table["problem"] != "").sum() == 2 and "unclosed ring" in table["problem"][7]
    assert (
        table["mw"].isna().sum() == 2 and table["input_MW"].tolist()[3] == 1.5
    )  # the file's own column keeps its numbers
    assert np.load(library_folder / "screen.npy", allow_pickle=False).shape == (60, 128)
    assert not (library_folder / "parts").exists()


def test_the_facts_name_each_column_with_its_unit_and_where_it_is_from(library_folder):
    facts = read_facts(library_folder)
    assert (facts["name"], facts["rows"], facts["problems"]) == ("set.csv.gz", 60, 2)
    columns = {column["name"]: column for column in facts["columns"]}
    assert columns["tpsa"]["unit"] == "Å²" and columns["herg"]["kind"] == "estimate"
    own = columns["input_MW"]
    assert (own["title"], own["group"], own["unit"], own["kind"]) == ("MW", "input", "", "number")
    assert columns["remark"]["kind"] == "text"


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


def test_a_second_run_in_one_folder_is_refused_and_costs_the_first_nothing(library_table, library_folder, tmp_path):
    (tmp_path / "set.csv").write_text(library_table)
    config = LibraryConfig(
        data=tmp_path / "set.csv", output=tmp_path / "out", models=("herg", "ames"), workers=1, batch=25
    )
    refused = []

    def second(done, total, note):
        with pytest.raises(UsageError, match="another process is working in"):
            run(config)
        refused.append(note)

    assert run(config, progress=second).rows == 60 and len(refused) > 2
    assert Library(config.output).facts["rows"] == read_facts(library_folder)["rows"]
    (tmp_path / "two.csv").write_text("smiles\nCCO\n")
    with pytest.raises(UsageError, match=r"already holds a library of set\.csv"):
        run(config.model_copy(update={"data": tmp_path / "two.csv"}))
    with pytest.raises(UsageError, match="is a file"):
        run(config.model_copy(update={"output": tmp_path / "set.csv"}))


def test_a_killed_run_goes_on_to_the_same_bytes(library_table, library_folder, tmp_path):
    (tmp_path / "set.csv").write_text(library_table)
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
    assert (tmp_path / "out" / "molecules.parquet").read_bytes() == (library_folder / "molecules.parquet").read_bytes()


def test_parts_of_other_columns_are_not_taken_up_again(library_table, tmp_path, monkeypatch):
    from pharmakon.workflows import library

    (tmp_path / "set.csv").write_text(library_table)
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


@pytest.fixture
def assayed(tmp_path):
    """Twenty molecules with measured values as people write them; the last two are one structure, one a salt of it."""
    values = ["6.5", ">7", "≤ 4.25", "5", "n/a", *(str(8 + i / 10) for i in range(13)), "inactive", "5.10"]
    smiles = [*("C" * n + "O" for n in range(1, 19)), "CC(=O)O", "CC(=O)[O-].[Na+]"]
    rows = [f"M{i},{s},{v},{v if i % 4 else 'low'}" for i, (s, v) in enumerate(zip(smiles, values, strict=True))]
    (tmp_path / "set.csv").write_text("id,smiles,pIC50,note\n" + "\n".join(rows) + "\n", encoding="utf-8")
    run(LibraryConfig(data=tmp_path / "set.csv", output=tmp_path / "out", models=("herg",), workers=1))
    return Library(tmp_path / "out")


def test_a_column_of_nearly_only_numbers_sorts_filters_and_plots_by_them_and_is_shown_as_written(assayed):
    assert (assayed.columns["pIC50"]["kind"], assayed.columns["note"]["kind"]) == ("number", "text")
    values = assayed.values("pIC50")
    assert values[:4].tolist() == [6.5, 7.0, 4.25, 5.0] and np.isnan(values[[4, 18]]).all()
    rows = assayed.find(LibraryFilter(ranges={"pIC50": (4.0, 7.0)}), Order(sort="pIC50")).tolist()
    assert rows == [2, 3, 19, 0, 1]
    assert assayed.find(LibraryFilter(), Order(sort="pIC50", down=True))[-2:].tolist() == [4, 18]  # no number: last
    written = [row["values"]["pIC50"] for row in assayed.page([1, 2, 4, 18, 19], ["pIC50"])]
    assert written == [">7", "≤ 4.25", "n/a", "inactive", "5.10"]
    told = b"".join(exported(assayed, np.arange(20), ["pIC50"], "csv")).decode()
    assert [line.split(",")[3] for line in told.splitlines()[1:5]] == ["6.5", ">7", "≤ 4.25", "5"]
    assert assayed.find(LibraryFilter(text="inactive")).tolist() == [18]


def test_numbers_with_a_decimal_comma_are_numbers_as_in_training(tmp_path):
    text = "id;smiles;pIC50\nA;CCO;1,5\nB;CCN;2,7\nC;CCC;>3,1\n"
    (tmp_path / "set.csv").write_text(text, encoding="utf-8")
    run(LibraryConfig(data=tmp_path / "set.csv", output=tmp_path / "out", models=("herg",), workers=1))
    opened = Library(tmp_path / "out")
    assert opened.values("pIC50").tolist() == pytest.approx([1.5, 2.7, 3.1])
    assert [row["values"]["pIC50"] for row in opened.page([0, 2], ["pIC50"])] == ["1,5", ">3,1"]


def test_what_standardising_changed_is_a_column_and_repeats_are_counted(assayed):
    assert "removed salt" in assayed.page([19], ["changes"])[0]["values"]["changes"]
    assert assayed.find(LibraryFilter(text="removed salt")).tolist() == [19]
    assert "changes" in assayed.choosable and "smiles" not in assayed.choosable
    assert assayed.facts["repeats"] == 1 and assayed.page([19], [])[0]["repeat"] == "repeat of M18 (row 18)"

import csv
import gzip
import io

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem

from pharmakon.core.errors import UsageError
from pharmakon.store.tables import open_table
from pharmakon.store.writers import CsvText, CsvWriter, SdfWriter, quoted, show, write_csv, write_parquet


@pytest.mark.parametrize(
    ("value", "spec", "expected"),
    [
        (None, "", ""),
        (float("nan"), ".2f", ""),
        (np.float64("nan"), "", ""),
        (np.float32(0.1), "", "0.10000000149011612"),
        (np.float64(0.1), "", "0.1"),
        (0.1 + 0.2, "", "0.30000000000000004"),
        (1 / 3, ".3f", "0.333"),
        (np.int64(7), "", "7"),
        (True, "", "true"),
        (np.bool_(False), ".2f", "false"),
        ("text", ".2f", "text"),
    ],
)
def test_cells(value, spec, expected):
    assert CsvText(["x"], formats={"x": spec}).text([{"x": value}]).rstrip("\n").strip('"') == expected


def test_show_has_no_numpy_in_it():
    assert show(np.float64(1.5)) == "1.5"


def test_every_column_is_guarded_against_formulas_unless_some_are_named():
    text = CsvText(["theirs", "ours"], only=["ours"])
    cells = ["=1+1", "+cmd", "-cmd", "@x", "\tx", "-3.5", "+4", "-", "C=C", "C"]
    rows = list(csv.reader(io.StringIO(text.text({"theirs": cell, "ours": cell} for cell in cells), newline="")))
    assert [row[0] for row in rows] == cells
    assert [row[1] for row in rows] == ["'=1+1", "'+cmd", "'-cmd", "'@x", "'\tx", "-3.5", "+4", "-", "C=C", "C"]


def test_an_id_that_is_a_formula_is_escaped_and_found_again(tmp_path):
    path = tmp_path / "x.csv"
    write_csv(path, ["id", "smiles"], [{"id": "=cmd|' /C calc'!A0", "smiles": "CCO"}, {"id": "'quoted", "smiles": "C"}])
    assert path.read_text().splitlines()[1].startswith("'=cmd")
    assert [row.id for row in open_table(path).rows()] == ["=cmd|' /C calc'!A0", "'quoted"]


def test_numbers_are_not_formulas():
    assert CsvText(["y"]).text([{"y": -1.5}]) == "-1.5\n"


@given(st.lists(st.text(alphabet=st.sampled_from("a ',;\"\r\n\t=é")), min_size=2, max_size=4))
def test_quoted_cells_joined_are_what_the_writer_writes(cells):
    columns = [str(i) for i in range(len(cells))]
    written = CsvText(columns, only=()).text([dict(zip(columns, cells, strict=True))])
    assert ",".join(map(quoted, cells)) + "\n" == written


def test_an_unknown_key_is_not_dropped_silently():
    with pytest.raises(UsageError, match="'pic50' is not a column"):
        CsvText(["pIC50"]).text([{"pic50": 1}])


def test_the_file_is_utf8_with_plain_line_ends_and_the_same_in_pieces(tmp_path):
    records = [{"a": "µ", "b": i} for i in range(2500)]
    whole = write_csv(tmp_path / "whole.csv", ["a", "b"], records).read_bytes()
    assert whole.startswith("a,b\nµ,0\n".encode())
    assert b"\r" not in whole
    with CsvWriter(tmp_path / "pieces.csv", ["a", "b"]) as writer:
        for record in records:
            writer.write(record)
    assert (tmp_path / "pieces.csv").read_bytes() == whole
    parts = CsvText(["a", "b"])
    assert (parts.header() + parts.text(records[:7]) + parts.text(records[7:])).encode() == whole


def test_a_gz_name_is_compressed_with_the_same_bytes_each_time(tmp_path):
    first = write_csv(tmp_path / "a.csv.gz", ["a"], [{"a": 1}]).read_bytes()
    assert gzip.decompress(first) == b"a\n1\n"
    assert write_csv(tmp_path / "b.csv.gz", ["a"], [{"a": 1}]).read_bytes() == first


def test_a_failed_run_leaves_no_half_file(tmp_path):
    with pytest.raises(UsageError), CsvWriter(tmp_path / "x.csv.gz", ["a"]) as writer:  # noqa: PT012
        writer.write({"a": 1})
        writer.write({"b": 1})
    assert list(tmp_path.iterdir()) == []


def test_writing_outside_the_block_is_an_error(tmp_path):
    with pytest.raises(UsageError, match="with"):
        SdfWriter(tmp_path / "x.sdf", []).write("C", {})


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8), min_size=2, max_size=2)
    )
)
def test_what_is_written_is_read_back(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("csv") / "x.csv"
    records = [{"smiles": a, "a,b": b, "n": "x"} for a, b in rows]
    write_csv(path, ["smiles", "a,b", "n"], records, only=())
    assert [row.fields for row in open_table(path).rows()] == records


def test_sdf_keeps_structure_stereo_and_properties(tmp_path):
    path = tmp_path / "x.sdf"
    smiles = ["C[C@H](N)C(=O)O", "F/C=C/F", "[NH4+]", "c1ccc2[nH]ccc2c1", "[13CH4]"]
    with SdfWriter(path, ["z", "a<b>", "y"], formats={"y": ".2f"}) as writer:
        for number, text in enumerate(smiles):
            writer.write(text, {"y": number / 3, "z": f"v{number}", "a<b>": None}, title=f"two\nlines {number}")
    with Chem.SDMolSupplier(str(path)) as supplier:
        mols = list(supplier)
    assert [Chem.MolToSmiles(mol) for mol in mols] == [Chem.CanonSmiles(text) for text in smiles]
    assert [list(mol.GetPropNames()) for mol in mols] == [["z", "y"]] * 5
    assert mols[1].GetProp("y") == "0.33"
    assert mols[1].GetProp("_Name") == "two lines 1"
    assert path.read_text().count("V2000") == 5


def test_sdf_takes_molecules_and_leaves_them_alone(tmp_path):
    mol = Chem.MolFromSmiles("CCO")
    with SdfWriter(tmp_path / "x.sdf", []) as writer:
        writer.write(mol, {}, title="ethanol")
    assert mol.GetNumConformers() == 0


def test_no_row_is_lost_in_an_sdf(tmp_path):
    with SdfWriter(tmp_path / "x.sdf", ["id"]) as writer:
        for number, structure in enumerate(["C", "not a molecule", None, "C." * 1000 + "C"]):
            writer.write(structure, {"id": str(number)})
    rows = list(open_table(tmp_path / "x.sdf").rows())
    assert [row.fields["id"] for row in rows] == ["0", "1", "2", "3"]
    assert [row.structure for row in rows] == ["C", "", "", "C." * 1000 + "C"]


@pytest.mark.parametrize("value", ["a\n\nb", "$$$$", "a\n> <id>\nb", "x\r\ny"])
def test_a_value_cannot_break_out_of_its_record(tmp_path, value):
    with SdfWriter(tmp_path / "x.sdf", ["note", "id"]) as writer:
        for number in range(2):
            writer.write("C", {"note": value, "id": str(number)})
    rows = list(open_table(tmp_path / "x.sdf").rows())
    assert [row.fields["id"] for row in rows] == ["0", "1"]
    assert [line.strip() for line in rows[0].fields["note"].split("\n")] == value.replace("\r", "").split("\n")
    with Chem.SDMolSupplier(str(tmp_path / "x.sdf")) as supplier:
        assert [mol.GetProp("id") for mol in supplier] == ["0", "1"]


def test_parquet_has_types_and_stable_bytes(tmp_path):
    path = tmp_path / "x.parquet"
    records = [{"id": '=1,"\n', "y": 0.1, "note": ""}, {"id": "b", "y": float("nan"), "note": "µ"}]
    write_parquet(path, ["id", "y", "note"], records, types={"y": "DOUBLE"})
    first = path.read_bytes()
    found = duckdb.read_parquet(str(path))
    assert [str(kind) for kind in found.types] == ["VARCHAR", "DOUBLE", "VARCHAR"]
    assert found.fetchall() == [('=1,"\n', 0.1, ""), ("b", None, "µ")]
    write_parquet(path, ["id", "y", "note"], records, types={"y": "DOUBLE"})
    assert path.read_bytes() == first

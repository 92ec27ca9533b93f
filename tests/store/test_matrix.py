import gzip

import duckdb
import numpy as np
import pandas as pd
import pytest

from pharmakon.core.errors import DataError, UnknownName
from pharmakon.store.matrix import aligned, read_frame, read_matrix


def written(tmp_path, text, name="m.csv"):
    path = tmp_path / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


@pytest.mark.parametrize("name", ["m.csv", "m.csv.gz"])
def test_numbers_and_names(tmp_path, name):
    found = read_matrix(written(tmp_path, ",a,b\ns1,1.5,2\ns2,NA,3\n", name))
    assert found.rows == ("s1", "s2")
    assert found.columns == ("a", "b")
    np.testing.assert_array_equal(found.values, [[1.5, 2], [np.nan, 3]])


def test_tabs_and_semicolons(tmp_path):
    assert read_matrix(written(tmp_path, "id\ta\ns1\t1\n", "m.tsv")).values[0, 0] == 1
    assert read_matrix(written(tmp_path, "id;a\ns1;1,5\ns2;2,5\n")).values.tolist() == [[1.5], [2.5]]


def test_limits_of_detection_are_numbers_and_are_counted(tmp_path):
    found = read_matrix(written(tmp_path, "id,a\ns1,<0.5\ns2,2\ns3,broken\n"))
    np.testing.assert_array_equal(found.values[:, 0], [0.5, 2, np.nan])
    assert any("1 value is below or above" in note for note in found.notes)
    assert any("1 cell is no number:" in note for note in found.notes)


def test_words_are_no_features(tmp_path):
    found = read_matrix(written(tmp_path, "id,site,a\ns1,x,1\ns2,y,2\n"))
    assert found.columns == ("a",)
    many = read_matrix(written(tmp_path, "id,v,w,x,y,a\ns1,k,k,k,k,1\n"))
    assert many.notes == ("4 columns hold no numbers and are left out (such as v, w, x)",)
    assert found.text == ("site",)


def test_a_name_that_stands_twice_is_said(tmp_path):
    found = read_matrix(written(tmp_path, "id,a,a\ns1,1,2\n"))
    assert found.columns == ("a", "a.1")
    assert "stand twice" in found.notes[0]


def test_numeric_ids_stay_text(tmp_path):
    assert read_matrix(written(tmp_path, ",a\n1,5\n2,6\n")).rows == ("1", "2")


def test_parquet_is_the_same(tmp_path):
    frame = pd.DataFrame({"id": ["s1", "s2"], "a": [1.0, None]})
    duckdb.from_df(frame).write_parquet(str(tmp_path / "m.parquet"))
    found = read_matrix(tmp_path / "m.parquet")
    assert found.rows == ("s1", "s2")
    np.testing.assert_array_equal(found.values[:, 0], [1, np.nan])
    assert list(read_frame(tmp_path / "m.parquet")["a"]) == ["1.0", ""]


def test_nothing_to_read(tmp_path):
    with pytest.raises(DataError, match="no numbers"):
        read_matrix(written(tmp_path, "id,a\ns1,x\n"))
    with pytest.raises(DataError, match="empty"):
        read_matrix(written(tmp_path, ""))
    with pytest.raises(UnknownName):
        read_matrix(written(tmp_path, "id,a\ns1,1\n"), id="name")
    with pytest.raises(DataError, match="layer"):
        read_matrix(written(tmp_path, "id,a\ns1,1\n"), layer="raw")


def test_a_frame_is_text_with_blanks_where_nothing_is(tmp_path):
    found = read_frame(written(tmp_path, ",sex,age\n01, F ,NA\n02,,50\n"))
    assert found.to_numpy().tolist() == [["01", "F", ""], ["02", "", "50"]]
    some = read_frame(written(tmp_path, ",sex,age\n01, F ,NA\n"), columns=["age", None])
    assert list(some.columns) == ["age", ""]
    with pytest.raises(UnknownName, match="did you mean 'sex'"):
        read_frame(written(tmp_path, ",sex,age\n01, F ,NA\n"), columns=["sexe"])


def test_alignment_leaves_nothing_where_a_row_is_lacking(tmp_path):
    matrix = read_matrix(written(tmp_path, "id,a\ns1,1\ns2,2\n"))
    np.testing.assert_array_equal(aligned(matrix, ["s2", "s9"]), [[2], [np.nan]])
    assert matrix.transposed().rows == ("a",)


def test_ids_are_words_whatever_they_look_like(tmp_path):
    text = ",a\n007,1\n1E2,2\nNA,3\n12345678901234567890123,4\n"
    assert read_matrix(written(tmp_path, text)).rows == ("007", "1E2", "NA", "12345678901234567890123")


def test_the_decimal_mark_is_that_of_the_whole_table(tmp_path):
    found = read_matrix(written(tmp_path, "id;a;b\ns1;1,304;0,36\ns2;0,912;1,5\n"))
    np.testing.assert_array_equal(found.values, [[1.304, 0.36], [0.912, 1.5]])


def test_infinite_values_are_missing_and_said(tmp_path):
    found = read_matrix(written(tmp_path, "id,a\ns1,inf\ns2,2\n"))
    assert np.isnan(found.values[0, 0])
    assert "infinite" in found.notes[0]


@pytest.mark.parametrize("header", ["," * 3000, ",".join(["a"] * 3000)])
def test_a_header_of_nothing_but_odd_names_is_no_table(tmp_path, header):
    path = tmp_path / "x.csv"
    path.write_text(header + "\n")
    with pytest.raises(DataError, match="no name, or that of another"):
        read_matrix(path)


def test_a_row_that_stray_quotes_make_endless_is_refused(tmp_path):
    path = tmp_path / "m.csv"
    path.write_text("id,a\n" + 'x","\n' * 20_000)
    with pytest.raises(DataError, match="cells more than the header"):
        read_matrix(path)


def test_one_row_that_would_make_all_others_long_is_refused_before_it_fills_the_memory(tmp_path):
    path = tmp_path / "m.csv"
    path.write_text("id,a\n" + "s,1\n" * 9_000 + "s" + "," * 20_000 + "\n")
    with pytest.raises(DataError, match="20,001 cells, and most have few"):
        read_matrix(path)


def test_a_table_of_mostly_empty_cells_is_a_table(tmp_path):
    path = tmp_path / "m.csv"
    path.write_text("id," + ",".join(f"g{n}" for n in range(3_000)) + "\n" + f"s,1{',' * 2_999}\n" * 40)
    assert read_matrix(path).values.shape == (40, 3_000)


def test_a_first_row_much_longer_than_the_header_is_refused(tmp_path):
    path = tmp_path / "m.csv"
    path.write_text("a,b\n" + ",".join(["1"] * 40) + "\n")
    with pytest.raises(DataError, match="38 cells more than the header"):
        read_matrix(path)

import duckdb
import pytest

from pharmakon.core.errors import DataError
from pharmakon.store.parquet import Parquet


def made(path, sql):
    duckdb.sql(sql).write_parquet(str(path))
    return Parquet(path)


def test_every_value_is_text_and_null_is_empty(tmp_path):
    table = made(
        tmp_path / "x.parquet", "SELECT 'CCO' AS smiles, 0.1::DOUBLE AS y, true AS t, NULL::INT AS n, 7 AS \"a b\""
    )
    assert table.columns == ("smiles", "y", "t", "n", "a b")
    assert list(table.rows()) == [(["CCO", "0.1", "true", "", "7"], "")]


def test_rows_come_in_the_order_of_the_file_beyond_one_fetch(tmp_path):
    table = made(tmp_path / "x.parquet", "SELECT range AS i FROM range(25000)")
    assert [int(cells[0]) for cells, _ in table.rows()] == list(range(25_000))


def test_a_name_with_wildcards_means_itself(tmp_path):
    made(tmp_path / "x1.parquet", "SELECT 'wrong' AS s")
    table = made(tmp_path / "x[1]?.parquet", "SELECT 'right' AS s")
    assert [cells for cells, _ in table.rows()] == [["right"]]


def test_a_damaged_file_is_named(tmp_path):
    made(tmp_path / "x.parquet", "SELECT range AS i FROM range(1000)")
    whole = (tmp_path / "x.parquet").read_bytes()
    (tmp_path / "x.parquet").write_bytes(whole[:-20])
    with pytest.raises(DataError, match=r"x\.parquet"):
        Parquet(tmp_path / "x.parquet")


@pytest.mark.parametrize(("first", "count"), [(0, 3), (1_999, 2), (7_000, 2_500), (24_990, 10), (24_990, 100)])
def test_a_part_is_those_rows_across_row_groups(tmp_path, first, count):
    duckdb.sql('SELECT range AS i, \'x\' AS "a ""b" FROM range(25000)').write_parquet(
        str(tmp_path / "x.parquet"), row_group_size=2_048
    )
    table = Parquet(tmp_path / "x.parquet")
    assert table.count() == 25_000
    got = list(table.part(first, count, ('a "b', "i")))
    assert got == [["x", str(i)] for i in range(first, min(first + count, 25_000))]

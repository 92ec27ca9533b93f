"""The first rows of a table."""

from __future__ import annotations

import pytest

from pharmakon.core.errors import DataError
from pharmakon.web.preview import first_rows


def test_the_first_rows_and_whether_there_are_more(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('\ufeffid,name\n1,"a, b"\n2,c\n3,d\n', encoding="utf-8")
    assert first_rows(path, 2) == (["id", "name"], [["1", "a, b"], ["2", "c"]], True)
    assert first_rows(path, 3)[2] is False
    path.write_text("")
    assert first_rows(path, 3) == ([], [], False)
    path = tmp_path / "a.tsv"
    path.write_text("id\tx\n1\t" + "y" * 2000 + "\n")
    assert first_rows(path, 5)[1] == [["1", "y" * 500]]


def test_no_more_is_read_than_is_shown(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"id\n" + b"1\n" * 200_000 + b"\xff\xff\n")  # its end cannot be read, and is not
    assert len(first_rows(path, 50)[1]) == 50


def test_what_is_no_table_says_so(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "a.json").write_text("{}")
    for name in ("a.csv", "a.json"):
        with pytest.raises(DataError):
            first_rows(tmp_path / name, 5)

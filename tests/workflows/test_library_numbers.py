"""Columns of numbers in a library's file: plain, censored, with decimal commas; text stays text."""

from __future__ import annotations

import duckdb
import pytest

from pharmakon.store.numbers import decimal_of, read_number
from pharmakon.workflows.library_numbers import numeric


def read(*cells):
    """The numbers of a column, and whether all are plain; None for a column of text."""
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE parts (row INTEGER, x VARCHAR)")
        connection.executemany("INSERT INTO parts VALUES (?, ?)", list(enumerate(cells)))
        found = numeric(connection, ["x"])
        if not found:
            return None
        numbers = connection.execute(f"SELECT {found['x'].sql} FROM parts ORDER BY row").fetchall()  # noqa: S608
        return [number for (number,) in numbers], found["x"].plain


def test_plain_numbers_are_plain_and_a_censored_one_is_its_bound():
    assert read("1.5", " 2", "") == ([1.5, 2.0, None], True)
    assert read("1.5", "> 3.1", "n/a") == ([1.5, 3.1, None], False)
    assert read("1", "active", "inactive") is None and read("", "") is None


@pytest.mark.parametrize(
    "cells", [("1,5", "2,7", ">3,1"), ("5,123", "6,25", "7"), ("1.234,5", "0,5", "2"), ("-1,5e3", "≤ ,5", "1")]
)
def test_decimal_commas_are_read_as_a_model_s_training_reads_them(cells):
    numbers, plain = read(*cells)
    assert numbers == [read_number(cell, decimal=decimal_of(cells))[0] for cell in cells] and not plain


def test_a_comma_that_is_no_decimal_mark_makes_no_number():
    assert read("1,5", "2.5", "3,5") is None  # the cells disagree
    assert read("2,4-dinitro", "1,2-dichloro") is None


@pytest.mark.parametrize("code", ["00012345", "0007", "-012", "123456789012345678", "1234567890123456.0"])
def test_a_number_that_would_lose_digits_stays_as_it_was_written(code):
    numbers, plain = read("1", code)
    assert numbers == [1.0, float(code)] and not plain
    assert read("1", "0.5", "0", "0e3", "0.12345678901234567", "134567891")[1]

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pharmakon.store.numbers import decimal_of, is_approximate, read_number


@pytest.mark.parametrize(
    ("text", "rough"),
    [("~6", True), (" ≈ 6", True), ("ca. 6", True), ("About 6", True), ("6", False), ("=6", False), ("<6", False)],
)
def test_a_number_written_as_approximate(text, rough):
    assert is_approximate(text) is rough


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        (" 5.25 ", 5.25),
        ("+5.", 5),
        (".5", 0.5),
        ("1e-3", 0.001),
        ("−3.2", -3.2),
        ("1,5", 1.5),
        (",5", 0.5),
        ("1,5e-3", 0.0015),
        ("0,500", 0.5),
        ("1,000", 1000),
        ("-1,234.5", -1234.5),
        ("1,000,000", 1_000_000),
        ("1.000,5", 1000.5),
        ("1.234.567", 1_234_567),
        ("1 000", 1000),
        ("1\u202f000,5", 1000.5),
        ("1'000", 1000),
        ("12.345", 12.345),
        ("~3", 3),
        ("ca. 3", 3),
        ("=3", 3),
        ("'3", 3),
    ],
)
def test_numbers(text, value):
    assert read_number(text) == (value, "", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (">10", (10, ">", "")),
        ("> 10", (10, ">", "")),
        ("≥2", (2, ">", "")),
        (">=2", (2, ">", "")),
        ("=>2", (2, ">", "")),
        (">>2", (2, ">", "")),
        ("<5", (5, "<", "")),
        ("≤ 0,1", (0.1, "<", "")),
        ("'<-5", (-5, "<", "")),
    ],
)
def test_censored_values_keep_their_qualifier(text, expected):
    assert read_number(text) == expected


@pytest.mark.parametrize("text", ["", "  ", "NaN", "NA", "n/a", "#N/A", "None", "-", "?", "n.d.", "#DIV/0!"])
def test_missing(text):
    assert read_number(text) == (None, "", "missing")


@pytest.mark.parametrize(
    "text", ["active", "1,2,3", "1,000,5", "1_000", "10-20", "5 nM", "45%", ">", ">abc", "--5", "1/2", "0x10", "1.2.3"]
)
def test_text_is_no_number_and_is_shown(text):
    assert read_number(text) == (None, "", f"not a number: {text!r}")


@pytest.mark.parametrize("text", ["inf", "-Infinity", "1e999", ">inf"])
def test_infinity_is_no_number(text):
    value, _, problem = read_number(text)
    assert value is None
    assert problem == f"not a finite number: {text!r}"


def test_a_long_cell_is_shown_short():
    assert len(read_number("x" * 10_000)[2]) < 80


def test_the_decimal_mark_of_the_column_settles_doubtful_cells():
    column = ["5,1", "5,123", "n/a", ">4,75"]
    assert decimal_of(column) == ","
    assert [read_number(cell, decimal=",")[0] for cell in column] == [5.1, 5.123, None, 4.75]
    assert read_number("1.234", decimal=",")[0] == 1234
    assert read_number("1.234,5", decimal=",")[0] == 1234.5
    assert read_number("7.4", decimal=",")[0] == 7.4


@pytest.mark.parametrize("column", [[], ["5,123"], ["1.5", "1,5"], ["7", "x"]])
def test_a_column_in_doubt_has_no_decimal_mark(column):
    assert decimal_of(column) == ""


def test_a_column_with_points_has_a_point():
    assert decimal_of(["5.12", "1,000"]) == "."


@settings(deadline=None, max_examples=50)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_what_python_writes_is_read_back(number):
    assert read_number(repr(number)) == (number, "", "")


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=20))
def test_no_text_raises(text):
    value, qualifier, problem = read_number(text)
    assert (value is None) == bool(problem)
    assert qualifier in {"", ">", "<"}

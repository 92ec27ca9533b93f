import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pharmakon.core.errors import DataError
from pharmakon.store.bytestream import open_text
from pharmakon.store.delimited import Delimited, distinct, looks_like_smiles, plain_name, smiles_file


@pytest.fixture
def read(tmp_path):
    """Columns and rows of a delimited text; a row with a problem is a pair."""

    def read(text, **options):
        path = tmp_path / "x.csv"
        path.write_bytes(text.encode())
        source = Delimited(open_text(path), **options)
        return source.columns, [(cells, problem) if problem else cells for cells, problem in source.rows()]

    return read


@pytest.fixture
def read_smiles(tmp_path):
    def read(text):
        path = tmp_path / "x.smi"
        path.write_bytes(text.encode())
        source = smiles_file(open_text(path), ("smiles", "structure"))
        return source.columns, [(cells, problem) if problem else cells for cells, problem in source.rows()]

    return read


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_delimiters_and_line_ends(read, mark, end):
    text = end.join([f"smiles{mark}id", f'"C{mark}C"{mark}1', f"CCO{mark}2"])
    assert read(text) == (("smiles", "id"), [[f"C{mark}C", "1"], ["CCO", "2"]])


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("smiles;pIC50\nCCO;5,3\nCCC;6,1\n", ("smiles", "pIC50")),
        ("name;IC50 (nM, 24 h);smiles\na;1;C\nb;2;C\n", ("name", "IC50 (nM, 24 h)", "smiles")),
        ('"a;b;c",smiles\n1,C\n', ("a;b;c", "smiles")),
        ("sep=;\nsmiles;a,b,c\nC;1,2,3\n", ("smiles", "a,b,c")),
        ("sep=|\r\nsmiles|a\r\nC|1\r\n", ("smiles", "a")),
        ("\n\nsmiles,id\nC,1\n", ("smiles", "id")),
        ("smiles , id\nC,1\n", ("smiles", "id")),
        ("\ufeff\ufeffsmiles,id\nC,1\n", ("smiles", "id")),
        ('smiles,"two\nlines"\nC,1\n', ("smiles", "two\nlines")),
    ],
)
def test_header(read, text, columns):
    found, rows = read(text)
    assert found == columns
    assert rows
    assert all(isinstance(row, list) for row in rows)


def test_cells_are_passed_on_as_they_are(read):
    assert read('a,b\n x ,"say ""hi"""\n')[1] == [[" x ", 'say "hi"']]


def test_a_quoted_cell_may_hold_line_ends(read):
    assert read('id,note,s\n1,"two\nlines",C\n2,"three\r\n\r\nlines",CC\n3,x,CCC\n')[1] == [
        ["1", "two\nlines", "C"],
        ["2", "three\r\n\r\nlines", "CC"],
        ["3", "x", "CCC"],
    ]


def test_a_stray_quote_costs_its_own_row_only(read):
    lines = ["id,s", '"2-methyl,C', *(f"{n},C" for n in range(20_000))]
    _, rows = read("\n".join(lines))
    assert rows[0] == (['"2-methyl', "C"], "a quotation mark is opened and never closed")
    assert rows[1:] == [[str(n), "C"] for n in range(20_000)]


def test_two_stray_quotes_do_not_swallow_what_lies_between(read):
    _, rows = read('id,s\n"a,C\nb,CC\n"c,CCC\nd,"O"\n')
    assert [row[0] if isinstance(row, tuple) else row for row in rows] == [
        ['"a', "C"],
        ["b", "CC"],
        ['"c', "CCC"],
        ["d", "O"],
    ]
    assert [isinstance(row, tuple) for row in rows] == [True, False, True, False]


def test_a_quote_inside_a_cell_is_a_character(read):
    assert read('id,s\n5" tube,C\nx,CC\n')[1] == [['5" tube', "C"], ["x", "CC"]]


def test_ragged_rows_are_rows_with_a_problem(read):
    assert read("a,b,c\n1,2\n1,2,3,4\n1,2,3\n") == (
        ("a", "b", "c"),
        [
            (["1", "2", ""], "the row has 2 cells where the header has 3"),
            (["1", "2", "3"], "the row has 4 cells where the header has 3"),
            ["1", "2", "3"],
        ],
    )


def test_delimiters_at_the_end_of_a_row_are_no_problem(read):
    assert read("a,b\n1,2,,\n")[1] == [["1", "2"]]


def test_blank_lines_are_no_rows(read):
    assert read("a,b\n1,2\n\n  \n3,4\n\n")[1] == [["1", "2"], ["3", "4"]]


def test_in_a_lone_column_an_inner_blank_line_is_an_empty_cell(read):
    assert read("smiles\nC\n\nCC\n\n\n")[1] == [["C"], [""], ["CC"]]


def test_huge_cells(read):
    assert read(f'a,b\n"{"C" * 500_000}",1\n')[1] == [["C" * 500_000, "1"]]


def test_header_only(read):
    assert read("smiles,id\n") == (("smiles", "id"), [])
    assert read("smiles,id") == (("smiles", "id"), [])


def test_only_blank_lines_are_an_empty_file(read):
    with pytest.raises(DataError, match="is empty"):
        read("\n\n\n")


def test_column_names_become_distinct():
    notes = []
    assert distinct(["a", "a", "", "a_2", "a", "column_3"], notes) == (
        ("a", "a_3", "column_3_", "a_2", "a_4", "column_3")
    )
    assert len(notes) == 3
    assert "column 2 is called 'a_3'" in notes[0]


def test_names_and_structures_are_told_apart():
    assert plain_name("Canonical_SMILES ") == "canonicalsmiles"
    assert looks_like_smiles("C[C@H](N)C(=O)[O-]")
    assert not looks_like_smiles("molecule")
    assert not looks_like_smiles("")


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8), min_size=3, max_size=3)
    )
)
def test_whatever_a_csv_writer_wrote_is_read(tmp_path_factory, rows):
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([["smiles", "id", "x"], *rows])
    path = tmp_path_factory.mktemp("csv") / "x.csv"
    path.write_bytes(text.getvalue().encode())
    assert [cells for cells, problem in Delimited(open_text(path)).rows() if not problem] == rows


def test_smiles_file(read_smiles):
    assert read_smiles("CCO ethanol\nC\tmethane gas\n\nCC\n\n") == (
        ("smiles", "name"),
        [["CCO", "ethanol"], ["C", "methane gas"], ["", ""], ["CC", ""]],
    )


def test_smiles_file_with_a_header(read_smiles):
    assert read_smiles("SMILES Name\nCCO ethanol\n") == (("SMILES", "Name"), [["CCO", "ethanol"]])
    assert read_smiles("smiles\nCCO\n") == (("smiles",), [["CCO"]])
    assert read_smiles("smiles\tid\ty\nCCO\t1\t2\n") == (("smiles", "id", "y"), [["CCO", "1", "2"]])
    assert read_smiles("smiles,id\nCCO,1\n") == (("smiles", "id"), [["CCO", "1"]])


def test_smiles_file_with_more_columns(read_smiles):
    assert read_smiles('CCO\t"a\t5.1\nCC\tb\t6\n') == (
        ("smiles", "name", "column_3"),
        [["CCO", '"a', "5.1"], ["CC", "b", "6"]],
    )
    assert read_smiles("CCO,ethanol\nCC,ethane\n")[1] == [["CCO", "ethanol"], ["CC", "ethane"]]


def test_a_chemaxon_extension_belongs_to_the_structure(read_smiles):
    assert read_smiles("*C |$R1;$| scaffold one\nC |odd\n")[1] == [["*C |$R1;$|", "scaffold one"], ["C", "|odd"]]

import numpy as np
import pytest

from pharmakon.core.errors import DataError, UnknownName
from pharmakon.therapy.profiles import Profiles, read_profiles


def test_a_wide_table_names_kind_and_gene(tmp_path):
    table = tmp_path / "wide.csv"
    table.write_text("patient,EGFR,mutation:BRAF,copy_number:ERBB2\nA,1.5,1,\nB,,0,2\n")
    found = read_profiles(table)
    assert found.ids == ("A", "B")
    assert found.genes == {"expression": ("EGFR",), "mutation": ("BRAF",), "copy_number": ("ERBB2",)}
    assert found.values["expression"][0, 0] == 1.5
    assert np.isnan(found.values["expression"][1, 0])
    assert np.isnan(found.values["copy_number"][0, 0])


def test_a_long_table_has_a_row_a_value(tmp_path):
    table = tmp_path / "long.csv"
    table.write_text("gene,kind,value\nBRAF,mutation,1\nEGFR,Expression,0.4\nEGFR,copy number,\n")
    found = read_profiles(table)
    assert found.ids == ("patient",)
    assert found.values["mutation"].tolist() == [[1.0]]
    assert found.values["expression"].tolist() == [[0.4]]


def test_several_patients_of_a_long_table(tmp_path):
    table = tmp_path / "long.csv"
    table.write_text("Patient,Gene,Kind,Value\nA,BRAF,mutation,1\nB,KRAS,mutation,1\n")
    found = read_profiles(table)
    assert found.ids == ("A", "B")
    assert np.isnan(found.values["mutation"][0, 1])


@pytest.mark.parametrize("text", ["gene,kind,value\nBRAF,methylation,1\n", "patient,methylation:BRAF\nA,1\n"])
def test_a_wrong_kind_is_named(tmp_path, text):
    table = tmp_path / "table.csv"
    table.write_text(text)
    with pytest.raises(UnknownName, match="methylation"):
        read_profiles(table)


def test_an_empty_long_table_is_told(tmp_path):
    table = tmp_path / "table.csv"
    table.write_text("gene,kind,value\n")
    with pytest.raises(DataError, match="holds no values"):
        read_profiles(table)


def test_alignment_fills_gaps_and_says_what_was_found():
    given = Profiles(("A",), {"expression": ("X", "Y")}, {"expression": np.array([[1.0, np.nan]])})
    aligned, found = given.aligned({"expression": ("Y", "Z", "X"), "mutation": ("X",)})
    np.testing.assert_array_equal(aligned.values["expression"], [[np.nan, np.nan, 1.0]])
    assert found["expression"].tolist() == [1 / 3]
    assert found["mutation"].tolist() == [0.0]


def test_a_cohort_can_be_standardised_over_itself():
    values = np.arange(20.0).reshape(10, 2) * [1, 100]
    scaled = Profiles(tuple("abcdefghij"), {"expression": ("X", "Y")}, {"expression": values})
    found = scaled.standardised_over_patients().values["expression"]
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(found.std(axis=0), 1)
    with pytest.raises(DataError, match="too few"):
        scaled.take([0, 1]).standardised_over_patients()


def test_shapes_must_agree():
    with pytest.raises(DataError, match="2 genes"):
        Profiles(("A",), {"expression": ("X", "Y")}, {"expression": np.zeros((1, 1))})


def read(tmp_path, text):
    (tmp_path / "table.csv").write_text(text)
    return read_profiles(tmp_path / "table.csv")


def test_decimal_commas_are_told_from_the_whole_column(tmp_path):
    found = read(tmp_path, "gene;kind;value\nA;expression;0,5\nB;expression;1,304\n")
    assert found.values["expression"].tolist() == [[0.5, 1.304]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("patient,gene,kind,value\nP,EGFR,expression,1\nP,EGFR,expression,2\n", "P, EGFR, expression: 1 and 2"),
        ("patient,EGFR\nP,1\nP,2\n", "two rows for 'P'"),
        ("gene,P1,P2\nEGFR,1,2\n", "gene, kind, value"),
        ("Hugo_Symbol,score\nEGFR,1\n", "expression:EGFR"),
        ("patient,gene,score\nP,EGFR,1\n", "column 'gene'"),
        ("patient,mutation:BRAF\nP,0.4\n", r"0 or 1, not 0.4 \(P, BRAF\)"),
        ("gene,kind,value\nBRAF,mutation,2\n", "0 or 1, not 2"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path, text, message):
    with pytest.raises(DataError, match=message):
        read(tmp_path, text)


def test_the_same_value_twice_is_one(tmp_path):
    text = "gene,kind,value\nEGFR,expression,1\nEGFR,expression,1.0\nEGFR,expression,\n"
    assert read(tmp_path, text).values["expression"].tolist() == [[1.0]]


@pytest.mark.parametrize(
    "text",
    [
        "patient,X,tissue,note:1,mutation:A,mutation:B\nP,1,lung,a,yes,V600E\nQ,1,skin,b,1,\nR,2,skin,c,0,1\n",
        "patient,gene,kind,value\nP,A,mutation,yes\nP,B,mutation,V600E\nQ,A,mutation,1\nR,A,mutation,0\n",
    ],
)
def test_what_was_written_and_is_no_number_is_kept_in_mind(tmp_path, text):
    found = read(tmp_path, text)
    assert found.readable({"mutation": ("A", "B", "C")})["mutation"].tolist() == [0.0, 1.0, 1.0]
    assert found.take([1]).readable({"mutation": ("A",)})["mutation"].tolist() == [1.0]
    assert "tissue" not in found.genes.get("expression", ())


def test_a_wide_table_on_its_side_is_refused(tmp_path):
    path = tmp_path / "side.csv"
    path.write_text("what,P1\nexpression:EGFR,1.2\nmutation:BRAF,1\n")
    with pytest.raises(DataError, match="lies on its side"):
        read_profiles(path)

import pytest

from pharmakon.biomarkers.spelling import folded, refuse_variants, spellings, variants
from pharmakon.core.errors import DataError


def test_case_and_blanks_make_no_other_word():
    assert folded("  Stage  II ") == folded("stage ii")
    assert variants({"No": 3, "no": 2, "Yes": 1, "": 4}) == [{"No": 3, "no": 2}]


def test_every_column_with_variants_is_named_and_one_line_says_that_there_are_none():
    found = {check.name: check for check in spellings({"sex": ["M", "m", "F"], "plate": ["a", "b", ""]})}
    assert set(found) == {"spelling-sex"}
    assert "'M' (1), 'm' (1)" in found["spelling-sex"].sentence
    (one,) = spellings({"plate": ["a", "b", ""]})
    assert (one.name, one.severity) == ("spelling", "passed")


def test_rows_that_are_meant_and_not_matched_are_refused_with_their_number():
    with pytest.raises(DataError, match=r"'drug' \(0\), 'Drug' \(2\)|'Drug' \(2\), 'drug' \(0\)"):
        refuse_variants(["Drug", "Drug", "placebo"], ["drug"], column="arm", where="f")
    refuse_variants(["drug", "placebo", "Placebo"], ["drug"], column="arm", where="f")
    refuse_variants(["A", "a"], ["A", "a"], column="allele", where="f")

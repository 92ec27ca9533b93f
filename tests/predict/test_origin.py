"""A source that structure tells is named, with what a score is worth without it."""

import pytest

from pharmakon.predict.origin import guessed, source_shortcut
from pharmakon.predict.quick import Quick


@pytest.fixture
def quick(sample, molecules, solubilities):
    return Quick.of(sample(list(zip(molecules, solubilities, strict=True)), value="x"))


def test_a_laboratory_that_made_the_aromatics_is_told(quick, molecules):
    (one,) = source_shortcut(quick, ["a" if "c1" in s else "b" for s in molecules], "lab")
    assert one.severity == "warning"
    assert one.measures["score"] > 0.95
    assert one.measures["left_out"] < one.measures["random"]


def test_sources_dealt_at_random_are_not(quick, molecules):
    (one,) = source_shortcut(quick, [f"L{i * 7919 % 13 % 3}" for i in range(len(molecules))], "lab")
    assert one.severity == "passed"
    assert one.measures["sources"] == 3


def test_years_go_by_quarters(quick, molecules):
    aromatic = [1990 + i % 12 if "c1" in s else 2005 + i % 12 for i, s in enumerate(molecules)]
    (one,) = source_shortcut(quick, [str(year) for year in aromatic], "year")
    assert one.measures["sources"] == 4


def test_one_source_is_nothing_to_tell(quick, molecules):
    (one,) = source_shortcut(quick, ["a"] * len(molecules), "lab")
    assert one.severity == "passed"
    assert "fewer than two" in one.sentence
    assert source_shortcut(None, [], "lab") == []


def test_the_column_is_guessed_by_its_name():
    assert guessed(["smiles", "Assay ID", "pIC50"]) == "Assay ID"
    assert guessed(["smiles", "pIC50"]) is None

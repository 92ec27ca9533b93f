"""Zeros and limits that stand for something else."""

from pharmakon.core.random import stream
from pharmakon.predict.placeholders import placeholders


def found(made):
    return {f.name: f for f in placeholders(made) if f.severity != "passed"}


def test_zeros_among_concentrations(sample, molecules):
    values = 10 ** stream(1, "zeros").uniform(0, 4, len(molecules))
    values[[3, 8]] = 0
    zeros = found(sample(list(zip(molecules, values, strict=True)), value="IC50"))["zeros"]
    assert {case.rows for case in zeros.cases} == {(3,), (8,)}


def test_a_zero_is_a_value_where_numbers_have_two_signs(sample, molecules):
    values = stream(2, "zeros").normal(0, 1, len(molecules))
    values[3] = 0
    assert found(sample(list(zip(molecules, values, strict=True)), value="x")) == {}


def test_a_wall_at_the_assay_limit(sample, molecules):
    values = stream(3, "wall").uniform(0, 140, len(molecules)).clip(None, 100)
    walls = found(sample(list(zip(molecules, values, strict=True)), value="clearance"))
    assert set(walls) == {"pile-highest"}
    assert walls["pile-highest"].severity == "warning"
    assert walls["pile-highest"].measures["value"] == 100


def test_counts_of_few_kinds_are_no_wall(sample, molecules):
    values = stream(4, "grades").integers(1, 6, len(molecules))
    assert found(sample(list(zip(molecules, values, strict=True)), value="grade")) == {}

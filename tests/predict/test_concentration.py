"""Few scaffolds, and scaffolds that are the class."""

import pytest

from pharmakon.predict.concentration import concentration
from pharmakon.predict.quick import Quick


def found(sample, lines, **options):
    (one,) = concentration(Quick.of(sample(lines, **options)))
    return one


def test_a_table_of_eight_cores_is_concentrated(sample, molecules):
    one = found(sample, [(s, i) for i, s in enumerate(molecules)], value="x")
    assert one.severity == "warning"
    assert one.measures["top"] > 0.5
    assert "c1ccccc1" in one.cases[0].note or "molecules" in one.cases[0].note


def test_molecules_of_as_many_scaffolds_are_not(sample):
    rings = [f"C1{'C' * n}C1{'C' * k}O" for n in range(1, 20) for k in range(3)] + [f"{'C' * n}N" for n in range(1, 40)]
    one = found(sample, [(s, i) for i, s in enumerate(rings)], value="x")
    assert one.severity == "passed"
    assert one.measures["scaffolds"] == 19


def test_scaffolds_of_one_class_are_flagged_and_mixed_ones_are_not(sample, molecules):
    pure = found(sample, [(s, int("n" in s)) for s in molecules], value="y")
    mixed = found(sample, [(s, i % 2) for i, s in enumerate(molecules)], value="y")
    assert pure.measures["one_class"] > pure.measures["one_class_by_chance"] + 0.2
    assert mixed.measures["one_class"] == pytest.approx(0, abs=0.15)

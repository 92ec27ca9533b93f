"""Rows a step of units from their relatives, and two heaps of values."""

import pytest

from pharmakon.core.random import stream
from pharmakon.predict.heaps import heaps, misfits

SERIES = [
    f"{head}CCN1CCC(NC(=O)c2ccc({tail})cc2)CC1"
    for head in ("C", "CC", "CCC", "OC", "FC", "ClC", "N#CC", "C1CC1", "c1ccccc1", "c1ccncc1", "c1ccsc1", "COC")
    for tail in ("F", "Cl", "Br", "C", "OC", "C#N", "C(F)(F)F", "N(C)C", "S(C)(=O)=O", "CC", "C(C)C", "OC(F)F")
]


@pytest.fixture
def potencies():
    return stream(7, "series").normal(7.0, 0.6, len(SERIES))


def test_the_rows_that_slipped_by_a_step_are_named(sample, potencies):
    slipped = stream(7, "slips").choice(len(SERIES), 14, replace=False)
    potencies[slipped] -= 3
    made = sample(list(zip(SERIES, potencies, strict=True)))
    (found,) = misfits(made, made.compared)
    named = {case.rows[0] for case in found.cases}
    assert found.name == "units-relatives-below-3"
    assert named <= set(slipped.tolist()) and len(named) >= 0.5 * len(slipped)


def test_a_series_without_slips_names_nothing(sample, potencies):
    made = sample(list(zip(SERIES, potencies, strict=True)))
    assert misfits(made, made.compared) == []
    assert heaps(made, made.compared) == []


def test_a_wide_tail_is_no_bump(sample):
    values = 6.5 + 1.2 * stream(8, "tail").standard_t(3, len(SERIES)).clip(-4, 4)
    made = sample(list(zip(SERIES, values, strict=True)))
    assert misfits(made, made.compared) == []


@pytest.mark.parametrize("shape", ["flat", "bell"])
def test_one_heap_cut_in_two_is_not_two(sample, molecules, shape):
    dice = stream(9, shape)
    n = len(molecules)
    values = dice.uniform(2, 8, n) if shape == "flat" else dice.normal(6, 1.9, n)
    made = sample(list(zip(molecules, values, strict=True)))
    assert heaps(made, made.compared) == []


def test_heaps_that_structure_explains_are_only_a_warning(sample, molecules, potencies):
    noise = stream(10, "heaps").normal(0, 0.2, len(molecules))
    lines = [(s, 4 + e) for s, e in zip(molecules, noise, strict=True)]
    lines += [(s, 7 + e) for s, e in zip(SERIES, noise, strict=False)]
    made = sample(lines)
    (found,) = heaps(made, made.compared)
    assert found.severity == "warning"

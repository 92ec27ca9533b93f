"""Medicines without a structure are told from their names, and no small molecule is taken for one."""

from __future__ import annotations

import pytest

from pharmakon.chem.biologics import kinds, why_none
from pharmakon.chem.drugs import _drugs


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("  Adalimumab ", "adalimumab is an antibody, a protein of some 20,000 atoms"),
        ("insulin glargine", "insulin glargine is a protein"),
        ("epoetin alfa", "is a protein"),
        ("semaglutide", "is a peptide, a chain of many amino acids"),
        ("inclisiran", "is a nucleic acid"),
        ("enoxaparin sodium", "is a mixture of chains of sugars"),
        ("simeticone", "is a polymer"),
        ("cisplatin", "is a compound of a metal"),
        ("BCG vaccine", "is a vaccine"),
    ],
)
def test_a_medicine_without_a_structure_says_what_it_is(name, said):
    assert said in why_none(name)


@pytest.mark.parametrize("name", ["", "mab", "aspirin", "no such drug", "CCO", "ironwood", "phenobarbital"])
def test_nothing_is_said_of_other_names(name):
    assert why_none(name) == ""


def test_of_the_small_molecules_only_peptides_polymers_and_metals_sound_like_one():
    alike = {why_none(name).split(" is ")[1].partition(",")[0] for name in _drugs() if why_none(name)}
    assert alike <= {"a peptide", "a polymer", "a compound of a metal"}


def test_each_kind_says_what_and_why_and_has_names_or_stems_in_small_letters():
    for kind in kinds():
        assert kind.what and kind.why and (kind.ends or kind.names)
        assert all(text == text.lower().strip() for text in (*kind.ends, *kind.names))

"""Every part of a molecule comes with the number of molecules that have it, and an invented one with none."""

import numpy as np

from pharmakon.design.fragment import vocabulary
from pharmakon.design.graph import flat
from pharmakon.design.origins import fragment_counts, key_of, origins, parts

GEFITINIB = "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1"


def test_the_parts_are_the_whole_molecule() -> None:
    found = origins(GEFITINIB)
    mol = flat(GEFITINIB)
    assert mol is not None
    assert sorted(atom for part in found for atom in part.atoms) == list(range(mol.GetNumAtoms()))
    assert {part.kind for part in found} == {"ring system", "linker", "substituent"}
    assert [part.molecules for part in found] == sorted(part.molecules for part in found)


def test_common_parts_are_counted_and_invented_ones_are_not() -> None:
    counts = fragment_counts()
    assert counts.of("*c1ccccc1") > counts.of("*c1ccoc1") > 0
    assert counts.of("*C1CP1") == 0
    unseen = [part for part in origins("C1CP1c1ccccc1") if part.unseen]
    assert [part.smiles for part in unseen] == ["*P1CC1"]


def test_the_counts_are_those_of_the_vocabulary_in_order() -> None:
    """The two tables were counted apart: occurrences there, molecules here."""
    counts = fragment_counts()
    rings = [counts.of(one.smiles) for one in vocabulary("rings", 1).fragments]
    assert min(rings) > 0
    assert np.corrcoef(np.argsort(np.argsort(rings)), np.arange(len(rings))[::-1])[0, 1] > 0.9


def test_a_molecule_without_a_cut_has_no_parts() -> None:
    mol = flat("c1ccccc1")
    assert mol is not None
    assert parts(mol) == []
    assert origins("no molecule") == []


def test_the_table_holds_hashes_in_order() -> None:
    counts = fragment_counts()
    assert (np.diff(counts.keys.astype(object)) > 0).all()
    assert counts.counts.max() <= counts.molecules
    assert key_of("*C") < 2**64

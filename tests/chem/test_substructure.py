"""The search for substructures: the screen loses nobody, and the limits hold."""

from __future__ import annotations

import pytest
from rdkit import Chem

from pharmakon.chem.substructure import has_loose_bond, having, may_have, pattern_bits, read_smarts
from pharmakon.core.errors import DataError, Unavailable

LOOSE = ("c1ccc2c(c1)-c1cccc3cccc-2c13", "c1ccc2c(c1)-c1ccccc1-2", "O=C1c2ccccc2-c2ccccc21")
"""Ring bonds between aromatic atoms that are not aromatic."""
RINGS = (
    "c1ccccc1",
    "c1cccc1",
    "c1ccc1",
    "c1cccc2c1cccc2",
    "c1[cH]cccc1",
    "[c;R]1cccc1",
    "C1CCNCC1",
    "N#CC",
    "cc",
    "c1ccccc1c",
)
QUERIES = ("c1ccncc1", "C(=O)[OH]", "[NX3;H2]", "[#6]~[#7]", "F", "c1ccc2ncccc2c1", "[$(C#N)]", "CC(C)(C)C")


@pytest.mark.parametrize("smarts", QUERIES)
def test_screen_and_search_find_what_a_search_of_every_molecule_finds(molecules, smarts):
    mols = [Chem.MolFromSmiles(text) for text in molecules]
    query = Chem.MolFromSmarts(smarts)
    truth = [i for i, mol in enumerate(mols) if mol.HasSubstructMatch(query)]
    left = may_have(read_smarts(smarts), pattern_bits(mols))
    found = [
        int(left[i]) for _, hits in having(read_smarts(smarts), [molecules[i] for i in left], seconds=60) for i in hits
    ]
    assert found == truth


@pytest.mark.parametrize("smarts", [*RINGS, *QUERIES])
def test_bonds_that_are_not_written_are_ruled_out_where_they_cannot_be_alone(smarts, molecules):
    mols = [Chem.MolFromSmiles(text) for text in (*LOOSE, *molecules)]
    truth = {i for i, mol in enumerate(mols) if mol.HasSubstructMatch(Chem.MolFromSmarts(smarts))}
    packed, loose = pattern_bits(mols), has_loose_bond(mols)
    assert loose.nonzero()[0].tolist() == [0, 1, 2]
    few, more = (may_have(read_smarts(smarts), packed, known).tolist() for known in (loose, None))
    assert truth <= set(few) <= set(more) and few == sorted(few)
    if smarts == "c1ccncc1":
        assert len(few) < len(more) / 2


@pytest.mark.parametrize(
    ("smarts", "found"),
    [("C/C=C/C", [0]), ("C/C=C\\C", [1]), ("CC=CC", [0, 1, 2]), ("[C^2]", [0, 1, 2]), ("[N@@H]", [])],
)
def test_stereo_and_hybridisation_are_asked_of_the_molecule(smarts, found):
    smiles = [Chem.CanonSmiles(text) for text in ("C/C=C/C", "C/C=C\\C", "CC=CC", "CCCC")]
    assert [i for _, hits in having(read_smarts(smarts), smiles, seconds=60) for i in hits] == found


@pytest.mark.parametrize("smarts", ["c1ccncc1", "[NX3;H2]", "C/C=C/C"])
def test_threads_change_neither_what_is_found_nor_its_order(molecules, smarts):
    told = [list(having(read_smarts(smarts), molecules * 20, seconds=60, threads=n)) for n in (1, 3)]
    assert told[0] == told[1] and len(told[0]) > 1


def test_a_row_without_a_structure_has_no_substructure():
    packed = pattern_bits([None, Chem.MolFromSmiles("CCO")])
    assert may_have(read_smarts("*"), packed).tolist() == [1]
    assert may_have(read_smarts("O"), packed).tolist() == [1]


@pytest.mark.parametrize("text", ["", "c1ccc", "not", "C" * 201, "C" * 1_001])
def test_what_cannot_be_searched_for_is_refused(text):
    with pytest.raises(DataError):
        read_smarts(text)


def test_the_time_limit_ends_a_search(molecules):
    looking = having(read_smarts("C"), molecules * 5, seconds=0.0)
    next(looking)
    with pytest.raises(Unavailable, match="longer than"):
        list(looking)

"""Every small edit of a molecule: sane, connected, each atom with where it came from, stereo kept where it holds."""

import numpy as np
from rdkit import Chem

from pharmakon.design.edits import edits, seen_in_context
from pharmakon.explain.difference import difference, marked

IBUPROFEN = "CC(C)Cc1ccc(C(C)C(=O)O)cc1"


def products(smiles: str) -> dict[str, list[str]]:
    mol = marked(Chem.MolFromSmiles(smiles))
    found: dict[str, list[str]] = {}
    for edit in edits(mol, np.zeros(mol.GetNumAtoms())):
        found.setdefault(Chem.MolToSmiles(edit.mol), []).append(edit.kind)
    return found


def test_the_edits_a_chemist_would_think_of_are_there():
    found = products("Cc1ccc(OCC2CC2)cc1")
    wanted = {
        "Cc1ccc(OCC2CC2)nc1": "atom",  # a nitrogen scan
        "Cc1ccc(OCC2CC2)c(F)c1": "addition",  # a fluorine scan
        "Cc1ccc(O)cc1": "removal",
        "Cc1ccc(OCCC2CC2)cc1": "insertion",
        "Cc1ccc(OC2CC2)cc1": "contraction",
        "FC(F)(F)c1ccc(OCC2CC2)cc1": "replacement",
        "CC1CCC(OCC2CC2)CC1": "saturation",
    }
    for smiles, kind in wanted.items():
        assert kind in found[Chem.CanonSmiles(smiles)], smiles


def test_products_are_sane_and_say_where_their_atoms_came_from():
    start = marked(Chem.MolFromSmiles(IBUPROFEN))
    for edit in edits(start, np.zeros(start.GetNumAtoms())):
        assert Chem.MolFromSmiles(Chem.MolToSmiles(edit.mol)) is not None
        assert len(Chem.GetMolFrags(edit.mol)) == 1
        change = difference(start, edit.mol)
        assert change.touched
        assert start.GetNumAtoms() - len(change.removed) + len(change.added) == edit.mol.GetNumAtoms()


def test_the_most_blamed_atoms_are_edited_first():
    start = marked(Chem.MolFromSmiles(IBUPROFEN))
    blame = np.zeros(start.GetNumAtoms())
    blame[0] = 1.0
    first = next(edits(start, blame))
    assert 0 in difference(start, first.mol).touched


def test_stereo_stays_where_the_neighbours_stay():
    found = products("C[C@H](N)C(=O)Nc1ccccc1")
    assert Chem.CanonSmiles("C[C@H](N)C(=O)Nc1ccncc1") in found  # far away
    assert Chem.CanonSmiles("O[C@@H](C)C(=O)Nc1ccccc1") in found  # another element, same place
    assert "CCC(=O)Nc1ccccc1" in found  # no centre left


def test_a_charge_is_left_alone():
    assert all("[" in smiles or "+" not in smiles for smiles in products("C[N+](C)(C)CCc1ccccc1"))
    assert Chem.CanonSmiles("CC(C)(C)CCc1ccccc1") not in products("C[N+](C)(C)CCc1ccccc1")


def test_what_collections_have_in_such_surroundings_is_counted():
    anisole = Chem.MolFromSmiles("COc1ccc(C)cc1")
    assert seen_in_context(anisole, 2, 1) > 100
    assert seen_in_context(Chem.MolFromSmiles("BrCCBr"), 1, 0) == 0

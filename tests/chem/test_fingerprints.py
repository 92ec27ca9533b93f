"""Counts and bits of a molecule's parts."""

import numpy as np
import pytest
from rdkit import Chem, DataStructs
from rdkit.Chem import rdFingerprintGenerator

from pharmakon.chem import fingerprints
from pharmakon.chem.fingerprints import COLUMNS, VIEWS, bits, counts, dense_counts, occurrences
from pharmakon.core.errors import UnknownName

TEXTS = ["CCO", "c1ccccc1C(=O)NC", "C", "CC(C)Cc1ccc(cc1)[C@@H](C)C(=O)O", "[Na+].[Cl-]", "N->[Pt](<-N)(Cl)Cl"]
MOLS = [Chem.MolFromSmiles(text) for text in TEXTS]


@pytest.mark.parametrize("view", VIEWS)
def test_counts_are_sparse_sorted_and_repeatable(view, capfd):
    matrix = counts([*MOLS, None], view)
    assert matrix.shape == (len(MOLS) + 1, COLUMNS)
    assert matrix.dtype == np.uint16
    assert matrix[len(MOLS)].nnz == 0
    assert matrix.data.min() >= 1
    for i in range(len(MOLS)):
        row = matrix.indices[matrix.indptr[i] : matrix.indptr[i + 1]]
        assert np.all(np.diff(row) > 0)
    assert (counts([*MOLS, None], view) != matrix).nnz == 0
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("view", VIEWS)
def test_counts_do_not_hang_on_the_order_of_atoms(view):
    mol = Chem.MolFromSmiles("CC(C)Cc1ccc(cc1)C(C)C(=O)Nc1ncsc1")
    other = Chem.MolFromSmiles(Chem.MolToRandomSmilesVect(mol, 1, randomSeed=7)[0])
    assert (counts([mol], view) != counts([other], view)).nnz == 0


def test_counts_count():
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=2)
    expected = generator.GetSparseCountFingerprint(MOLS[1]).GetNonzeroElements()
    matrix = counts([MOLS[1]], "ecfp4")
    assert matrix.nnz == len(expected)
    assert {int(i): int(v) for i, v in zip(matrix.indices, matrix.data, strict=True)} == {
        i % COLUMNS: v for i, v in expected.items()
    }


def test_avalon_stays_in_its_columns():
    assert counts(MOLS, "avalon").indices.max() < 1024


def test_no_molecule_no_row():
    assert counts([], "ecfp4").shape == (0, COLUMNS)
    assert dense_counts([], "ecfp4").shape == (0, 1024)
    assert bits([]).shape == (0, 256)


@pytest.mark.parametrize("view", VIEWS)
def test_dense_counts_keep_the_total(view):
    dense = dense_counts([*MOLS, None], view, 512)
    assert dense.shape == (len(MOLS) + 1, 512)
    assert dense.dtype == np.uint8
    assert not dense[-1].any()
    assert dense.sum() == counts(MOLS, view).sum()


def test_dense_counts_saturate():
    long = Chem.MolFromSmiles("C" * 600)
    assert dense_counts([long], "ecfp4", 8).max() == 255


def test_bits_are_rdkits():
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=2048)
    packed = bits([*MOLS, None])
    assert packed.shape == (len(MOLS) + 1, 256)
    assert not packed[-1].any()
    for row, mol in zip(packed, MOLS, strict=False):
        assert np.bitwise_count(row).sum() == generator.GetFingerprint(mol).GetNumOnBits()
    fingerprint = DataStructs.CreateFromBinaryText(packed[1].tobytes())
    assert DataStructs.TanimotoSimilarity(fingerprint, generator.GetFingerprint(MOLS[1])) == 1.0


def test_a_wrong_view_gets_a_suggestion():
    with pytest.raises(UnknownName, match="did you mean 'ecfp4'"):
        counts(MOLS, "ecfp 4")


def test_bits_of_smiles_are_those_of_the_molecules(molecules, monkeypatch):
    monkeypatch.setattr(fingerprints, "_BLOCK", 100)
    wanted = fingerprints.bits([Chem.MolFromSmiles(smiles) for smiles in molecules])
    assert np.array_equal(fingerprints.bits_of_smiles(molecules), wanted)
    assert fingerprints.bits_of_smiles([]).shape == (0, 256)


def test_reading_smiles_prints_nothing(capfd):
    fingerprints.bits_of_smiles(["[H+]", "C1CC", "CCO"])
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("view", [view for view in VIEWS if view != "avalon"])
def test_occurrences_are_what_is_counted(view):
    for mol, row in zip(MOLS, counts(MOLS, view), strict=True):
        features, atoms = occurrences(mol, view)
        assert atoms.shape == (len(features), mol.GetNumAtoms())
        assert atoms.any(axis=1).all()
        columns, number = np.unique(features % COLUMNS, return_counts=True)
        assert columns.tolist() == row.indices.tolist()
        assert number.tolist() == row.data.tolist()


def test_occurrences_lie_on_their_atoms():
    _, atoms = occurrences(Chem.MolFromSmiles("CCO"), "atom_pair")
    assert sorted(map(tuple, atoms.tolist())) == [(False, True, True), (True, False, True), (True, True, False)]
    with pytest.raises(UnknownName):
        occurrences(MOLS[0], "avalon")

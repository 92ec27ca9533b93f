"""An environment's features are the fingerprint's own, and masking an atom is leaving out what contains it."""

import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem import rdFingerprintGenerator

from pharmakon.core.errors import UsageError
from pharmakon.explain.attribution import without
from pharmakon.explain.environments import Vocabulary, environments

SMILES = ["COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1", "CC(C)(C)c1ccc(cc1)C(F)(F)F", "C", "C[N+](C)(C)CC([O-])=O"]


@pytest.mark.parametrize("smiles", SMILES)
@pytest.mark.parametrize("radius", [0, 1, 2, 3])
def test_features_are_those_that_rdkit_counts(smiles, radius):
    mol = Chem.MolFromSmiles(smiles)
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=radius)
    features, times = np.unique(environments(mol, radius).features, return_counts=True)
    counted = generator.GetSparseCountFingerprint(mol).GetNonzeroElements()
    assert dict(zip(features.tolist(), times.tolist(), strict=True)) == counted


def test_smaller_environments_are_a_part_of_the_larger():
    mol = Chem.MolFromSmiles(SMILES[0])
    assert sorted(environments(mol, 3).up_to(1).features) == sorted(environments(mol, 1).features)


def test_the_atoms_are_those_within_the_radius():
    found = environments(Chem.MolFromSmiles("CCO"), 1)
    sizes = {tuple(np.flatnonzero(atoms)) for atoms in found.atoms[found.radii == 1]}
    assert sizes == {(0, 1), (1, 2), (0, 1, 2)}


@pytest.mark.parametrize("smiles", SMILES[:2])
def test_masking_leaves_the_known_features_that_a_dummy_atom_leaves(smiles):
    mol = Chem.MolFromSmiles(smiles)
    whole = environments(mol, 2)
    vocabulary = Vocabulary.of([whole], at_least=1)
    for atom in range(mol.GetNumAtoms()):
        dummy = environments(without(mol, [atom]), 2).features
        counts = vocabulary.counts([dummy, whole.without([atom])]).toarray()
        assert (counts[0] == counts[1]).all()


def test_a_vocabulary_knows_what_enough_molecules_have():
    some = [environments(Chem.MolFromSmiles(text), 0) for text in ("CCO", "CCN", "CCO")]
    assert len(Vocabulary.of(some)) == 3
    assert len(Vocabulary.of(some, at_least=1)) == 4
    known = Vocabulary.of(some, at_least=3)
    assert known.columns(np.array([known.features[1], 5])).tolist() == [1, -1]
    assert Vocabulary.of([]).counts([some[0].features]).shape == (1, 0)


def test_a_vocabulary_in_disorder_is_refused():
    with pytest.raises(UsageError, match="ascending"):
        Vocabulary(np.array([3, 1]))

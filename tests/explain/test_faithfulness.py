"""An explanation that names what the model uses deletes it; one that names the rest does not."""

import numpy as np
import pytest
from rdkit import Chem

from pharmakon.explain.environments import Vocabulary, environments
from pharmakon.explain.faithfulness import deletion, masking

SMILES = ["CCCCCCCCN", "NCCCCCCCCC", "CCCCCNCCCC"]


@pytest.fixture
def nitrogens():
    """A model that counts nitrogens, its molecules, and where their nitrogen is."""
    mols = [Chem.MolFromSmiles(text) for text in SMILES]
    molecules = [environments(mol, 0) for mol in mols]
    vocabulary = Vocabulary.of(molecules, at_least=1)
    truth = [np.array([float(atom.GetAtomicNum() == 7) for atom in mol.GetAtoms()]) for mol in mols]
    of_nitrogen = np.zeros(len(vocabulary))
    for molecule, atoms in zip(molecules, truth, strict=True):
        of_nitrogen[vocabulary.columns(molecule.features[molecule.atoms @ atoms > 0])] = 1.0
    return (lambda rows: vocabulary.counts(rows) @ of_nitrogen), molecules, truth


def test_masking_finds_what_the_model_uses(nitrogens):
    output, molecules, truth = nitrogens
    for found, expected in zip(masking(output, molecules), truth, strict=True):
        assert found.tolist() == expected.tolist()


def test_the_right_atoms_fall_at_once_and_the_wrong_ones_never(nitrogens):
    output, molecules, truth = nitrogens
    right = deletion(output, molecules, truth, random=np.random.default_rng(0))
    wrong = deletion(output, molecules, [-atoms for atoms in truth], random=np.random.default_rng(0))
    assert (right.by_score == 1).all()
    assert not wrong.by_score.any()
    assert right.faithfulness > 0.5
    assert wrong.faithfulness < 0
    assert right.at_random.shape == right.by_score.shape == (3, 5)


def test_no_molecules_have_no_faithfulness(nitrogens):
    assert np.isnan(deletion(nitrogens[0], [], [], random=np.random.default_rng(0)).faithfulness)

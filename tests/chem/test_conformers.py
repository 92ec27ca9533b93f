"""A few low-energy conformers, always the same."""

import numpy as np
from rdkit.Chem import rdForceFieldHelpers

from pharmakon.chem.conformers import CONFORMERS, conformers

IBUPROFEN = "CC(C)Cc1ccc(C(C)C(=O)O)cc1"


def energies(mol):
    what = rdForceFieldHelpers.MMFFGetMoleculeProperties(mol, mmffVariant="MMFF94s")
    ids = range(mol.GetNumConformers())
    return [rdForceFieldHelpers.MMFFGetMoleculeForceField(mol, what, confId=i).CalcEnergy() for i in ids]


def test_the_lowest_energy_comes_first():
    mol = conformers(IBUPROFEN)
    assert mol.GetNumConformers() == CONFORMERS
    assert mol.GetConformer(0).Is3D()
    found = energies(mol)
    assert found == sorted(found)
    assert found[-1] > found[0]


def test_the_same_molecule_has_the_same_conformers():
    first = conformers(IBUPROFEN).GetConformer(0).GetPositions()
    conformers.cache_clear()
    assert np.array_equal(first, conformers(IBUPROFEN).GetConformer(0).GetPositions())


def test_atoms_that_no_force_field_knows_and_what_cannot_be_embedded():
    assert conformers("CC[Se]CC").GetNumConformers() == CONFORMERS
    assert conformers("C1#CC2CC1C2") is None
    assert conformers("no molecule") is None

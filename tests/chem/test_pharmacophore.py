"""Likeness by features and their distances."""

import math
from itertools import pairwise

from rdkit import Chem, DataStructs
from rdkit.Chem.Pharm2D import Generate, Gobbi_Pharm2D

from pharmakon.chem.pharmacophore import pharmacophore_similarity, pharmacophores

IBUPROFEN, NAPROXEN = "CC(C)Cc1ccc(C(C)C(=O)O)cc1", "COc1ccc2cc(C(C)C(=O)O)ccc2c1"


def test_a_molecule_is_like_itself_and_less_like_others():
    assert pharmacophore_similarity(IBUPROFEN, IBUPROFEN) == 1.0
    acid = pharmacophore_similarity(NAPROXEN, IBUPROFEN)
    assert 0 < acid < 1
    assert acid > pharmacophore_similarity("CN1CCN(CCCN)CC1", IBUPROFEN)


def test_it_sees_features_and_not_atoms():
    """Bromine for chlorine changes no feature."""
    assert pharmacophore_similarity("OC(=O)c1ccc(Br)cc1", "OC(=O)c1ccc(Cl)cc1") == 1.0


def test_a_molecule_without_features_has_no_likeness():
    assert math.isnan(pharmacophore_similarity("CC", IBUPROFEN))


def test_bits_are_those_of_rdkit(molecules):
    odd = ["CC.CCO.OCCN", "C[N+](C)(C)CCO", "C", "CC", "CCOP(=O)(O)OCCN", "OC(=O)CC(O)(CC(=O)O)C(=O)O", IBUPROFEN]
    mols = [Chem.MolFromSmiles(smiles) for smiles in [*odd, *molecules[:40]]]
    ours = [pharmacophores(mol) for mol in mols]
    theirs = [Generate.Gen2DFingerprint(mol, Gobbi_Pharm2D.factory) for mol in mols]
    assert [bits.GetNumOnBits() for bits in ours] == [bits.GetNumOnBits() for bits in theirs]
    alike = [DataStructs.TanimotoSimilarity(one, other) for one, other in pairwise(theirs)]
    assert [DataStructs.TanimotoSimilarity(one, other) for one, other in pairwise(ours)] == alike

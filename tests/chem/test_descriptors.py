"""The descriptor block: RDKit's values, finite everywhere, the same for every order of the atoms."""

import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem import Crippen, Descriptors

from pharmakon.chem.descriptors import NAMES, compute, named
from pharmakon.chem.parse import to_mol

DRUGS = [
    "CC(=O)Oc1ccccc1C(=O)O",
    "CN1CCC[C@H]1c1cccnc1",
    "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1",
    "CC1(C)S[C@@H]2[C@H](NC(=O)Cc3ccccc3)C(=O)N2[C@H]1C(=O)O",
    "O=[N+]([O-])c1ccc(S(=O)(=O)NCCBr)cc1I",
    "C[N+](C)(C)CC(O)CC(=O)[O-]",
    "ON=C(C)CC(=O)NO",
    "C#CC1(O)CCC2C3CCc4cc(OC)ccc4C3CCC21C",
]
ODD = [
    "C",
    "[H][H]",
    "[Na+].[Cl-]",
    "[H+]",
    "*C",
    "[235U]",
    "c1cc[cH-]c1.c1cc[cH-]c1.[Fe+2]",
    "N->[Pt](<-N)(Cl)Cl",
    "C[Mg]Br",
    "CC[O]",
    "[Og]",
    "C12C3C4C1C5C2C3C45",
    "C" * 400,
    "[O-]P(=O)([O-])OP(=O)([O-])[O-]",
    "[He].[He]",
]


def _mols(texts):
    return [to_mol(text) for text in texts]


def test_the_shape():
    block = compute([*_mols(DRUGS), None])
    assert block.shape == (len(DRUGS) + 1, len(NAMES))
    assert block.dtype == np.float32
    assert len(set(NAMES)) == len(NAMES)
    assert 150 <= len(NAMES) <= 320
    assert np.isnan(block[-1]).all()
    assert compute([]).shape == (0, len(NAMES))


@pytest.mark.parametrize("text", ODD)
def test_finite_for_every_molecule(text, capfd):
    block = compute([to_mol(text)])
    assert np.isfinite(block).all()
    assert np.abs(block).max() <= 1e5
    assert capfd.readouterr() == ("", "")


def test_the_order_of_the_atoms_does_not_matter(molecules):
    mols = _mols([*DRUGS, *ODD[:-3], *molecules[::5]])
    others = [Chem.MolFromSmiles(Chem.MolToRandomSmilesVect(mol, 1, randomSeed=11)[0]) for mol in mols]
    np.testing.assert_allclose(compute(others), compute(mols), rtol=1e-4, atol=1e-4)


RDKIT = {
    "mw": "MolWt",
    "tpsa": "TPSA",
    "hbd": "NumHDonors",
    "fsp3": "FractionCSP3",
    "labute_asa": "LabuteASA",
    "valence_electrons": "NumValenceElectrons",
    "chi0": "Chi0",
    "chi1": "Chi1",
    "chi1v": "Chi1v",
    "kappa1": "Kappa1",
    "estate_max": "MaxEStateIndex",
    "estate_min": "MinEStateIndex",
    "estate_abs_min": "MinAbsEStateIndex",
    "partial_charge_max": "MaxPartialCharge",
    "partial_charge_abs_max": "MaxAbsPartialCharge",
    "aromatic_rings": "NumAromaticRings",
    "stereo_centres": "NumAtomStereoCenters",
    **{f"peoe_vsa{i}": f"PEOE_VSA{i}" for i in range(1, 15)},
    **{f"estate_vsa{i}": f"EState_VSA{i}" for i in range(1, 12)},
    **{f"vsa_estate{i}": f"VSA_EState{i}" for i in range(1, 11)},
}


@pytest.mark.parametrize("text", DRUGS)
def test_the_values_are_rdkits(text):
    mol = Chem.MolFromSmiles(text)
    mine = dict(zip(NAMES, compute([mol])[0].tolist(), strict=True))
    for name, theirs in RDKIT.items():
        expected = getattr(Descriptors, theirs)(mol)
        # RDKit's bins and charges are those of charges rounded nowhere: they agree to float32.
        assert mine[name] == pytest.approx(expected, rel=1e-4, abs=2e-3), name


@pytest.mark.parametrize("text", DRUGS)
def test_logp_is_crippens(text):
    mol = Chem.MolFromSmiles(text)
    logp, refractivity = compute([mol])[0, [NAMES.index("logp"), NAMES.index("molar_refractivity")]]
    assert logp == pytest.approx(Crippen.MolLogP(mol), abs=1e-3)
    assert refractivity == pytest.approx(Crippen.MolMR(mol), abs=1e-2)


def test_atom_types_account_for_every_atom():
    mol = Chem.MolFromSmiles(DRUGS[2])
    row = compute([mol])[0]
    types = [value for name, value in zip(NAMES, row, strict=True) if name.startswith("type_")]
    assert sum(types) == mol.GetNumAtoms()


def test_rings_by_size():
    row = dict(zip(NAMES, compute(_mols(["C1CC1C1CCCC1C1CCCCCCCCCCC1"]))[0].tolist(), strict=True))
    assert [row[f"rings_of_{size}"] for size in (3, 4, 5, 6, 7)] == [1, 0, 1, 0, 0]
    assert row["rings_of_8_up"] == 1


def test_what_is_cached_on_a_molecule_does_not_change_the_answer():
    for first, second in ((True, False), (False, True)):
        mol = Chem.MolFromSmiles(DRUGS[2])
        if first:
            before = named([mol], "logp")[0]
        block = compute([mol])
        if second:
            before = named([mol], "logp")[0]
        assert before == pytest.approx(Crippen.MolLogP(Chem.MolFromSmiles(DRUGS[2])))
        np.testing.assert_array_equal(block, compute(_mols([DRUGS[2]])))


def test_a_molecule_without_assigned_stereochemistry():
    edited = Chem.RWMol(Chem.MolFromSmiles("CC(F)Cl"))
    edited.GetAtomWithIdx(2).SetAtomicNum(35)
    edited.ClearComputedProps()
    Chem.SanitizeMol(edited)
    mol = edited.GetMol()
    np.testing.assert_array_equal(compute([mol]), compute(_mols(["CC(Br)Cl"])))

"""Every atom is in exactly one named part."""

import csv
from importlib.resources import files

import pytest
from rdkit import Chem

from pharmakon.explain.fragments import fragments


@pytest.mark.parametrize(
    ("smiles", "names"),
    [
        ("OC(=O)c1ccccc1", ["benzene ring", "carboxylic acid"]),
        ("Cn1ccc2ccccc21", ["indole ring system", "methyl group"]),
        ("O=c1cccc[nH]1", ["pyridone ring"]),
        ("c1ccc(-c2ccncc2)cc1", ["benzene ring", "pyridine ring"]),
        ("CC(C)CO", ["hydroxy group", "alkyl part"]),
        ("FC(F)(F)c1ccccc1Cl", ["benzene ring", "trifluoromethyl group", "chlorine"]),
        ("Nc1ccccc1C#N", ["benzene ring", "nitrile", "primary amine"]),
        ("c1ccccc1.c1ccccc1", ["benzene ring at atom 1", "benzene ring at atom 7"]),
        ("C1CCC2(CC1)OCCO2", ["ring C1CCC2(CC1)OCCO2"]),
        ("C=C", ["alkene"]),
        ("C[Si](C)(C)C", ["part C[Si](C)(C)C"]),
        ("C", ["alkyl part"]),
    ],
)
def test_parts_have_the_names_a_chemist_would_use(smiles, names):
    assert [part.name for part in fragments(Chem.MolFromSmiles(smiles))] == names


@pytest.mark.parametrize(
    "smiles",
    [
        "C=CC(=O)Nc1cccc(Nc2nc(Nc3ccc(N4CCN(C)CC4)cc3OC)ncc2C(F)(F)F)c1",
        "CN1C(=O)c2ccccc2S1(=O)=O",
        "CC12CCC3C(CCC4=CC(=O)CCC34C)C1CCC2O",
        "[Na+].[O-]C(=O)C",
        "C[N+](C)(C)CCOP(=O)([O-])O",
    ],
)
def test_every_atom_is_in_exactly_one_part(smiles):
    mol = Chem.MolFromSmiles(smiles)
    atoms = [i for part in fragments(mol) for i in part.atoms]
    assert sorted(atoms) == list(range(mol.GetNumAtoms()))
    names = [part.name for part in fragments(mol)]
    assert len(names) == len(set(names))


def test_the_tables_hold_readable_patterns_and_no_name_twice():
    for table, read in (("rings.csv", Chem.MolFromSmiles), ("groups.csv", Chem.MolFromSmarts)):
        text = files("pharmakon.explain").joinpath("tables", table).read_text()
        rows = list(csv.reader(text.splitlines()))[1:]
        assert all(len(row) == 2 and read(row[1]) is not None for row in rows)
        assert len({row[0] for row in rows}) == len(rows)


def test_each_named_ring_is_found_under_its_name():
    text = files("pharmakon.explain").joinpath("tables", "rings.csv").read_text()
    for name, smiles in list(csv.reader(text.splitlines()))[1:]:
        assert [part.name for part in fragments(Chem.MolFromSmiles(smiles))] == [name]

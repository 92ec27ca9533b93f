from __future__ import annotations

import pytest
from rdkit import Chem

from pharmakon.chem.precedent import _counts, ring_systems, unprecedented


@pytest.mark.parametrize(
    "smiles",
    ["CCO", "c1ccccc1C1CCNCC1", "COc1cc2ncnc(N)c2cc1OC", "C1CC2CCC1C2", "CC(=O)Oc1ccccc1C(=O)O", "O=c1cc[nH]cc1"],
)
def test_common_rings_pass(smiles: str) -> None:
    assert unprecedented(Chem.MolFromSmiles(smiles)) == []


@pytest.mark.parametrize("smiles", ["C1COCOCCNC1", "C1CC2(C1)CC1(CCOS1)C2", "c1cc2c3occc3c2[nH]1"])
def test_invented_rings_are_named(smiles: str) -> None:
    mol = Chem.MolFromSmiles(smiles)
    assert unprecedented(mol) == ring_systems(mol)


def test_a_substituent_does_not_change_the_ring() -> None:
    bare, dressed = Chem.MolFromSmiles("c1ccc2[nH]ccc2c1"), Chem.MolFromSmiles("Cc1cn(CC(F)F)c2ccc(OC)cc12")
    assert ring_systems(bare) == ring_systems(dressed)


def test_fused_rings_are_one_system_and_linked_rings_two() -> None:
    assert len(ring_systems(Chem.MolFromSmiles("c1ccc2ccccc2c1"))) == 1
    assert len(ring_systems(Chem.MolFromSmiles("C1CCC2(CC1)CCNCC2"))) == 1
    assert len(ring_systems(Chem.MolFromSmiles("c1ccccc1-c1ccccc1"))) == 2


def test_most_of_the_approved_drugs_stand_on_known_rings(data: object) -> None:
    from pathlib import Path

    from pharmakon.chem.standardize import standardize
    from pharmakon.store.tables import open_table

    path = Path(str(data)) / "admet/reference_drugs/chembl_approved_drugs.csv"
    mols = [standardize(row.structure).mol for row in open_table(path, smiles="smiles").rows()][::8]
    known = [mol for mol in mols if mol is not None and 10 <= mol.GetNumHeavyAtoms() <= 40]
    assert sum(not unprecedented(mol) for mol in known) / len(known) > 0.75


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CN1CCCCC1", "CC1CCNCC1"),
        ("CC1CCCCO1", "OC1CCOCC1"),
        ("Cc1nonc1C", "Cc1nonc1-c1ccccc1"),
        ("C[N+]1(C)CCCCC1", "C[NH+]1CCC(C)CC1"),
    ],
)
def test_a_ring_has_one_spelling_wherever_something_hangs_on_it(one: str, other: str) -> None:
    first, second = Chem.MolFromSmiles(one), Chem.MolFromSmiles(other)
    assert ring_systems(first)[0] in ring_systems(second)


def test_the_table_spells_rings_as_they_are_asked_for() -> None:
    for ring in _counts():
        mol = Chem.MolFromSmiles(ring, sanitize=False)
        Chem.FastFindRings(mol)
        assert ring_systems(mol) == [ring]

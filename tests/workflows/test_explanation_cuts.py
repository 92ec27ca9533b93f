import numpy as np
import pytest
from rdkit import Chem

from pharmakon.workflows.explanation_cuts import Compared, cuts


def test_a_part_is_replaced_by_hydrogen():
    found = {Chem.MolToSmiles(cut.rest): cut.part for cut in cuts(Chem.MolFromSmiles("CCOc1ccccc1"))}
    assert found == {"COc1ccccc1": (0,), "Oc1ccccc1": (0, 1), "c1ccccc1": (0, 1, 2)}


def test_an_aromatic_nitrogen_gets_its_hydrogen_and_rings_stay_whole():
    (cut,) = cuts(Chem.MolFromSmiles("Cn1cccc1"))
    assert Chem.MolToSmiles(cut.rest) == "c1cc[nH]c1"
    assert cuts(Chem.MolFromSmiles("C1CCCCC1")) == []


def test_agreement_is_of_ranks():
    found = cuts(Chem.MolFromSmiles("CCOc1ccccc1"))
    compared = Compared()
    ours = np.array([1.0, 0, 2, 0, 0, 0, 0, 0, 0])
    compared.add(found, np.array([ours[list(cut.part)].sum() ** 3 for cut in found]), ours, -ours)
    right, wrong = compared.agreement
    assert right == pytest.approx(1)
    assert wrong == pytest.approx(-1)
    assert np.isnan(Compared().agreement[0])

"""The properties a chemist names."""

import math

import numpy as np
import pytest
from rdkit import Chem

from pharmakon.chem import descriptors
from pharmakon.chem.properties import NAMED, descriptor, descriptor_names, named
from pharmakon.core.errors import UnknownName
from pharmakon.core.types import Property

ASPIRIN = Chem.MolFromSmiles("CC(=O)Oc1ccccc1C(=O)O")

EXPECTED = {
    "mw": 180.16,
    "heavy_atoms": 13,
    "logp": 1.3101,
    "molar_refractivity": 44.71,
    "tpsa": 63.6,
    "hbd": 1,
    "hba": 3,
    "rotatable_bonds": 2,
    "rings": 1,
    "aromatic_rings": 1,
    "largest_ring": 6,
    "heteroatoms": 4,
    "fsp3": 1 / 9,
    "charge": 0,
    "stereo_centres": 0,
    "spiro_atoms": 0,
    "bridgeheads": 0,
    "lipinski_violations": 0,
    "qed": 0.5501,
    "sa_score": 1.58,
    "alerts": 1,
}


def test_every_name_has_an_expected_value():
    assert set(EXPECTED) == set(NAMED)


@pytest.mark.parametrize("name", NAMED)
def test_aspirin(name):
    assert named([ASPIRIN], name)[0] == pytest.approx(EXPECTED[name], rel=2e-3)


@pytest.mark.parametrize("name", NAMED)
def test_the_property_is_whole(name):
    what = NAMED[name]
    assert isinstance(what, Property)
    assert (what.name, what.kind, what.hazard) == (name, "regression", name == "alerts")
    assert what.title
    assert what.unit
    assert (what.better == "none") == (what.threshold is None)
    assert bool(what.meaning) == (what.threshold is not None)
    values = named([ASPIRIN, None, Chem.MolFromSmiles("[Na+].[Cl-]"), Chem.MolFromSmiles("[H][H]")], name)
    assert values.dtype == np.float64
    assert math.isnan(values[1])
    known = values[[0, 2, 3]]
    assert np.isfinite(known).all()
    assert what.low is None or (known >= what.low).all()
    assert what.high is None or (known <= what.high).all()


@pytest.mark.parametrize(
    ("text", "violations"),
    [("CCO", 0), ("C" * 40, 2), ("OCC(O)C(O)C(O)C(O)C(O)C(O)C(O)C(O)C(O)CO", 2)],
)
def test_rule_of_five(text, violations):
    assert named([Chem.MolFromSmiles(text)], "lipinski_violations")[0] == violations


def test_stereo_centres_need_no_assignment():
    mol = Chem.MolFromSmiles("CC(F)Cl", sanitize=False)
    Chem.SanitizeMol(mol)
    assert named([mol], "stereo_centres")[0] == 1


def test_a_wrong_name_gets_a_suggestion():
    with pytest.raises(UnknownName, match="did you mean 'logp'"):
        named([ASPIRIN], "loqp")


def test_the_block_offers_the_same_names():
    assert descriptors.NAMED is NAMED
    assert descriptors.named is named


def test_rdkits_own_descriptors_by_name():
    assert descriptor("rdkit.BertzCT").title == "RDKit's BertzCT"
    assert descriptor("rdkit.Nothing") is None
    assert descriptor("mw") is NAMED["mw"]
    assert len(descriptor_names()) > len(NAMED) + 200
    assert named([ASPIRIN, None], "rdkit.HeavyAtomCount").tolist()[0] == 13

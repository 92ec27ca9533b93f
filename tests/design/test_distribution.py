"""Distribution metrics equal GuacaMol's."""

from itertools import product

import numpy as np
import pytest
from rdkit import Chem

from pharmakon.core.errors import UsageError
from pharmakon.design.distribution import (
    INNER,
    Profile,
    divergences,
    fcd_score,
    inner_similarity,
    kl_score,
    share_novel,
    share_unique,
    share_valid,
    written,
)

TEXTS = ["CCO", "c1ccccc1", "C[C@H](N)O", "C[C@@H](N)O", "OCC", "xx", "", "C1CC", "CCN", "CCCC"]
VALID = [text for text in TEXTS if text not in {"xx", "", "C1CC"}]


def chains(arms, cores, ends):
    made = (core.format(arm, end) for core, arm, end in product(cores, arms, ends))
    return list(dict.fromkeys(map(Chem.CanonSmiles, made)))


REFERENCE = chains(
    ("C", "CC", "OC", "F", "Cl", "C(F)(F)F", "C#N", "N(C)C", "CO"),
    ("c1ccc({})cc1{}", "c1cc({})ncc1{}", "C1CCC({})CC1{}", "c1ccc2nc({})ccc2c1{}", "O=C({})c1ccccc1{}"),
    ("", "C", "O", "N"),
)
SAMPLED = chains(
    ("CCO", "NC", "Br", "C(C)=O", "CCC"), ("c1ccc({})cc1{}", "C1CCC({})CC1{}", "O=C({})NCC{}"), ("CC", "F", "CN")
)
GUACAMOL = {  # divergences of SAMPLED from REFERENCE by guacamol 0.5.5 on rdkit 2026.09
    "BertzCT": 2.708125459,
    "MolLogP": 0.22199176,
    "MolWt": 0.612454487,
    "TPSA": 0.034348092,
    "NumHAcceptors": 0.089613193,
    "NumHDonors": 0.158151391,
    "NumRotatableBonds": 0.848037853,
    "NumAliphaticRings": 0.043692121,
    "NumAromaticRings": 4.717047624,
    INNER: 0.238925282,
}
KL = 0.6325761167


def test_shares_of_texts_and_molecules():
    assert share_valid(written(TEXTS)) == 0.7  # as guacamol says, and the next
    assert share_unique(written(VALID)) == pytest.approx(5 / 7)  # the enantiomers are one, and so is ethanol
    assert share_novel(list(dict.fromkeys(written(VALID))), {"CCO", "CCCC"}) == 0.6


def test_divergences_equal_guacamols():
    found = divergences(Profile.of(REFERENCE), Profile.of(SAMPLED))
    assert found == pytest.approx(GUACAMOL, abs=1e-6)
    assert kl_score(found) == pytest.approx(KL, abs=1e-6)


def test_a_collection_is_like_itself():
    profile = Profile.of(REFERENCE)
    assert kl_score(divergences(profile, profile)) == pytest.approx(1.0)
    assert fcd_score(0.0) == 1.0
    assert fcd_score(0.5) == pytest.approx(0.9048374)


def test_the_nearest_is_another_molecule():
    mols = [Chem.MolFromSmiles(s) for s in ("CCO", "CCCO", "c1ccccc1", "CCO")]
    nearest = inner_similarity(mols)
    assert nearest[0] == nearest[3] == 1.0
    assert 0 < nearest[1] < 1
    assert nearest[2] == 0.0
    assert np.array_equal(inner_similarity(mols * 40), np.ones(160))  # more than one block


def test_one_molecule_is_no_distribution():
    with pytest.raises(UsageError, match="two molecules"):
        Profile.of(["CCO"])
    with pytest.raises(UsageError, match="too alike"):
        divergences(Profile.of(["CCO", "OCC"]), Profile.of(SAMPLED))

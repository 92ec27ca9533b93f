import tomllib

import pytest

from pharmakon.core.config import build
from pharmakon.core.errors import ConfigError, RefusedGoal
from pharmakon.core.random import stream
from pharmakon.design.graph import flat
from pharmakon.design.modes import Mode, guard_of
from pharmakon.design.slicing import proposals

DRUGS = {
    "gefitinib": "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1",
    "celecoxib": "Cc1ccc(-c2cc(C(F)(F)F)nn2-c2ccc(S(N)(=O)=O)cc2)cc1",
    "sitagliptin": "N[C@@H](CC(=O)N1CCn2c(nnc2C(F)(F)F)C1)Cc1cc(F)c(F)cc1F",
    "tofacitinib": "C[C@@H]1CCN(C(=O)CC#N)C[C@@H]1N(C)c1ncnc2[nH]ccc12",
}


@pytest.mark.parametrize("smiles", DRUGS.values(), ids=DRUGS)
def test_the_molecule_keeps_what_is_proposed_and_others_can_be_made(smiles):
    found = proposals(smiles)
    assert {one.mode.kind for one in found} >= {"decorate", "grow", "hop"}
    for kind in ("decorate", "link", "grow"):
        scores = [one.score for one in found if one.mode.kind == kind]
        assert scores == sorted(scores, reverse=True)
        assert all(0 < score <= 1 for score in scores)
    for one in found:
        guard = guard_of(one.mode)
        assert guard.accepts(smiles) is (one.mode.kind != "hop")
        assert one.reasons
        assert one.pieces
    for kind in ("decorate", "grow", "hop"):
        best = next(one for one in found if one.mode.kind == kind)
        assert len(guard_of(best.mode).starts(5, stream(0, "slice"))) == 5


@pytest.mark.parametrize("smiles", DRUGS.values(), ids=DRUGS)
def test_a_proposal_is_pasted_into_a_goal_file(smiles):
    for one in proposals(smiles):
        assert build(Mode, tomllib.loads(one.toml)["mode"]) == one.mode


def test_stereo_stays_in_what_is_proposed():
    found = proposals(DRUGS["tofacitinib"])
    assert any("@" in one.mode.scaffold for one in found)
    assert any("@" in one.mode.fragment for one in found)


def test_a_linker_lies_between_two_rings():
    best = next(one for one in proposals("Fc1ccc(CNC(=O)c2ccncc2)cc1") if one.mode.kind == "link")
    assert set(best.mode.fragments) == {"Fc1ccc([*:1])cc1", "c1cc([*:1])ccn1"}
    assert flat(best.pieces[0]).GetNumAtoms() == 6  # four atoms and two ends


def test_points_are_numbered_as_the_arms_that_were_cut_off():
    for one in proposals(DRUGS["gefitinib"]):
        if one.mode.kind == "decorate":
            points = [f"[*:{i + 1}]" for i in range(len(one.pieces))]
            assert all(point in piece for point, piece in zip(points, one.pieces, strict=True))
            assert all(point in one.mode.scaffold for point in points)


@pytest.mark.parametrize(("smiles", "said"), [
    ("C1CC", "is not the SMILES of a molecule"),
    ("C[*:1]", "is not the SMILES of a molecule"),
    (" ", "there is no SMILES"),
])  # fmt: skip
def test_what_cannot_be_cut_says_so(smiles, said):
    with pytest.raises(ConfigError, match=said):
        proposals(smiles)


def test_salts_and_isotopes_are_cut_as_their_parent():
    assert proposals("[2H]c1ccccc1CCNC.Cl") == proposals("c1ccccc1CCNC")


def test_nothing_to_cut_is_no_mistake():
    assert proposals("CCO") == []


def test_a_scheduled_chemical_is_not_sliced():
    with pytest.raises(RefusedGoal, match="Chemical Weapons Convention"):
        proposals("CP(=O)(F)OC1CCCCC1")

import pytest
from rdkit import Chem

from pharmakon.core.errors import RefusedGoal, UsageError
from pharmakon.design.begin import approach, given, parent, unlabelled
from pharmakon.design.modes import Mode, guard_of
from pharmakon.design.propose import Brood, Proposal
from pharmakon.design.surrogate import Views


def test_given_molecules_are_read_a_salt_as_its_parent():
    assert given(["CCO", "C1CC", "CCN.Cl"], None) == ["CCO", parent("CCN.Cl")]
    assert parent("CCN.Cl") == "CCN"


def test_isotopes_of_a_start_do_not_breed_unless_a_mode_keeps_them():
    assert given(["[13CH3]CO", "[2H]C([2H])([2H])c1ccccc1"], None) == ["CCO", "Cc1ccccc1"]
    assert unlabelled("C1CC") == "C1CC"
    assert unlabelled("OCC") == "OCC"
    labelled = guard_of(Mode(kind="keep", substructure="[13CH3]c1ccccc1"))
    assert given(["[13CH3]c1ccccc1CO"], labelled) == ["[13CH3]c1ccccc1CO"]


def test_what_does_not_fit_the_mode_or_is_scheduled_is_refused():
    with pytest.raises(UsageError, match="does not fit the mode"):
        given(["CCO"], guard_of(Mode(kind="keep", substructure="c1ccccc1")))
    with pytest.raises(RefusedGoal):
        given(["CC(C)OP(C)(=O)F"], None)
    with pytest.raises(RefusedGoal):  # though the parent is aspirin
        given(["CC(C)O[P+](C)([O-])F.CC(=O)Oc1ccccc1C(=O)O"], None)


def lengthened(parents, label):
    """Alkanes: each parent with a carbon more, and one of a hundred carbons that leads nowhere."""
    texts = [f"{one.smiles}C" for one in parents] + ["C" * 100]
    return Brood([Proposal(text) for text in texts], Views([Chem.MolFromSmiles(text) for text in texts]))


def size(mol):
    return abs(mol.GetNumAtoms() - 9)


def test_kin_come_nearer_until_one_passes():
    found = approach([Proposal("CCC")], breed=lengthened, distance=size, passes=lambda mol: size(mol) == 0)
    assert [one.smiles for one in found] == ["C" * 9]


def test_none_is_found_where_none_passes():
    assert approach([Proposal("CCC")], breed=lengthened, distance=size, passes=lambda mol: False) == []

import pytest

import pharmakon
from pharmakon.core.errors import ConfigError
from pharmakon.workflows.design import DesignConfig
from pharmakon.workflows.slice import SliceConfig, run

GEFITINIB = "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1"


def test_the_best_of_each_kind():
    (one,) = run(SliceConfig(smiles=(GEFITINIB,), best=1)).molecules
    assert [proposal.mode.kind for proposal in one.proposals] == ["decorate", "link", "grow", "hop"]
    assert one.problem == ""


def test_a_bad_row_is_data_with_a_problem(tmp_path):
    path = tmp_path / "molecules.csv"
    path.write_text(f"id,smiles\na,{GEFITINIB}\nb,C1CC\nc,CC.CC\nd,CCO\n")
    found = run(SliceConfig(data=path)).molecules
    assert [one.id for one in found] == ["a", "b", "c", "d"]
    assert [bool(one.problem) for one in found] == [False, True, True, True]
    assert "nothing to cut" in found[3].problem


def test_a_proposal_makes_a_goal_file(tmp_path):
    (one,) = pharmakon.slice_molecules(GEFITINIB, best=1).molecules
    for proposal in one.proposals:
        path = tmp_path / "goal.toml"
        path.write_text(f'{proposal.toml}\n[[goals]]\nproperty = "qed"\nwant = ">= 0.8"\n')
        assert DesignConfig.from_toml(path).mode == proposal.mode
        assert proposal.mode.kind == one.plain()["proposals"][one.proposals.index(proposal)]["mode"]["kind"]


def test_something_must_be_given():
    with pytest.raises(ConfigError, match="give a SMILES"):
        pharmakon.slice_molecules()

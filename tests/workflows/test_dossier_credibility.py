"""Forms of dossier_credibility, filled from the evidence of models."""

from dataclasses import replace

from pharmakon.workflows.dossier_credibility import CREDIBILITY
from pharmakon.workflows.dossier_plan import PlanConfig, judge, register


def states(one):
    return {found.field.number: found for found in CREDIBILITY.fill(one)}


def test_without_a_plan_a_person_is_asked_for_one(evidence):
    found = states(evidence("herg"))
    assert [found[n].state for n in ("1", "4.8", "6.1", "6.2", "7.1")] == ["needed"] * 5


def test_with_a_plan_the_results_are_judged_and_deviations_told(tmp_path, evidence):
    file = tmp_path / "plan.toml"
    risk = 'influence = "low"\nconsequence = "high"\n'
    limit = '[[limits]]\nfigure = "scaffold rmse"\nmost = 0.1\n'
    file.write_text(f'question = "Q?"\ncontext = "C."\nby = "A. Person"\n{risk}{limit}', encoding="utf-8")
    one = evidence("herg")
    judged = judge(register(PlanConfig(plan=file, output=tmp_path / "plans")), one.figures, one.settings, one.started)
    found = states(replace(one, judged=judged))
    assert found["1"].machine is None, "what a person wrote is no text of the machine"
    assert found["3.3"].machine.sentences[0].startswith("High: ")
    assert found["6.1"].machine.rows[0][3] == "missed"
    assert "scaffold rmse" in found["6.2"].machine.sentences[0]
    assert "after the run had started" in found["6.2"].machine.sentences[1]

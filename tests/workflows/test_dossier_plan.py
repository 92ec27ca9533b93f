"""Limits written before the run, and what became of them."""

from datetime import UTC, datetime, timedelta

import pytest

from pharmakon.core.errors import ConfigError, RecordError
from pharmakon.record.ledger import Ledger
from pharmakon.workflows.dossier_plan import Limit, PlanConfig, judge, register, registered, words

PLAN = """
question = "Is the impurity mutagenic?"
context = "beside a rule-based method"
by = "A. Person, sponsor"

[[limits]]
figure = "scaffold auroc"
least = 0.85
by = "low"

[[limits]]
figure = "scaffold brier"
most = 0.1

[settings]
folds = "5"
"""
NAN = float("nan")


@pytest.fixture
def plan(tmp_path):
    file = tmp_path / "plan.toml"
    file.write_text(PLAN, encoding="utf-8")
    return PlanConfig(plan=file, output=tmp_path / "plans")


def test_a_plan_is_read_back_word_for_word(plan):
    made = register(plan)
    assert registered(plan.output) == made
    assert made.plan.limits[0] == Limit(figure="scaffold auroc", least=0.85, by="low")
    assert made.entry == 1


def test_the_run_is_judged_by_it_and_deviations_are_told(plan):
    found = register(plan)
    later = found.time + timedelta(hours=1)
    figures = {"scaffold auroc": (0.9, 0.84, 0.95), "scaffold brier": (0.1, NAN, NAN)}
    judged = judge(found, figures, {"folds": "5"}, later)
    assert [row[3] for row in judged.rows] == ["missed", "met"], "the low end has to keep the limit"
    assert len(judged.deviations) == 1 and "0.840" in judged.deviations[0]
    kept = judge(found, figures | {"scaffold auroc": (0.9, 0.86, 0.95)}, {"folds": "5"}, later)
    assert kept.deviations == ()
    other = judge(found, {"scaffold brier": (NAN, NAN, NAN)}, {"folds": "3"}, found.time - timedelta(hours=1))
    assert [row[3] for row in other.rows] == ["not measured", "missed"]
    said = " ".join(other.deviations)
    assert "not measured" in said and "planned 5, used 3" in said and "after the run had started" in said
    assert "not recorded" in judge(found, figures, {"folds": "5"}, None).deviations[-1]


def test_a_plan_about_other_figures_is_no_plan_for_this_run(plan):
    with pytest.raises(ConfigError, match="random auroc"):
        judge(register(plan), {"random auroc": (0.9, 0.8, 1.0)}, {}, datetime.now(UTC))


def test_what_a_person_wrote_in_the_plan_answers_the_forms(plan):
    plan.plan.write_text(PLAN.replace("[[limits]]", 'influence = "low"\n[[limits]]', 1), encoding="utf-8")
    found = register(plan)
    said = words(found)
    assert said["fda_credibility"]["1"].text == "Is the impurity mutagenic?"
    assert said["fda_credibility"]["3.1"].text == "low" and "3.2" not in said["fda_credibility"]
    assert said["fda_ema_principles"]["4"].by == "A. Person, sponsor, in the registered plan"
    assert said["fda_credibility"]["1"].on == found.time.date()


def test_a_ledger_that_was_changed_is_refused(plan):
    register(plan)
    file = plan.output / "ledger.jsonl"
    file.write_bytes(file.read_bytes().replace(b"0.85", b"0.55"))
    with pytest.raises(RecordError, match="not what was written"):
        registered(plan.output)


def test_no_plan_and_half_a_plan(plan, tmp_path):
    Ledger(tmp_path / "other").append("something")
    with pytest.raises(RecordError, match="no plan"):
        registered(tmp_path / "other")
    plan.plan.write_text(PLAN.replace("most = 0.1", "most = 0.1\nleast = 0.0"), encoding="utf-8")
    with pytest.raises(ConfigError, match="least or most"):
        register(plan)
    assert not plan.output.exists()

"""Forms of dossier_principles, filled from the evidence of models."""

from dataclasses import replace
from datetime import date

import pytest

from pharmakon.record.filling import Said
from pharmakon.workflows.dossier_evidence import of_model
from pharmakon.workflows.dossier_facts import load_facts
from pharmakon.workflows.dossier_principles import GMLP, PRINCIPLES

NAMES = ["herg", "mutagenicity_rules", "deidentify", "drug_like"]


def evidence(name):
    return of_model(load_facts(name, today=date(2026, 7, 1)))


@pytest.mark.parametrize("fillers", [PRINCIPLES, GMLP], ids=lambda one: one.name)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_empty_and_tables_are_whole(fillers, name):
    filled = fillers.fill(evidence(name))
    assert filled.empty == 0 and filled.by_machine
    for one in filled:
        said = one.machine or Said()
        assert all(len(row) == len(said.columns) for row in said.rows), one.field.number
        assert all(text.strip() for text in said.sentences), one.field.number


def test_a_setting_of_use_is_never_claimed():
    found = {one.field.number: one for one in GMLP.fill(evidence("herg"))}
    assert found["8"].state == "absent"
    assert {one.field.number: one.state for one in PRINCIPLES.fill(evidence("herg"))}["1"] == "needed"


def test_limits_are_what_users_are_told():
    one = replace(evidence("herg"), limits=("It is so.",))
    assert {f.field.number: f for f in PRINCIPLES.fill(one)}["10"].machine == Said(("It is so.",))

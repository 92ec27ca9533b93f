"""Forms of dossier_ai_act, filled from the evidence of models."""

from dataclasses import replace
from datetime import date

import pytest

from pharmakon.record.filling import Said
from pharmakon.workflows.dossier_ai_act import AI_ACT
from pharmakon.workflows.dossier_evidence import of_model
from pharmakon.workflows.dossier_facts import load_facts

NAMES = ["herg", "mutagenicity_rules", "deidentify", "drug_like"]


def evidence(name):
    return of_model(load_facts(name, today=date(2026, 7, 1)))


@pytest.mark.parametrize("fillers", [AI_ACT], ids=lambda one: one.name)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_empty_and_tables_are_whole(fillers, name):
    filled = fillers.fill(evidence(name))
    assert filled.empty == 0 and filled.by_machine
    for one in filled:
        said = one.machine or Said()
        assert all(len(row) == len(said.columns) for row in said.rows), one.field.number
        assert all(text.strip() for text in said.sentences), one.field.number


def test_without_scores_nothing_was_validated():
    found = {one.field.number: one for one in AI_ACT.fill(replace(evidence("herg"), scores=None, figures={}))}
    assert found["2g"].state == found["4"].state == "needed"
    assert "signature" in found["2g"].needed

"""Forms of dossier_cards, filled from the evidence of models."""

from dataclasses import replace
from datetime import date

import pytest

from pharmakon.record.filling import Said
from pharmakon.workflows.dossier_cards import DATASHEET, MODEL_CARD
from pharmakon.workflows.dossier_evidence import of_model
from pharmakon.workflows.dossier_facts import load_facts

NAMES = ["herg", "mutagenicity_rules", "deidentify", "drug_like"]


def evidence(name):
    return of_model(load_facts(name, today=date(2026, 7, 1)))


@pytest.mark.parametrize("fillers", [MODEL_CARD, DATASHEET], ids=lambda one: one.name)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_empty_and_tables_are_whole(fillers, name):
    filled = fillers.fill(evidence(name))
    assert filled.empty == 0 and filled.by_machine
    for one in filled:
        said = one.machine or Said()
        assert all(len(row) == len(said.columns) for row in said.rows), one.field.number
        assert all(text.strip() for text in said.sentences), one.field.number


def test_the_licence_is_the_datas_and_ethics_are_for_a_person():
    one = replace(evidence("herg"), licence="CC0")
    assert {f.field.number: f for f in DATASHEET.fill(one)}["6"].machine == Said(("Licence: CC0.",))
    bound = replace(one, access="Access to the data: restricted.")
    assert bound.access in {f.field.number: f for f in DATASHEET.fill(bound)}["6"].machine.sentences
    assert {f.field.number: f.state for f in MODEL_CARD.fill(one)}["8"] == "needed"

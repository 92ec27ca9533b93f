"""Forms of dossier_cards, filled from the evidence of models."""

from dataclasses import replace

from pharmakon.record.filling import Said
from pharmakon.workflows.dossier_cards import DATASHEET, MODEL_CARD


def test_the_licence_is_the_datas_and_ethics_are_for_a_person(evidence):
    one = replace(evidence("herg"), licence="CC0")
    assert {f.field.number: f for f in DATASHEET.fill(one)}["6"].machine == Said(("Licence: CC0.",))
    bound = replace(one, access="Access to the data: restricted.")
    assert bound.access in {f.field.number: f for f in DATASHEET.fill(bound)}["6"].machine.sentences
    assert {f.field.number: f.state for f in MODEL_CARD.fill(one)}["8"] == "needed"

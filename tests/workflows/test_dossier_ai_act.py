"""Forms of dossier_ai_act, filled from the evidence of models."""

from dataclasses import replace

from pharmakon.workflows.dossier_ai_act import AI_ACT


def test_without_scores_nothing_was_validated(evidence):
    found = {one.field.number: one for one in AI_ACT.fill(replace(evidence("herg"), scores=None, figures={}))}
    assert found["2g"].state == found["4"].state == "needed"
    assert "signature" in found["2g"].needed

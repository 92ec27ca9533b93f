"""Forms of dossier_principles, filled from the evidence of models."""

from dataclasses import replace

from pharmakon.record.filling import Said
from pharmakon.workflows.dossier_principles import GMLP, PRINCIPLES


def test_a_setting_of_use_is_never_claimed(evidence):
    found = {one.field.number: one for one in GMLP.fill(evidence("herg"))}
    assert found["8"].state == "absent"
    assert {one.field.number: one.state for one in PRINCIPLES.fill(evidence("herg"))}["1"] == "needed"


def test_limits_are_what_users_are_told(evidence):
    one = replace(evidence("herg"), limits=("It is so.",))
    assert {f.field.number: f for f in PRINCIPLES.fill(one)}["10"].machine == Said(("It is so.",))

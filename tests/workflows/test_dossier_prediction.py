"""One molecule and what a model says of it."""

from datetime import date

from pharmakon.workflows.dossier_facts import load_facts
from pharmakon.workflows.dossier_prediction import NEIGHBOURS, predict


def test_a_molecule_is_standardised_and_has_its_neighbours():
    one = predict(load_facts("skin_sensitisation", today=date(2026, 7, 1)), "C/C=C/C(C)N.Cl")
    assert one.structure == "C/C=C/C(C)N" and one.changes
    assert one.stereo == (2, 1)
    assert len(one.neighbours) == NEIGHBOURS
    assert one.similarity == one.neighbours[0].similarity
    assert one.limits == (0.0, 1.0) and 0 <= one.value <= 1

"""Sections 1 to 5 of the QMRF."""

from datetime import date

from pharmakon.workflows.dossier_facts import load_facts
from pharmakon.workflows.dossier_qmrf_model import QMRF


def said(name):
    model = load_facts(name, today=date(2026, 7, 1))
    return model, {one.field.number: one for one in QMRF.fill(model)}


def test_the_algorithm_is_told_with_its_weights():
    model, fields = said("herg")
    rows = dict(fields["4.2"].machine.rows)
    assert float(rows["weight of trees"]) == round(model.card["learned"]["weights"]["trees"], 3)
    assert "gradient-boosted trees" in fields["4.1"].machine.sentences[0]


def test_the_domain_is_the_cards():
    model, fields = said("herg")
    limit = f"{model.card['domain']['threshold']:.3f}"
    assert limit in fields["5.1"].machine.sentences[0] and limit in fields["5.2"].machine.rows[2][1]

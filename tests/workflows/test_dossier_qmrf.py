"""The QMRF of every shipped model."""

from dataclasses import replace
from datetime import date

import pytest

from pharmakon.predict.panel import shipped_folder, shipped_names, target_names
from pharmakon.workflows.dossier_facts import load_facts
from pharmakon.workflows.dossier_qmrf import QMRF
from pharmakon.workflows.dossier_qmrf_rules import RULES

TODAY = date(2026, 7, 1)
NO_QSAR = {"deidentify", "drug_like"}
"""Shipped folders whose model says no property of a structure."""
MANY = {"screen", "graph", "targets"}
"""Shipped folders that answer for many: each of their endpoints has its own QMRF."""


def filled(name):
    model = load_facts(name, today=TODAY)
    return (RULES if model.rules else QMRF).fill(model)


def said(name):
    return {one.field.number: one for one in filled(name)}


def test_every_shipped_folder_is_one_of_these():
    folders = {card.parent.name for card in shipped_folder().glob("*/card.json")}
    assert folders - NO_QSAR - MANY <= {*shipped_names(), "mutagenicity_rules"}


@pytest.mark.parametrize("name", [*shipped_names(), *target_names(), "mutagenicity_rules"])
def test_at_least_40_of_57_fields_are_filled_and_none_is_empty(name):
    form = filled(name)
    assert len(form.fields) == 57
    assert form.by_machine >= 40
    assert form.empty == 0
    for one in form:
        assert one.machine or one.needed.startswith("Person needed: "), one.field.number
        for text in one.machine.sentences if one.machine else ():
            assert text.strip() and "None." not in text[5:] and "nan" not in text.split(), (one.field.number, text)
        for row in one.machine.rows if one.machine else ():
            assert len(row) == len(one.machine.columns), one.field.number


def test_figures_are_those_of_the_card():
    model, fields = load_facts("herg", today=TODAY), said("herg")
    shown = " ".join(" ".join(row) for row in fields["7.7"].machine.rows)
    assert f"{model.card['scores']['scaffold']['model']['rmse'][0]:.3f}" in shown
    assert model.card["dataset"]["sha256"][0] in fields["6.1"].machine.rows[0][1]
    assert f"{model.used:,}" in fields["4.7"].machine.sentences[0]
    assert "2026-07-01" in fields["2.1"].machine.sentences[0]


def test_what_was_not_done_is_said_and_not_counted():
    fields = said("herg")
    assert [fields[n].state for n in ("6.7", "6.8", "7.1")] == ["absent"] * 3
    assert "training it again" in said("tox21_ar")["6.10"].machine.sentences[0]


def test_permuted_values_and_dates_are_those_of_the_card():
    card, fields = load_facts("herg", today=TODAY).card, said("herg")
    found = card["y_scrambling"]
    assert f"{found['score']:.3f}" in dict(fields["6.10"].machine.rows)["R² of the true values"]
    assert found["permuted"]["max"] < found["score"] and found["p"] < 0.01
    assert card["created"] in fields["2.6"].machine.sentences[0]
    assert any(card["dataset"]["origin"][0] in text for text in fields["3.7"].machine.sentences)


def test_species_are_named_only_where_the_description_does():
    assert said("ames")["3.1"].machine.sentences == ("The description of the endpoint names: bacteria.",)
    assert said("bbb")["3.1"].state == "needed"


def test_a_users_own_model_is_said_to_be_one():
    shipped = load_facts("herg", today=TODAY)
    dataset = {**shipped.card["dataset"], "citation": "", "set_aside": {}, "origin": []}
    card = {**shipped.card, "dataset": dataset, "limits": [], "notes": []}
    form = QMRF.fill(replace(shipped, shipped=False, card=card))
    fields = {one.field.number: one for one in form}
    assert form.by_machine >= 40 and form.empty == 0
    assert "trained by a user" in fields["1.3"].machine.sentences[0]
    assert "held by the user" in fields["6.1"].machine.sentences[0]
    assert fields["3.7"].state == "needed", "of the quality of data without a note nothing is known"


def test_a_recalibrated_model_has_an_external_set():
    model = load_facts("herg", today=TODAY)
    card = {**model.card, "recalibration": {"molecules": 120}}
    fields = {one.field.number: one for one in QMRF.fill(replace(model, card=card))}
    assert fields["7.1"].state == "machine" and "120 molecules" in fields["7.1"].machine.sentences[0]

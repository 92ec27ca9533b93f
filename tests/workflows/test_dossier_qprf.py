"""The QPRF of a prediction."""

from datetime import date

import pytest

from pharmakon.core.errors import DataError
from pharmakon.predict.panel import load_model
from pharmakon.workflows.dossier_facts import load_facts
from pharmakon.workflows.dossier_prediction import predict
from pharmakon.workflows.dossier_qprf import QPRF

TODAY = date(2026, 7, 1)


@pytest.fixture(scope="module")
def model():
    return load_facts("skin_sensitisation", today=TODAY)


@pytest.fixture(scope="module")
def one(model):
    return predict(model, "C[C@H](N)C(=O)O.Cl")


@pytest.fixture(scope="module")
def fields(one):
    return {found.field.number: found for found in QPRF.fill(one)}


def test_the_value_is_the_predictions(one, fields):
    expected = load_model("skin_sensitisation").predict([one.structure])
    assert f"{expected.value[0]:.3g}" in fields["4.2a"].machine.sentences[0]
    assert f"{expected.nearest_similarity[0]:.3f}" in fields["6.1b"].machine.sentences[0]
    assert fields["6.1a"].machine.sentences[0].startswith("Within" if expected.in_domain[0] else "Outside")
    assert [row[2] for row in fields["7.4g"].machine.rows] == sorted(
        (r[2] for r in fields["7.4g"].machine.rows), reverse=True
    )


def test_the_structure_is_told_as_given_and_as_processed(fields):
    lines = fields["2.6a"].machine.sentences
    assert lines[0] == "As given: C[C@H](N)C(=O)O.Cl" and lines[1] == "As processed: C[C@H](N)C(=O)O" and len(lines) > 2
    assert fields["2.5"].machine.sentences == ("C3H7NO2.",)
    assert fields["2.6b"].machine.sentences[0].startswith("InChI=1S/C3H7NO2/")
    assert fields["2.6d"].machine.sentences[0].startswith("1 of 1 ")
    assert fields["2.6c"].machine.picture.startswith("<svg")


def test_no_field_is_empty(one):
    form = QPRF.fill(one)
    assert form.empty == 0 and form.by_machine >= 40
    for found in form:
        for text in found.machine.sentences if found.machine else ():
            assert text.strip() and "nan" not in text.split(), (found.field.number, text)


def test_outside_the_domain_nothing_is_called_reliable(model):
    outside = predict(model, "[SiH3][SiH2][SiH3]")
    fields = {found.field.number: found for found in QPRF.fill(outside)}
    assert fields["6.1a"].machine.sentences[0].startswith("Outside")
    assert fields["7.6"].machine.sentences[0].startswith("Not reliable")


def test_what_cannot_be_read(model):
    with pytest.raises(DataError, match="C1CC"):
        predict(model, "C1CC")

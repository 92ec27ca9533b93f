"""The card of a recalibrated model tells whose molecules, what was found and what it is worth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pharmakon.predict.model import Model
from pharmakon.predict.recalibration import Seen, measure
from pharmakon.predict.recalibration_card import recalibrated
from pharmakon.record.card import markdown

QUANTILES = [-4.0, -2.0, 0.0, 2.0]


@pytest.fixture(scope="module")
def model(trained: Path) -> Model:
    model = Model.load(trained)
    model.card["reference"] = {"name": "drugs", "n": 4, "quantiles": QUANTILES}
    return model


@pytest.fixture
def seen(model: Model, strangers: list[str]) -> Seen:
    y = model.predict(strangers).value + 1.0 + 0.2 * np.random.default_rng(0).normal(size=len(strangers))
    return measure(model, strangers, y)


def test_the_card_says_what_was_done(model: Model, seen: Seen) -> None:
    made = recalibrated(model, seen, dataset={"file": "lab.csv", "sha256": "ab12"}, name="ours")
    found = made.card["recalibration"]
    assert (found["model"], found["file"], found["sha256"]) == (model.name, "lab.csv", "ab12")
    assert found["molecules"] == len(seen.lab)
    assert found["shift"] == pytest.approx(1.0, abs=0.2)
    assert made.card["scores"]["laboratory"]["before"]["rmse"][0] > 0.9
    assert made.card["scores"]["laboratory"]["model"]["rmse"][0] < 0.4
    assert made.card["scores"]["scaffold"] == model.card["scores"]["scaffold"]
    assert made.card["coverage"].keys() == {"laboratory_before", "laboratory"}  # the old ones do not hold any more
    assert any("before its recalibration" in limit for limit in made.card["limits"])
    assert made.name == made.property.name == "ours"
    text = markdown(made.card)
    assert "## Recalibration" in text
    assert "before recalibration" in text


def test_percentiles_stay_where_they_are(model: Model, seen: Seen, strangers: list[str]) -> None:
    made = recalibrated(model, seen, dataset={}, name="ours", form="offset")
    assert made.card["reference"]["quantiles"] == pytest.approx(np.array(QUANTILES) + 1.0, abs=0.2)
    before, after = (which.predict(strangers[:5]).percentile for which in (model, made))
    assert after == pytest.approx(before)
    assert model.card["reference"]["quantiles"] == QUANTILES


def test_another_unit_is_noticed(model: Model, strangers: list[str]) -> None:
    y = model.predict(strangers).value + 9.0  # log10 of nM, not of M
    made = recalibrated(model, measure(model, strangers, y), dataset={}, name="ours")
    assert any("in the model's unit (log10(mol/L))?" in note for note in made.card["notes"])


def test_values_that_the_model_knows_nothing_of_are_noticed(model: Model, strangers: list[str]) -> None:
    y = np.random.default_rng(1).normal(size=len(strangers))
    made = recalibrated(model, measure(model, strangers, y), dataset={}, name="ours")
    assert any("no more than their mean" in note for note in made.card["notes"])

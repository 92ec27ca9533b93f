"""Cards without weights."""

import json

import pytest

from pharmakon.core.errors import ModelError, UnknownName
from pharmakon.workflows import models

CARD = {
    "name": "own",
    "property": {"title": "Own", "unit": "pIC50", "kind": "regression"},
    "scores": {"scaffold": {"model": {"rmse": [0.71, 0.6, 0.8]}}},
    "dataset": {},
}


def test_a_folder_is_named_by_its_path(tmp_path):
    (tmp_path / "card.json").write_text(json.dumps(CARD))
    assert models.cards([str(tmp_path)]) == [CARD]


def test_a_damaged_card_is_named(tmp_path):
    (tmp_path / "card.json").write_text("{")
    with pytest.raises(ModelError, match="no readable card"):
        models.cards([str(tmp_path)])


def test_a_name_that_is_not_shipped(monkeypatch):
    monkeypatch.setattr("pharmakon.predict.panel.shipped_names", lambda: ["solubility"])
    with pytest.raises(UnknownName, match="did you mean 'solubility'"):
        models.cards(["solubilty"])


def test_what_a_card_lacks_is_a_dash():
    assert models.summary(CARD) == ("own", "Own", "pIC50", "-", "rmse", "0.710", "-", "-")

"""`pharmakon models`."""

import json

import pytest

from pharmakon.cli.main import main

CARD = {
    "name": "herg",
    "property": {"title": "hERG block", "unit": "probability", "kind": "classification"},
    "dataset": {"used": 12345, "licence": "CC0"},
    "scores": {"scaffold": {"model": {"auroc": [0.871, 0.85, 0.89]}}, "cluster": {}},
}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "card.json").write_text(json.dumps(CARD), encoding="utf-8")
    return tmp_path


def test_a_folder_shows_its_card_as_json(folder, capsys):
    assert main(["models", str(folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [CARD]


def test_a_folder_shows_its_card(folder, capsys):
    assert main(["models", str(folder)]) == 0
    assert capsys.readouterr().out.startswith("# hERG block")


def test_the_list_has_one_line_a_model(monkeypatch, capsys):
    from pharmakon.workflows import models

    monkeypatch.setattr(models, "cards", lambda *_, **__: [CARD])
    assert main(["models"]) == 0
    (line,) = (line for line in capsys.readouterr().out.splitlines() if "herg" in line)
    assert line.split() == ["herg", "hERG", "block", "probability", "12,345", "auroc", "0.871", "-", "CC0"]


def test_no_shipped_model_is_said(monkeypatch, capsys):
    from pharmakon.workflows import models

    monkeypatch.setattr(models, "shipped_names", list)
    assert main(["models"]) == 0
    assert "no model is shipped" in capsys.readouterr().err


def test_a_wrong_name_gets_a_suggestion(monkeypatch, capsys):
    from pharmakon.workflows import models

    monkeypatch.setattr(models, "shipped_names", lambda: ["herg", "ames"])
    assert main(["models", "hergg"]) == 2
    assert "did you mean 'herg'?" in capsys.readouterr().err


def test_a_shipped_prior_has_a_card_with_its_sources(capsys):
    assert main(["models", "drug_like"]) == 0
    shown = capsys.readouterr().out
    assert "chembl22_bimodal" in shown
    assert "zinc250k" in shown
    assert "Validity" in shown

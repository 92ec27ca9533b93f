"""The evidence of models and runs."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from pharmakon.core.errors import RecordError
from pharmakon.record.approval import Approval, Signature
from pharmakon.record.filling import Said
from pharmakon.record.ledger import Ledger
from pharmakon.workflows import dossier_evidence
from pharmakon.workflows.dossier_ai_act import AI_ACT
from pharmakon.workflows.dossier_cards import DATASHEET, MODEL_CARD
from pharmakon.workflows.dossier_credibility import CREDIBILITY
from pharmakon.workflows.dossier_evidence import of_model, of_run
from pharmakon.workflows.dossier_facts import load_facts
from pharmakon.workflows.dossier_principles import GMLP, PRINCIPLES

TODAY = date(2026, 7, 1)
ESTIMATE = {"value": 0.7, "low": 0.6, "high": 0.8, "patients": 50, "events": 20}
RUN = {
    "verb": "discover",
    "config": {
        "folds": 5,
        "accept": [],
        "horizon": None,
        "output": "/home/me/out",
        "cohort": "/home/me/clinic.toml",
        "mode": {"molecule": "C/C=C/C", "core": ""},
    },
    "inputs": [{"path": "data/rna.csv", "sha256": "ab", "bytes": 1}],
    "seed": 3,
    "versions": {"pharmakon": "0.1.0"},
    "platform": {"system": "Linux"},
    "started": "2026-07-01T10:00:00+00:00",
}
RESULT = {
    "cohort": "A clinic",
    "context_of_use": "prognostic",
    "flow": [["rows", 60], ["measured", 50]],
    "checks": [{"severity": "warning", "sentence": "Few events."}, {"severity": "passed", "sentence": "No twins."}],
    "models": {"rna": {"scores": {"c_uno": ESTIMATE}}},
    "subgroups": {"sex": [{"level": "f", "inside": ESTIMATE}]},
    "notes": ["It is a small cohort."],
}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "run.json").write_text(json.dumps(RUN), encoding="utf-8")
    (tmp_path / "result.json").write_text(json.dumps(RESULT), encoding="utf-8")
    ledger = Ledger(tmp_path)
    ledger.output(tmp_path / "result.json")
    ledger.seal()
    return tmp_path


def test_a_run_tells_its_figures_settings_and_ledger(folder):
    one = of_run(folder, today=TODAY)
    assert one.figures == {"rna c_uno": (0.7, 0.6, 0.8)}
    assert one.settings == {"folds": "5", "cohort": "clinic.toml", "mode": "molecule C/C=C/C"}
    assert "/home/me" not in repr(one)
    assert one.groups.rows == (("subgroups sex f inside", "0.700", "0.600 to 0.800"),)
    assert one.limits == ("Few events.", "It is a small cohort.")
    assert one.data.rows == (("rna.csv", "ab"),)
    assert "nothing is wrong" in one.record.sentences[0]
    assert one.started.hour == 10 and "A clinic" in one.title


def test_a_ledger_that_no_longer_holds_is_told(folder):
    (folder / "result.json").write_text(json.dumps(RESULT | {"notes": []}), encoding="utf-8")
    assert "wrong: " in of_run(folder, today=TODAY).record.sentences[0]
    (folder / "result.json").write_text("{", encoding="utf-8")
    with pytest.raises(RecordError, match="damaged"):
        of_run(folder, today=TODAY)


def test_a_run_without_a_ledger_or_result(tmp_path):
    (tmp_path / "run.json").write_text(json.dumps(RUN), encoding="utf-8")
    one = of_run(tmp_path, today=TODAY)
    assert one.figures == {} and one.scores is None
    with pytest.raises(RecordError, match="not a run folder"):
        of_run(tmp_path / "none", today=TODAY)


@pytest.mark.parametrize("name", ["herg", "tox21_ahr", "mutagenicity_rules", "deidentify", "drug_like"])
def test_every_kind_of_shipped_model_has_evidence(name):
    model = load_facts(name, today=TODAY)
    one = of_model(model)
    assert one.kind == "model" and one.digest == model.digest and one.method and one.data and one.figures
    assert one.scores and one.scores.rows


def test_figures_of_a_model_are_its_own_and_not_the_baselines():
    model = load_facts("herg", today=TODAY)
    own = model.card["scores"]["scaffold"]["model"]["rmse"]
    one = of_model(model)
    assert one.figures["scaffold rmse"] == tuple(own)
    assert "trees 0.7" in one.settings["weights"] and "{" not in "".join(one.settings.values())
    assert one.figures["coverage scaffold"][0] == model.card["coverage"]["scaffold"]["observed"]


def test_who_may_have_the_data_travels(folder):
    assert of_run(folder, today=TODAY).access == ""
    (folder / "signature").mkdir()
    card = {"declaration": {"access": "controlled", "terms": "a committee decides"}}
    (folder / "signature" / "card.json").write_text(json.dumps(card), encoding="utf-8")
    assert of_run(folder, today=TODAY).access == "Access to the data: controlled; a committee decides."
    model = load_facts("herg", today=TODAY)
    restricted = replace(model, card={**model.card, "access": "restricted"})
    one = of_model(restricted)
    assert one.access == "Access to the data: restricted." and one.access in one.data.sentences


def test_signatures_are_told_and_doubts_with_them(folder, monkeypatch):
    given = Signature(
        seq=1,
        meaning="reviewed",
        name="A. Person",
        email="",
        key="",
        time=datetime(2026, 7, 1, 12, tzinfo=UTC),
        why="read it",
        authenticated="",
        user="",
        sha256="",
        hash="",
        problem="the record has changed",
    )
    monkeypatch.setattr(dossier_evidence, "check", lambda _: Approval("draft", (given,), (), ""))
    said = " ".join(of_run(folder, today=TODAY).record.sentences)
    assert "Signed as reviewed by A. Person, 2026-07-01T12:00:00+00:00: read it; it does not count: the record" in said
    assert "State: draft." in said


@pytest.mark.parametrize(
    "fillers", [AI_ACT, MODEL_CARD, DATASHEET, CREDIBILITY, PRINCIPLES, GMLP], ids=lambda one: one.name
)
@pytest.mark.parametrize("name", ["herg", "mutagenicity_rules", "deidentify", "drug_like"])
def test_of_no_form_a_field_is_empty_and_tables_are_whole(fillers, name, evidence):
    filled = fillers.fill(evidence(name))
    assert filled.empty == 0 and filled.by_machine
    for one in filled:
        said = one.machine or Said()
        assert all(len(row) == len(said.columns) for row in said.rows), one.field.number
        assert all(text.strip() for text in said.sentences), one.field.number

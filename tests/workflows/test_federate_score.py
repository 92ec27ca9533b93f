from dataclasses import replace

import numpy as np
import pytest

from pharmakon.biomarkers.kept_back import KEPT_BACK
from pharmakon.core.errors import DataError
from pharmakon.workflows import federate_score
from pharmakon.workflows.federate_model import signature_of
from pharmakon.workflows.federate_rounds import fit_rounds
from pharmakon.workflows.federate_score import FEDERATED, GAIN, SINGLE, over_all, score_answer, scores_of


def test_the_scores_are_of_the_kept_back(study, sites):
    from sklearn.metrics import roc_auc_score

    state = fit_rounds(study, sites)
    site = sites["north"]
    held = site.part == KEPT_BACK
    found = score_answer(study, site, state).scores
    risk = signature_of(study, state).apply(site.blocks)
    assert found["patients"] == held.sum()
    assert found[FEDERATED]["auc"]["value"] == pytest.approx(roc_auc_score(site.outcome.value[held], risk.score[held]))
    assert found[FEDERATED]["expected"] == pytest.approx(risk.value[held].sum())
    assert found["observed"] == site.outcome.value[held].sum()
    gain = found[f"{GAIN} of {FEDERATED}"]
    assert gain["value"] == pytest.approx(found[FEDERATED]["auc"]["value"] - found[SINGLE]["auc"]["value"])
    assert set(gain) >= {"low", "high"}


def test_risks_of_fitted_patients_cannot_be_judged(study, sites, monkeypatch):
    """Should the kept-back ever be taken from the wrong part, the judge refuses."""
    state = fit_rounds(study, sites)
    site, model = sites["north"], signature_of(study, state)
    monkeypatch.setattr(federate_score, "KEPT_BACK", 0)
    assert scores_of(study, site, {FEDERATED: model})["patients"]  # consistently wrong: nothing to see
    risks = federate_score._risks(site, model, FEDERATED)
    monkeypatch.undo()
    with pytest.raises(DataError, match="made the model"):
        federate_score._judged(site.outcome, risks, site.patients, 0)


def test_too_few_kept_back_are_not_judged(study, sites):
    state = fit_rounds(study, sites)
    site = sites["north"]
    part = site.part.copy()
    part[np.flatnonzero(part == KEPT_BACK)[4:]] = 0
    found = scores_of(study, replace(site, part=part), {FEDERATED: signature_of(study, state)})
    assert found == {"patients": 4, "too few": True}


def test_over_all_sites_each_counts_by_its_pairs():
    def site(value, half, weight):
        return {"m": {"auc": {"value": value, "low": value - half, "high": value + half}}, "weight": weight}

    found = over_all(
        {"a": site(0.8, 0.1, 300), "b": site(0.6, 0.2, 100), "c": {"patients": 3, "too few": True}}, "m", "auc"
    )
    assert found.value == pytest.approx(0.75)
    assert found.high - found.value == pytest.approx(np.hypot(0.75 * 0.1, 0.25 * 0.2))
    assert np.isnan(over_all({"c": {"too few": True}}, "m", "auc").value)
    unsure = {"m": {"auc": {"value": 1.0, "low": None, "high": None}}, "weight": 100}
    assert np.isnan(over_all({"a": site(0.8, 0.1, 300), "b": unsure}, "m", "auc").low)

"""A model and molecules that came later: its own are left out, measured ones judged, others only placed."""

from __future__ import annotations

import numpy as np
import pytest

from pharmakon.predict.monitoring import observe, reference
from pharmakon.predict.panel import load_model

SMILES = ["CCOC(=O)c1ccc(N)cc1F", "CC(C)Nc1ncnc2ccccc12", "C[Si](C)(C)C#CC(F)(F)C(F)(F)F", "OCC1CC(O)C1"]


@pytest.fixture(scope="module")
def model():
    return load_model("solubility", "fast")


def test_values_are_those_of_a_prediction_and_the_rest_is_known_where_it_was_measured(model):
    y = np.array([-2.0, np.nan, np.nan, 9.0])
    seen, said = observe(model, SMILES, y), model.predict(SMILES)
    assert seen.known + len(seen.rows) == len(SMILES)
    assert seen.value == pytest.approx(said.value[seen.rows])
    assert seen.in_domain.tolist() == said.in_domain[seen.rows].tolist()
    measured = np.isfinite(seen.y)
    assert seen.loss[measured] == pytest.approx(np.abs(seen.y - seen.value)[measured])
    inside = (said.low <= y) & (y <= said.high)
    assert seen.covered[measured].tolist() == inside[seen.rows][measured].astype(float).tolist()
    assert np.isnan(seen.covered[~measured]).all() and not seen.judged[~measured].any()


def test_a_class_is_covered_when_its_label_is_not_excluded():
    model = load_model("ames", "fast")
    for label in (0.0, 1.0):
        seen = observe(model, SMILES, np.full(len(SMILES), label))
        assert seen.loss == pytest.approx((label - seen.value) ** 2)
        sure = (seen.value > 0.97) if label == 0 else (seen.value < 0.03)
        assert not seen.covered[sure].any()
    both = sum(observe(model, SMILES, np.full(len(SMILES), label)).covered for label in (0.0, 1.0))
    assert (both >= 1).all()  # at least one class is never excluded


def test_training_molecules_tell_nothing(model):
    known = observe(model, ["CC(=O)Oc1ccccc1C(=O)O"], np.array([-1.7]))  # aspirin is in every set of solubilities
    assert known.known == 1 and len(known.rows) == 0


def test_the_reference_is_that_of_the_card_and_the_same_each_time(model):
    was, again = reference(model, seed=3), reference(model, seed=3)
    assert was.measure == "mae" and was.loss == model.card["scores"]["scaffold"]["model"]["mae"][0]
    assert 0.5 < was.in_domain <= 1 and (was.similarity == again.similarity).all()

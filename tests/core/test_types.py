"""What the layers hand each other."""

import dataclasses

import numpy as np
import pytest

from pharmakon.core.types import Estimates, Predictor, Property, Scorer, silent

MW = Property("mw", "Molecular weight", "g/mol", low=0)


def test_something_computed_has_no_width():
    got = Estimates.exact(MW, "rdkit", np.array([46.07, np.nan]))
    assert len(got) == 2
    assert (got.low[0], got.high[0]) == (46.07, 46.07)
    assert got.in_domain.tolist() == [True, False]
    assert np.isnan(got.percentile).all()
    assert np.isnan(got.nearest_similarity).all()
    assert list(got.verdict) == ["", ""]


def test_estimates_and_properties_do_not_change():
    with pytest.raises(dataclasses.FrozenInstanceError):
        MW.unit = "kg"
    with pytest.raises(dataclasses.FrozenInstanceError):
        Estimates.exact(MW, "rdkit", np.array([1.0])).model = "other"


def test_protocols_are_met_by_shape():
    class Weight:
        name = "mw"
        property = MW

        def predict(self, smiles):
            return Estimates.exact(MW, "x", np.zeros(len(smiles)))

    class Weights:
        properties = {"mw": MW}  # noqa: RUF012

        def estimate(self, smiles, names):
            return {}

    assert isinstance(Weight(), Predictor)
    assert isinstance(Weights(), Scorer)
    assert not isinstance(Weights(), Predictor)


def test_nobody_watching_sees_nothing(capsys):
    silent(1, 2, "half")
    assert capsys.readouterr() == ("", "")

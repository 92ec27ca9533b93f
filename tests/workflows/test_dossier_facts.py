"""What a card says to the forms."""

from datetime import date

import pytest

from pharmakon.core.errors import DataError, ModelError, UnknownName
from pharmakon.workflows.dossier_facts import (
    coverage_table,
    load_facts,
    require_qsar,
    score,
    scores_table,
    sentence,
)

TODAY = date(2026, 7, 1)


def test_a_shipped_model():
    model = load_facts("ames", today=TODAY)
    assert (model.name, model.title, model.shipped, model.classes, model.rules) == (
        "ames",
        "AMES mutagenicity",
        True,
        True,
        False,
    )
    assert model.endpoint is not None and model.used == model.card["dataset"]["used"]
    assert len(model.digest) == 64


def test_the_featuriser_of_a_networks_endpoint_is_that_of_its_folder():
    model = load_facts("tox21_ahr", today=TODAY)
    assert "featuriser" not in model.card and model.featuriser["hashed_bits"] == 2048


def test_scores_stand_beside_the_baselines():
    model = load_facts("herg", today=TODAY)
    table = scores_table(model, ["scaffold"])
    assert table is not None and "pIC50" in table.sentences[0]
    assert [row[2] for row in table.rows] == ["mean of the training set", "this model", "Tanimoto kernel (ECFP4)"]
    assert score(model.card["scores"]["scaffold"]["model"]["rmse"]) in table.rows[1]
    assert scores_table(model, ["laboratory"]) is None
    coverage = coverage_table(model)
    assert coverage is not None and len(coverage.rows) == len(model.card["coverage"])


def test_what_is_no_model_of_one_property():
    with pytest.raises(ModelError, match="many endpoints"):
        load_facts("screen", today=TODAY)
    with pytest.raises(UnknownName, match="ames"):
        load_facts("amse", today=TODAY)
    with pytest.raises(DataError, match="no QMRF"):
        require_qsar(load_facts("deidentify", today=TODAY), "QMRF")


def test_words():
    assert sentence("it is so") == "It is so." and sentence("So?") == "So?" and sentence(" ") == ""
    assert score([0.5, 0.4, 0.6]) == "0.500 (0.400 to 0.600)" and score(None) == "-"

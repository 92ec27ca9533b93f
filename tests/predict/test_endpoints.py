from __future__ import annotations

from pathlib import Path

import pytest

from pharmakon.chem.fingerprints import VIEWS
from pharmakon.core.errors import UnknownName
from pharmakon.predict.endpoints import endpoint, endpoints
from pharmakon.store.catalogue import data_set
from pharmakon.store.tables import open_table


def test_every_endpoint_says_what_a_reader_needs() -> None:
    assert len(endpoints()) >= 30
    for name, facts in endpoints().items():
        assert facts.name == name
        assert facts.what.endswith("."), name
        assert facts.data.licence and facts.data.citation and facts.data.limits, name
        assert facts.low < facts.high, name
        assert set(facts.views) <= set(VIEWS), name
        assert facts.better == "none" or facts.threshold is not None, name


def test_a_classification_is_a_probability() -> None:
    for facts in endpoints().values():
        assert (facts.unit == "probability") == (facts.kind == "classification")


def test_weights_trained_on_the_named_sets_may_ship() -> None:
    for facts in endpoints().values():
        for name in facts.data.sets:
            assert data_set(name.partition("/")[0]).ship == "yes", f"{facts.name} is trained on {name}"


def test_toxicities_are_hazards() -> None:
    toxic = {name for name, facts in endpoints().items() if facts.group == "toxicity"}
    assert {name for name, facts in endpoints().items() if facts.hazard} == toxic
    assert {"herg", "ames", "dili", "ld50", "carcinogenicity", "cav12"} <= toxic


def test_a_wrong_name_gets_a_suggestion() -> None:
    with pytest.raises(UnknownName, match="did you mean 'solubility'"):
        endpoint("solubilty")


def test_the_named_files_have_the_named_columns(data: Path) -> None:
    for facts in endpoints().values():
        for file in facts.data.files:
            table = open_table(data / file.path, smiles=facts.data.structure, id=facts.data.id)
            assert facts.data.value in table.columns, facts.name

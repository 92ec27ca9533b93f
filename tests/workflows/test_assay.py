"""Opening a user's table, and sparing a model that was made of something else."""

import json

import pytest

from pharmakon.core.errors import ConfigError, UnknownName, UsageError
from pharmakon.workflows.assay import AssayConfig, open_assay, spare


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "assay.csv"
    path.write_text("id,smiles,pIC50,note\nA,CCO,5,x\nB,CCN,6,y\n")
    return path


def test_the_one_column_that_is_left_holds_the_values(table):
    opened, value = open_assay(AssayConfig(data=table), taken=("note", None))
    assert (opened.structure_column, opened.id_column, value) == ("smiles", "id", "pIC50")


def test_of_several_columns_the_value_has_to_be_named(table):
    with pytest.raises(ConfigError, match=r"--value.*there are: pIC50, note"):
        open_assay(AssayConfig(data=table))
    assert open_assay(AssayConfig(data=table, value="note"))[1] == "note"


def test_a_wrong_value_column_gets_a_suggestion(table):
    with pytest.raises(UnknownName, match="did you mean 'pIC50'"):
        open_assay(AssayConfig(data=table, value="pIC5O"))


CARD = {"name": "potency", "dataset": {"name": "old.csv", "value": "pIC50"}}


def test_a_folder_without_a_model_and_the_same_model_are_no_obstacle(tmp_path):
    spare(tmp_path, same=lambda card: False, made_of="this table")
    (tmp_path / "card.json").write_text(json.dumps(CARD))
    spare(tmp_path, same=lambda card: card["name"] == "potency", made_of="this table")


@pytest.mark.parametrize(
    ("card", "says"),
    [
        (CARD, r"the model 'potency' of old\.csv, column 'pIC50', not made of this table.*--overwrite"),
        (CARD | {"recalibration": {"file": "lab.csv"}}, r"the model 'potency', recalibrated to lab\.csv"),
        ({"name": "potency"}, "a model whose card cannot be read"),
        ([], "a model whose card cannot be read"),
    ],
)
def test_another_model_is_spared_and_named(tmp_path, card, says):
    (tmp_path / "card.json").write_text(json.dumps(card))
    with pytest.raises(UsageError, match=says):
        spare(tmp_path, same=lambda card: False, made_of="this table")


def test_a_card_that_fits_but_lacks_what_is_asked_of_it_is_not_trusted(tmp_path):
    (tmp_path / "card.json").write_text(json.dumps(CARD))
    with pytest.raises(UsageError, match="cannot be read"):
        spare(tmp_path, same=lambda card: card["nothing"], made_of="this table")

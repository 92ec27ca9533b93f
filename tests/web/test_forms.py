"""A form of every verb, and what comes back from it."""

from __future__ import annotations

import pytest

from pharmakon.team.verbs import mistakes, verb, verbs
from pharmakon.web.forms import fields_of, filled

FILES = {"f1": "assay.csv", "f2": "cohort.toml"}


def come_back(name, **values):
    sent = {key: [value] if isinstance(value, str) else value for key, value in values.items()}
    return filled(fields_of(verb(name)), sent, FILES)


@pytest.mark.parametrize("name", verbs())
def test_every_option_has_a_field_and_no_other(name):
    what = verb(name)
    fields = fields_of(what)
    assert {one.name for one in fields} == set(what.model.model_fields) - what.taken()
    assert all(one.help and one.label for one in fields)
    needed = [one.required for one in fields]
    assert needed == sorted(needed, reverse=True)  # first what must be filled
    assert set(what.first) <= {one.name for one in fields}


@pytest.mark.parametrize("name", verbs())
def test_an_empty_form_asks_for_nothing_but_what_is_needed(name):
    fields = fields_of(verb(name))
    found = filled(fields, {}, {})
    assert set(found.errors) == {one.name for one in fields if one.required and one.kind != "yes"}
    assert all(value is False for value in found.config.values())  # boxes that are ticked by default, and were not


def test_texts_become_values_and_files_their_names():
    sent = {"value": "pIC50", "max_points": "500", "threshold": "6.5", "log": "yes", "kind": "regression"}
    found = come_back("train", data="f1", **sent)
    assert found.errors == {} and found.files == ["f1"]
    assert found.config == {
        "data": "assay.csv", "value": "pIC50", "max_points": 500, "threshold": 6.5, "log": True, "kind": "regression",
    }  # fmt: skip
    assert mistakes(verb("train"), found.config) == {}
    found = come_back("predict", smiles="CCO\n\n c1ccccc1 \r\n", models=["lipophilicity"])
    assert found.config == {"smiles": ["CCO", "c1ccccc1"], "models": ["lipophilicity"]}
    found = come_back("validate", signature="job:0123456789abcdef/study", cohorts=["f2", "f1"])
    assert found.config["cohorts"] == ["cohort.toml", "assay.csv"] and found.files == ["f2", "f1"]


def test_a_file_that_is_chosen_anew_takes_the_place_of_the_one_before():
    assert come_back("train", data=["f2", "f1"], value="pIC50").files == ["f1"]
    found = come_back("validate", signature="job:0123456789abcdef/study", cohorts=["f1", "f2", "f1"])
    assert found.files == ["f1", "f2"] and found.config["cohorts"] == ["assay.csv", "cohort.toml"]


def test_tables_are_written_as_toml():
    found = come_back("design", goals='[[goals]]\nproperty = "qed"\nwant = ">= 0.9"', mode='[mode]\nkind = "free"')
    assert found.config["goals"] == [{"property": "qed", "want": ">= 0.9"}]
    assert come_back("design", goals="[[goals").errors["goals"].startswith("this is not valid TOML")
    deep = f"goals.{'.'.join('a' * 20_000)} = 1"  # what would take minutes to read
    assert "nests too deeply" in come_back("design", goals=deep).errors["goals"]
    assert "[[goals]]" in come_back("design", goals='[[goal]]\nwant = "x"').errors["goals"]


def test_what_cannot_be_read_is_told_beside_its_field():
    found = come_back("train", data="f1", max_points="many", threshold="6,5")
    assert set(found.errors) == {"max_points", "threshold"}
    found = come_back("train", data="f1", max_points="3")
    assert "max_points" in mistakes(verb("train"), found.config)
    assert "either a file or structures" in mistakes(verb("predict"), {})[""]

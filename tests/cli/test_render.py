"""Tables for people, JSON for programs; a missing number is "-" or null, never NaN."""

import json

import numpy as np

from pharmakon.cli import render
from pharmakon.core.types import Estimates, Property

NAN = float("nan")


def estimates():
    herg = Property("herg", "hERG block", "probability", "classification", "low", 0, 1, 0.5, "blocks", hazard=True)
    return {
        "herg": Estimates(
            herg,
            "herg 1",
            value=np.array([0.81, NAN]),
            low=np.array([0.702, NAN]),
            high=np.array([0.9, NAN]),
            in_domain=np.array([True, False]),
            verdict=["poor", ""],
            percentile=np.array([91.4, NAN]),
            nearest_similarity=np.array([0.873, NAN]),
            nearest_id=["CHEMBL25", ""],
            nearest_value=np.array([1.0, NAN]),
        )
    }


def test_a_row_says_value_unit_interval_domain_verdict_percentile_and_neighbour():
    assert render.estimate_rows(estimates(), 0) == [
        (
            "hERG block",
            "0.810 probability",
            "0.702 to 0.900",
            "yes",
            "poor",
            "91",
            "class 1 (CHEMBL25, similarity 0.87)",
        )
    ]


def test_a_missing_answer_is_dashes():
    assert render.estimate_rows(estimates(), 1) == [("hERG block", "-", "-", "-", "-", "-", "-")]


def test_json_has_null_for_a_missing_number():
    first, second = (json.loads(json.dumps(render.estimate_json(estimates(), i), allow_nan=False)) for i in (0, 1))
    assert first["herg"]["value"] == 0.81
    assert first["herg"]["unit"] == "probability"
    assert first["herg"]["in_domain"] is True
    assert first["herg"]["nearest_id"] == "CHEMBL25"
    assert second["herg"]["value"] is None
    assert second["herg"]["in_domain"] is False


def test_nothing_is_cut_when_the_table_goes_to_a_pipe(capsys):
    render.table(("name", "what"), [("x" * 60, "y" * 80), ("[bold]", "as it is")])
    shown = capsys.readouterr().out
    assert "x" * 60 in shown
    assert "y" * 80 in shown
    assert "[bold]" in shown


def test_notes_go_beside_the_result(capsys):
    render.note("by the way")
    assert capsys.readouterr() == ("", "by the way\n")

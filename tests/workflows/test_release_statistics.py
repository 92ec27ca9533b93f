"""One person is one row, and values outside what was declared are not counted."""

import numpy as np
import pytest

from pharmakon.biomarkers.declaration import Declaration
from pharmakon.core.config import build
from pharmakon.core.errors import UnknownName
from pharmakon.workflows.benchmark_release import example
from pharmakon.workflows.release_request import Request
from pharmakon.workflows.release_statistics import people


def cohort(tmp_path, statistic, text=""):
    path, _ = example(tmp_path, epsilon=0.1, budget=1.0)
    data = tmp_path / "patients.csv"
    if text:
        data.write_text(text)
    asked = {"people": 9, "budget": {"epsilon": 1}, "statistics": [{"name": "x", "epsilon": 0.1, **statistic}]}
    return people(Declaration.from_toml(path), data, build(Request, asked))


def test_the_first_row_of_a_person_counts(tmp_path):
    found = cohort(tmp_path, {"kind": "count", "where": {"smoker": "yes"}}, "id,smoker\na,yes\na,no\nb,no\n")
    assert found.frame["smoker"].tolist() == ["yes", "no"]


def test_numbers_are_read_and_gaps_kept(tmp_path):
    text = "id,smoker,marker\na,yes,1.5\nb,no,\nc,no,<3\n"
    found = cohort(tmp_path, {"kind": "mean", "column": "marker", "low": 0, "high": 5}, text)
    assert np.array_equal(found.numbers["marker"], [1.5, np.nan, 3.0], equal_nan=True)


def test_what_is_not_there_is_told(tmp_path):
    with pytest.raises(UnknownName, match="smokers"):
        cohort(tmp_path, {"kind": "count", "where": {"smokers": "yes"}})


def declared(tmp_path, **more):
    place = tmp_path / "example"
    place.mkdir(exist_ok=True)
    path, _ = example(place, epsilon=0.1, budget=1.0)
    outcome = {"kind": "survival", "time": "years", "event": "dead", **more}
    clinical = {"file": "patients.csv", "id": "id"}
    whole = Declaration.from_toml(path)
    return build(Declaration, whole.model_dump() | {"clinical": clinical, "outcome": outcome})


HOSTILE = ("", "yes", "pos", "Smith", "-3", "nan", "inf", "1e999", "0x10", "\U0001d7d9")


@pytest.mark.parametrize("positive", [None, "yes", "nobody's word"])
@pytest.mark.parametrize("cell", HOSTILE)
def test_no_error_tells_what_a_row_holds(tmp_path, cell, positive):
    text = f"id,smoker,marker,years,dead\na,no,1.5,2,no\nb,{cell},{cell},{cell},{cell}\n"
    whole = declared(tmp_path, positive=positive)
    (tmp_path / "patients.csv").write_text(text)
    some = {"name": "x", "epsilon": 0.1}
    asked = [
        {"kind": "mean", "column": "marker", "low": 0, "high": 5},
        {"kind": "histogram", "column": "marker", "edges": [0, 1, 5]},
        {"kind": "survival", "times": [1, 2]},
    ]
    request = {
        "people": 9,
        "budget": {"epsilon": 1},
        "statistics": [some | one | {"name": one["kind"]} for one in asked],
    }
    for keep in ({"id": "b"}, {"id": "b", "smoker": "yes"}, {"id": "nobody"}):
        asked_of = whole.model_copy(update={"clinical": whole.clinical.model_copy(update={"keep": keep})})
        found = people(asked_of, tmp_path / "patients.csv", build(Request, request))
        assert len(found.frame) == (keep["id"] == "b" and keep.get("smoker", cell) == cell)


def test_events_are_read_as_a_study_reads_them(tmp_path):
    text = "id,years,dead\na,1,1\nb,2,0\nc,3,\nd,-1,1\ne,x,0\n"
    (tmp_path / "patients.csv").write_text(text)
    request = {"people": 9, "budget": {"epsilon": 1}, "statistics": [
        {"name": "x", "epsilon": 0.1, "kind": "survival", "times": [1, 2]}
    ]}  # fmt: skip
    for more in ({}, {"positive": "1"}, {"positive": "1.0", "negative": "0"}):
        found = people(declared(tmp_path, **more), tmp_path / "patients.csv", build(Request, request))
        assert found.event.tolist() == [True, False, False, True, False]
        assert np.array_equal(found.time, [1, 2, np.nan, np.nan, np.nan], equal_nan=True)

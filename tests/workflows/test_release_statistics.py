"""One person is one row, and values outside what was declared are not counted."""

import numpy as np
import pytest

from pharmakon.biomarkers.declaration import Declaration
from pharmakon.core.config import build
from pharmakon.core.errors import DataError, UnknownName
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
    with pytest.raises(DataError, match="no numbers"):
        cohort(tmp_path, {"kind": "mean", "column": "smoker", "low": 0, "high": 1})

"""Every row is kept, with its value, its part, and the reason where it has none."""

import math

import numpy as np
import pytest

from pharmakon.core.errors import DataError
from pharmakon.predict.measured import Scale, Source, measure
from pharmakon.store.tables import Row


def test_each_row_says_why_it_has_no_value(sample):
    found = sample([("CCO", "5"), ("C1CC", "5"), ("CC", ""), ("CCC", "n/a"), ("CCCC", ">7"), ("CN", "high")])
    reasons = [row.problem.partition(":")[0] for row in found.rows]
    assert reasons == ["", "structure cannot be read", "no value", "no value", "censored value", "not a number"]
    assert [math.isfinite(v) for v in found.compared] == [True, False, False, False, False, False]


@pytest.mark.parametrize(
    ("name", "values", "scale"),
    [
        ("pIC50", (5, 6, 7), "log"),
        ("logS", (-5, -1, 1), "log"),
        ("y [pEC50/pKi]", (5, 6, 7), "log"),
        ("pKi", (5, 6, 7), "log"),
        ("pchembl_value", (5, 6, 7), "log"),
        ("IC50_nM", (1, 50, 20_000), "linear"),
        ("PPB", (10, 50, 99), "other"),
        ("dG", (-9, -3, 2), "other"),
        ("catalog", (10, 50, 99), "other"),
        ("log_mistaken", (1, 5, 4000), "linear"),
    ],
)
def test_the_scale_is_guessed_from_name_and_range(sample, name, values, scale):
    assert sample([("C" * (i + 1), v) for i, v in enumerate(values)], value=name).scale.name == scale


def test_concentrations_are_compared_as_logarithms(sample):
    found = sample([("C", 1), ("CC", 1000), ("CCC", 0), ("CCCC", 1e6)], value="IC50", scale="linear")
    assert found.compared[[0, 1, 3]].tolist() == [0, 3, 6]
    assert math.isnan(found.compared[2])


def test_two_labels_are_classes(sample):
    found = sample([("C", "active"), ("CC", "inactive"), ("CCC", "perhaps")], value="outcome")
    assert found.kind == "classification"
    assert found.scale.name == "classes"
    assert found.rows[2].problem == "not a class"


def test_the_training_part_is_the_one_called_so_or_the_largest(sample):
    named = [("C", 1, "test"), ("CC", 2, "test"), ("CCC", 3, "Training")]
    assert sample(named).reference == "Training"
    folds = [("C", 1, "a"), ("CC", 2, "b"), ("CCC", 3, "b")]
    assert sample(folds).reference == "b"
    assert sample([("C", 1), ("CC", 2)]).reference == ""


def test_two_tables_are_told_apart():
    row = Row(1, "aspirin", "CC", {"y": "1"})
    both = measure([Source("a.csv", [row], "train"), Source("b.csv", [row], "test")], value="y")
    assert [both.label(0), both.label(1)] == ["a.csv row 1 (aspirin)", "b.csv row 1 (aspirin)"]
    assert (
        both.labels([0, 0, 1, 1, 1]) == "a.csv row 1 (aspirin) and row 1 (aspirin) and b.csv row 1 (aspirin) and 2 more"
    )
    assert [row.part for row in both.rows] == ["train", "test"]


def test_a_difference_is_told_in_its_own_unit():
    assert Scale("log", 1).words(3) == "3.0 log units (1,000-fold)"
    assert Scale("linear", 1).words(1) == "1.0 log unit (10-fold)"
    assert Scale("other", 12.5).words(2) == "2.0 standard deviations"
    assert np.array_equal(Scale("other", 12.5).transform(np.array([1.0, 2])), [1, 2])


def test_nothing_usable_is_an_error(sample):
    with pytest.raises(DataError, match="none of the 2 rows"):
        sample([("C1CC", 5), ("CC", "")])
    with pytest.raises(DataError, match="--positive"):
        sample([("C", "red"), ("CC", "blue")], kind="classification")

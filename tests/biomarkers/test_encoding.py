import numpy as np
import pandas as pd
import pytest

from pharmakon.biomarkers.declaration import OutcomeTable
from pharmakon.biomarkers.encoding import encode, numbers_of, outcome_of
from pharmakon.core.errors import DataError


def test_numbers_stay_and_words_become_indicators_of_all_but_the_commonest():
    table = pd.DataFrame({"age": ["30", "", "80+"], "site": ["a", "a", "b"], "same": ["x", "x", "x"]})
    found = encode(table, ["age", "site", "same"])
    assert found.names == ("age", "site=b")
    np.testing.assert_array_equal(found.values, [[30, 0], [np.nan, 0], [80, 1]])
    assert any("same for everybody" in note for note in found.notes)
    assert found.levels == {"age": (), "site": ("a", "b")}


def test_another_cohort_is_coded_as_the_first_was():
    table = pd.DataFrame({"site": ["b", "b", "a", "c"], "stage": ["1", "2", "1", "1"]})
    found = encode(table, ["site", "stage"], levels={"site": ("a", "b"), "stage": ()})
    assert found.names == ("site=b", "stage")
    np.testing.assert_array_equal(found.values[:, 0], [1, 1, 0, np.nan])
    assert any("c was not there in training" in note for note in found.notes)


def test_a_missing_word_is_missing_in_every_indicator():
    found = encode(pd.DataFrame({"c": ["a", "a", "b", "c", ""]}), ["c"])
    assert len(found.names) == 2
    assert np.isnan(found.values[4]).all()


def test_a_column_of_names_is_no_category():
    with pytest.raises(DataError, match="too many"):
        encode(pd.DataFrame({"c": [f"name{i}" for i in range(50)]}), ["c"])


def test_words_are_no_numbers():
    assert numbers_of(["a", "b", "1"]) is None


@pytest.mark.parametrize(
    ("cells", "options", "values", "positive"),
    [
        (["R", "NR", ""], {"positive": "R"}, [1, 0, np.nan], "R"),
        (["0.000", "1.000", "1.0"], {}, [0, 1, 1], "1"),
        (["yes", "no", "yes"], {}, [1, 0, 1], "yes"),
        (["AML", "control", "AML"], {}, [1, 0, 1], "AML"),
        (["CR", "PD", "SD"], {"positive": "CR", "negative": "PD"}, [1, 0, np.nan], "CR"),
    ],
)
def test_classes(cells, options, values, positive):
    found = outcome_of(pd.DataFrame({"y": cells}), OutcomeTable(kind="binary", column="y", **options), where="f")
    np.testing.assert_array_equal(found.value, values)
    assert found.positive == positive


@pytest.mark.parametrize(
    ("cells", "options", "message"),
    [
        (["a", "b"], {}, "which value"),
        (["a", "b", "c"], {"positive": "a"}, "negative too"),
        (["a", "b"], {"positive": "z"}, "has no 'z'"),
        (["", ""], {"positive": "z"}, "it is empty"),
    ],
)
def test_doubtful_classes_are_asked_about(cells, options, message):
    with pytest.raises(DataError, match=message):
        outcome_of(pd.DataFrame({"y": cells}), OutcomeTable(kind="binary", column="y", **options), where="f")


def test_survival_has_times_and_events():
    table = pd.DataFrame({"t": ["1.5", "2", "x"], "d": ["1", "0", "1"]})
    spec = OutcomeTable(kind="survival", time="t", event="d")
    with pytest.raises(DataError, match="no numbers"):
        outcome_of(table, spec, where="f")
    found = outcome_of(table.iloc[:2], spec, where="f")
    assert found.value.tolist() == [1.5, 2]
    assert found.event.tolist() == [1, 0]
    with pytest.raises(DataError, match="below 0"):
        outcome_of(table.iloc[:2].assign(t=["-1", "2"]), spec, where="f")


@pytest.mark.parametrize(
    ("cells", "options", "message"),
    [
        (["Yes", "No", "no", "no"], {"positive": "Yes", "negative": "No"}, r"'No' \(1\), 'no' \(2\)"),
        (["Yes", "No", " No"], {"positive": "Yes", "negative": "No"}, r"' No' \(1\), 'No' \(1\)"),
        (["Yes", "No", "yes"], {"positive": "Yes", "negative": "No"}, r"'Yes' \(1\), 'yes' \(1\)"),
        (["Yes", "No", "no"], {"positive": "Yes"}, r"'No' \(1\), 'no' \(1\)"),
        (["yes", "no", "No"], {}, r"'No' \(1\), 'no' \(1\)"),
        (["R", "NR"], {"positive": "r", "negative": "NR"}, r"'R' \(1\), 'r' \(0\)"),
    ],
)
def test_a_class_that_is_written_in_several_ways_is_refused(cells, options, message):
    with pytest.raises(DataError, match=message):
        outcome_of(pd.DataFrame({"y": cells}), OutcomeTable(kind="binary", column="y", **options), where="f")


def test_classes_that_are_left_out_may_be_written_as_they_like():
    spec = OutcomeTable(kind="binary", column="y", positive="CR", negative="PD")
    found = outcome_of(pd.DataFrame({"y": ["CR", "PD", "sd", "SD"]}), spec, where="f")
    assert np.isfinite(found.value).sum() == 2


@pytest.mark.parametrize(
    ("cells", "options"), [(["0", "0"], {}), (["0", "0"], {"positive": "1"}), (["alive", "alive"], {})]
)
def test_no_event_is_said_as_such(cells, options):
    table = pd.DataFrame({"t": ["1", "2"], "d": cells})
    with pytest.raises(DataError, match="no event came"):
        outcome_of(table, OutcomeTable(kind="survival", time="t", event="d", **options), where="f")


def test_a_column_of_numbers_that_is_empty_in_a_new_cohort_is_missing():
    found = encode(pd.DataFrame({"age": ["", ""]}), ["age"], levels={"age": ()})
    assert found.names == ("age",)
    assert np.isnan(found.values).all()
    assert encode(pd.DataFrame({"age": ["", ""]}), ["age"]).notes == ["age has no values: left out"]

from __future__ import annotations

import pytest

from pharmakon.core.errors import DataError
from pharmakon.predict.curate import curate
from pharmakon.store.tables import Row


def rows(*pairs: tuple[str, str]) -> list[Row]:
    return [Row(i, f"m{i}", s, {"y": v}) for i, (s, v) in enumerate(pairs, start=1)]


def test_every_row_is_used_or_set_aside_with_a_reason() -> None:
    got = curate(
        rows(
            ("CCO", "1.5"),
            ("C1CC", "2"),
            ("", "2"),
            ("CCN", ""),
            ("CCCN", ">10"),
            ("CCCO", "much"),
            ("CCCCO", "NaN"),
            ("CCCC", "99"),
            ("OCC", "2.5"),
        ),
        value="y",
        kind="regression",
        maximum=50,
    )
    assert got.smiles == ["CCO"]
    assert got.y.tolist() == [2.0]
    assert got.rows == [1]
    assert got.read == 9
    assert got.set_aside == {
        "censored value": 1,
        "no value": 1,
        "not a number": 2,
        "outside the credible range": 1,
        "repeat of a molecule, merged": 1,
        "structure cannot be read": 2,
    }
    assert [(p.row, p.id, p.reason, p.text) for p in got.problems] == [
        (2, "m2", "not a SMILES: unclosed ring 1", "C1CC"),
        (3, "m3", "an empty structure", ""),
        (4, "m4", "no value", ""),
        (5, "m5", "censored value", ">10"),
        (6, "m6", "not a number", "much"),
        (7, "m7", "not a number", "NaN"),
        (8, "m8", "outside the credible range", "99"),
    ]


def test_a_salt_and_its_parent_are_one_molecule() -> None:
    got = curate(rows(("CCN.Cl", "1"), ("CCN", "3")), value="y", kind="regression")
    assert (got.smiles, got.y.tolist()) == (["CCN"], [2.0])


def test_two_labels_mean_a_classification() -> None:
    got = curate(rows(("CCO", "active"), ("CCN", "inactive"), ("CCC", "Active")), value="y")
    assert got.kind == "classification"
    assert got.y.tolist() == [1.0, 0.0, 1.0]


def test_numbers_mean_a_regression() -> None:
    assert curate(rows(("CCO", "0.1"), ("CCN", "1")), value="y").kind == "regression"


def test_contradicting_classes_are_set_aside() -> None:
    got = curate(rows(("CCO", "1"), ("OCC", "0"), ("CCN", "1")), value="y", kind="classification")
    assert got.smiles == ["CCN"]
    assert got.set_aside["contradicting classes"] == 2
    assert [p.row for p in got.problems] == [1, 2]


def test_rough_values_are_used_and_counted() -> None:
    got = curate(rows(("CCO", "~6"), ("CCN", "ca. 5"), ("CCC", "=4"), ("CCS", "3")), value="y")
    assert got.y.tolist() == [6.0, 5.0, 4.0, 3.0]
    (note,) = got.notes
    assert "2 values are written as approximate, such as '~6'" in note


def test_the_named_positive_class() -> None:
    pairs = rows(("CCO", "BBB+"), ("CCN", "BBB-"), ("CCC", "bbb+"), ("CCS", "unknown"))
    got = curate(pairs, value="y", positive="BBB+")
    assert got.kind == "classification"
    assert got.y.tolist() == [1.0, 0.0, 1.0]
    assert got.set_aside == {"no value": 1}


def test_a_third_label_is_no_class() -> None:
    with pytest.raises(DataError, match="--positive"):
        curate(rows(("CCO", "a"), ("CCN", "b"), ("CCC", "c")), value="y", kind="classification", positive="a")


def test_a_gap_among_zeros_and_ones_does_not_make_them_measurements() -> None:
    got = curate(rows(("CCO", "0"), ("CCN", "1"), ("CCC", "NaN")), value="y")
    assert got.kind == "classification"
    assert got.smiles == ["CCO", "CCN"]


def test_decimal_commas() -> None:
    assert curate(rows(("CCO", "5,123"), ("CCN", "4,5")), value="y").y.tolist() == [5.123, 4.5]


def test_nothing_usable_says_so() -> None:
    with pytest.raises(DataError, match="none of the 1 rows"):
        curate(rows(("C1CC", "1")), value="y")


def test_identifiers_lose_what_software_added_to_them() -> None:
    given = [
        Row(1, "65492.0", "CCO", {"y": "1"}),
        Row(2, "Levetiracetam.mol", "CCN", {"y": "2"}),
        Row(3, "1.50", "CCC", {"y": "3"}),
    ]
    assert curate(given, value="y").ids == ["65492", "Levetiracetam", "1.50"]


def test_plus_and_minus_are_classes():
    found = curate(rows(("CCO", "+"), ("CCN", "-"), ("CCC", "-"), ("CCCC", "positive"), ("CCCCC", "n/a")), value="y")
    assert found.kind == "classification" and sorted(found.y) == [0, 0, 1, 1]
    assert found.set_aside == {"no value": 1}
    assert curate(rows(("CCO", "1.5"), ("CCN", "-"), ("CCC", "2.5")), value="y").set_aside == {"not a number": 1}


def test_rows_are_counted_once():
    found = curate(rows(("CCO", "active"), ("OCC", "inactive"), ("CCN", "active"), ("CCC", "inactive")), value="y")
    assert found.read == len(found.smiles) + sum(found.set_aside.values()) == 4


def test_a_racemate_is_not_one_of_its_enantiomers():
    racemate, pure = "C[C@H](N)c1ccccc1 |&1:1|", "C[C@H](N)c1ccccc1"
    found = curate(rows((racemate, "5"), (pure, "8"), ("CCC", "2"), ("CCCC", "3")), value="y")
    assert len(found.smiles) == 4

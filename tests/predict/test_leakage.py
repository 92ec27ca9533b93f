"""Leaks are named with both rows, at the finest level that shows them."""

import pytest

from pharmakon.predict.leakage import leaks, split_bias


def by_name(findings):
    return {f.name: f for f in findings}


def test_a_test_row_is_named_once_beside_its_nearest_training_row(sample):
    lines = [("CCN.Cl", 5, "train"), ("CCN", 5, "train"), ("NCC", 6, "test"), ("CCN.Br", 6, "test")]
    found = by_name(leaks(sample(lines)))
    assert [case.rows for case in found["leak-exact"].cases] == [(1, 2)]
    assert [case.rows for case in found["leak-parent"].cases] == [(0, 3)]


def test_repeats_inside_a_part_are_no_leak(sample):
    (found,) = leaks(sample([("CCN", 5, "train"), ("NCC", 5, "train"), ("CCO", 6, "test"), ("OCC", 6, "test")]))
    assert (found.name, found.severity) == ("leaks", "passed")


def test_a_leak_between_two_test_parts_is_named_once(sample):
    lines = [("C", 5, "train"), ("CCN", 5, "valid"), ("NCC", 6, "test"), ("CC", 6, "train")]
    assert [case.rows for case in by_name(leaks(sample(lines)))["leak-exact"].cases] == [(1, 2)]


def test_rows_without_a_part_are_left_alone(sample):
    (found,) = leaks(sample([("CCN", 5, "train"), ("NCC", 5, ""), ("C", 6, "test")]))
    assert found.severity == "passed"


def test_without_a_split_there_is_nothing_to_say(sample):
    assert leaks(sample([("C", 5), ("CC", 6)])) == []
    assert split_bias(sample([("C", 5), ("CC", 6)])) == []


def test_a_split_by_series_and_class_is_biased_and_a_shuffled_label_is_not(sample, molecules):
    series = sorted(molecules)
    biased = [(s, "1" if "c" in s else "0", "test" if i % 4 == 0 else "train") for i, s in enumerate(series)]
    (found,) = split_bias(sample(biased, value="y"))
    fair = [(s, str((i * 7919) % 13 % 2), "test" if i % 4 == 0 else "train") for i, s in enumerate(series)]
    (none,) = split_bias(sample(fair, value="y"))
    assert found.severity == "warning" and found.measures["ave"] > 0.3
    assert none.severity == "info" and abs(none.measures["ave"]) < 0.1


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_rows_changes_no_pair_of_rows(sample, order):
    lines = [("CCN", 5, "train"), ("CCN.Cl", 6, "test"), ("C", 5, "train")][::order]
    (case,) = by_name(leaks(sample(lines)))["leak-parent"].cases
    assert {lines[i][0] for i in case.rows} == {"CCN", "CCN.Cl"}

"""Repeats, what reveals them, and whether they agree."""

import pytest

from pharmakon.predict.duplicates import contradictions, duplicates, unreadable


def by_name(findings):
    return {f.name: f for f in findings}


def test_each_duplicate_stands_at_the_level_that_reveals_it(sample):
    lines = ["CCO", "OCC", "CCN", "CCN.Cl", "C[C@H](N)O", "C[C@@H](N)O", "Oc1ccccn1", "O=c1cccc[nH]1", "CCCCC"]
    found = by_name(duplicates(sample([(s, 5) for s in lines])))
    assert {name: [case.rows for case in f.cases] for name, f in found.items()} == {
        "duplicate-exact": [(0, 1)],
        "duplicate-parent": [(2, 3)],
        "duplicate-stereo": [(4, 5)],
        "duplicate-tautomer": [(6, 7)],
    }


def test_different_molecules_pass(sample):
    (found,) = duplicates(sample([("CCO", 5), ("CCN", 5)]))
    assert found.severity == "passed"


@pytest.mark.parametrize(("second", "contradicts"), [("5.9", False), ("6.1", True)])
def test_a_spread_beyond_the_stated_one_contradicts(sample, second, contradicts):
    found = by_name(contradictions(sample([("CCO", "5.0"), ("OCC", second), ("CC", 7)]), spread=1.0))
    assert ("contradiction-exact" in found) == contradicts


def test_plain_numbers_contradict_by_standard_deviations(sample):
    lines = [("C" * i, 10 * i) for i in range(1, 9)] + [("CCO", 20), ("OCC", 70)]
    found = by_name(contradictions(sample(lines, value="percent"), spread=2.0))
    assert found["contradiction-exact"].cases[0].size == pytest.approx(50 / sample(lines, value="percent").scale.step)


def test_a_salt_with_the_other_label_contradicts(sample):
    found = by_name(contradictions(sample([("CCN", 1), ("CCN.Cl", 0), ("C", 0), ("CC", 1)], value="y"), spread=1.0))
    assert found["contradiction-parent"].severity == "error"
    assert "both labels" in found["contradiction-parent"].sentence


def test_stereoisomers_that_differ_are_no_error(sample):
    found = by_name(contradictions(sample([("C[C@H](N)O", 5), ("C[C@@H](N)O", 8)]), spread=1.0))
    assert found["contradiction-stereo"].severity == "info"


def test_many_unreadable_rows_are_an_error_and_a_few_a_warning(sample):
    good = [("C" * i, 5) for i in range(1, 20)]
    assert by_name(unreadable(sample([*good, ("C1CC", 5)])))["unreadable"].severity == "warning"
    assert by_name(unreadable(sample([*good, *[("C1CC", 5)] * 3])))["unreadable"].severity == "error"


def test_a_missing_value_is_no_fault(sample):
    found = by_name(unreadable(sample([("C", 5), ("CC", ""), ("CCC", "<3")])))
    assert {name: f.severity for name, f in found.items()} == {
        "unreadable": "passed",
        "missing": "info",
        "censored": "info",
    }

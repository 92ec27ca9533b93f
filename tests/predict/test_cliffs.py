"""Near twins far apart."""

import pytest

from pharmakon.predict.cliffs import cliffs

LONG = "O=C(NCCCCCCCCCCCCCCC{})c1ccccc1"
TWINS = (LONG.format("C"), LONG.format("CC"))


@pytest.mark.parametrize(("second", "cliff"), [(6.0, False), (6.1, True), (3.9, True)])
def test_a_cliff_is_more_than_a_power_of_ten(sample, second, cliff):
    (found,) = cliffs(sample([(TWINS[0], 5.0), (TWINS[1], second), ("CCO", 9)]))
    assert [case.rows for case in found.cases] == ([(0, 1)] if cliff else [])
    assert found.severity == ("info" if cliff else "passed")


def test_molecules_that_are_not_alike_make_none(sample):
    (found,) = cliffs(sample([("c1ccccc1O", 2), ("CCCCCC", 9)]))
    assert found.severity == "passed"


def test_repeats_are_merged_before_they_are_compared(sample):
    (found,) = cliffs(sample([(TWINS[0], 5.0), (TWINS[0], 6.8), (TWINS[1], 6.0)]))
    assert found.cases == ()


def test_concentrations_count_in_powers_of_ten(sample):
    (found,) = cliffs(sample([(TWINS[0], 3), (TWINS[1], 45), ("CCO", 20_000)], value="IC50"))
    assert "15-fold" in found.cases[0].note


def test_plain_numbers_count_in_standard_deviations(sample):
    others = [("C" * i, 50 + i) for i in range(1, 30)]
    (found,) = cliffs(sample([(TWINS[0], 10), (TWINS[1], 90), *others], value="percent"))
    assert [case.rows for case in found.cases] == [(0, 1)]


def test_twins_of_two_classes(sample):
    (found,) = cliffs(sample([(TWINS[0], 0), (TWINS[1], 1), ("CCO", 1)], value="y"))
    assert "different classes" in found.sentence

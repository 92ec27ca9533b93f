"""Numbers as a person reads them."""

import math

import pytest

from pharmakon.core.units import clip, rounded, show, show_interval, show_number, tiny


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (8.2345, "pIC50", "8.23 pIC50"),
        (0.000123, "mol/L", "0.000123 mol/L"),
        (0.0, "h", "0.00 h"),
        (-4.0, "", "-4.00"),
        (12345.678, "count", "12346"),
        (1.5e7, "h", "1.50e+07 h"),
        (3e-9, "mol/L", "3.00e-09 mol/L"),
        (math.nan, "h", "-"),
        (math.inf, "h", "-"),
    ],
)
def test_three_figures_and_the_unit(value, unit, text):
    assert show(value, unit) == text


def test_an_interval():
    assert show_interval(7.123, 8.456) == "7.12 to 8.46"
    assert show_interval(7.0, math.nan) == "-"


@pytest.mark.parametrize(("value", "kept"), [(-1, 0), (0.5, 0.5), (2, 1)])
def test_a_value_stays_in_its_range(value, kept):
    assert clip(value, 0, 1) == kept
    assert clip(value, None, None) == value


@pytest.mark.parametrize(("value", "wanted"), [(0.5813352, 0.5813), (12345.6, 12350.0), (-0.0000123456, -0.00001235)])
def test_a_score_of_a_card_has_four_figures(value, wanted):
    assert rounded(value) == wanted


def test_what_is_not_a_number_stays_so():
    assert math.isnan(rounded(math.nan))


def test_an_errors_size() -> None:
    assert [tiny(0.0), tiny(1.2e-16)] == ["0", "1e-16"]


def test_a_count_is_whole_and_a_measured_number_has_three_figures():
    assert [show_number(x) for x in (0, 92, 12345, -3)] == ["0", "92", "12,345", "-3"]
    assert [show_number(x) for x in (92.0, 0.0356, float("nan"))] == ["92.0", "0.0356", "-"]

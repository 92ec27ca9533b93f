import re

import pytest

from pharmakon.record.plot import Curve, Mark, Plot, Risk, legend, plot, said


def drawn(*curves, **options):
    return plot(Plot(curves, ("time", "survival"), "About it.", **options))


def test_nothing_to_draw_is_nothing():
    assert drawn() == ""
    assert drawn(Curve([(float("nan"), 1)])) == ""


def test_it_is_one_image_with_words_for_who_cannot_see_it():
    svg = drawn(Curve([(0, 0), (1, 1)]))
    assert svg.startswith("<svg")
    assert 'role="img"' in svg
    assert 'aria-label="About it."' in svg
    assert "survival" in svg


@pytest.mark.parametrize("shape", ["line", "steps", "dots", "discs"])
def test_every_shape_keeps_inside_the_axes(shape):
    svg = drawn(Curve([(0, 0), (5, 99), (10, 0.5)], shape=shape), x_ends=(0, 10), y_ends=(0, 1))
    numbers = [float(n) for n in re.findall(r"(?:[MLHV,]|c[xy]=\")(-?\d+\.\d)", svg)]
    assert min(numbers) >= 0
    assert max(numbers) <= 640


def test_steps_go_across_then_down():
    assert re.search(r'd="M[\d.]+,[\d.]+H[\d.]+V[\d.]+"', drawn(Curve([(0, 1), (1, 0.5)], shape="steps")))


def test_a_band_lies_about_its_curve():
    svg = drawn(Curve([(0, 1), (1, 0.5)], shape="steps", low=[0.9, 0.3], high=[1, 0.7]))
    assert 'class="band main"' in svg


def test_numbers_at_risk_stand_in_their_rows():
    svg = drawn(Curve([(0, 1), (10, 0.5)]), at_risk=[Risk("high risk", [0, 5], [1200, 6])])
    assert "at risk" in svg
    assert "1,200" in svg
    assert svg.index("high risk") < svg.index("1,200")


def test_words_that_would_lie_on_each_other_are_left_out():
    svg = drawn(Curve([(0, 0), (1, 1)]), marks=[Mark(0.5, 0.5, "first"), Mark(0.5, 0.5, "second"), Mark(0, 0.9, "far")])
    assert "first" in svg
    assert "second" not in svg
    assert "far" in svg


def test_what_a_user_named_cannot_become_markup():
    svg = drawn(Curve([(0, 0), (1, 1)]), marks=[Mark(0, 0, "<script>")])
    assert "<script>" not in svg


def test_the_legend_names_what_has_a_name():
    assert legend(Plot([Curve([(0, 0)], "a"), Curve([(0, 0)])], ("", ""), "")) == [("main", "a")]
    assert said([(0, 1), (2, 0.5)]) == "from 1.00 at 0.00 to 0.500 at 2.00"

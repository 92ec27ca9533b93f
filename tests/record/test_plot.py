import re
from itertools import pairwise

import pytest

from pharmakon.record.plot import HEIGHT, WIDTH, Curve, Mark, Plot, Risk, legend, plot, said


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


@pytest.mark.parametrize("shape", ["line", "steps", "dots", "discs", "ticks"])
def test_every_shape_keeps_inside_the_axes(shape):
    svg = drawn(Curve([(0, 0), (5, 99), (10, 0.5)], shape=shape), x_ends=(0, 10), y_ends=(0, 1))
    numbers = [float(n) for n in re.findall(r"(?:[MLHV,]|c[xy]=\")(-?\d+\.\d)", svg)]
    assert min(numbers) >= 0
    assert max(numbers) <= WIDTH


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


def test_a_line_is_cut_where_it_leaves_the_axes():
    svg = drawn(Curve([(0, 0), (1, 2), (2, 0)]), x_ends=(0, 2), y_ends=(0, 1))
    path = re.search(r'class="curve main" d="([^"]+)"', svg)
    assert path is not None
    points = [tuple(map(float, p.split(","))) for p in re.findall(r"[\d.]+,[\d.]+", path[1])]
    assert path[1].count("M") == 2
    assert len({x for x, _ in points}) == 4
    assert drawn(Curve([(0, 5), (1, 6)]), x_ends=(0, 2), y_ends=(0, 1)).count('class="curve') == 0


def test_words_are_moved_apart_and_left_out_where_there_is_no_room():
    words = [Mark(0.5, 0.5, name) for name in ("first", "second", "third", "fourth", "fifth")]
    svg = drawn(Curve([(0, 0), (1, 1)]), marks=[*words, Mark(0, 0.9, "far")])
    placed = re.findall(r'<text class="mark" text-anchor="(\w+)" x="([\d.]+)" y="([\d.]+)">(\w+)', svg)
    assert [word for *_, word in placed] == ["first", "second", "third", "fourth", "far"]
    assert len({place[:3] for place in placed}) == 5


def test_words_at_the_ends_of_curves_do_not_lie_on_each_other():
    names = [f"G{i}" for i in range(12)]
    svg = drawn(Curve([(0, 0), (1, 1)]), ends=[Mark(1, 0.01, name) for name in names])
    heights = sorted(float(y) for y in re.findall(r'<text class="mark" x="[\d.]+" y="([\d.]+)"', svg))
    assert len(heights) == 12
    assert min(b - a for a, b in pairwise(heights)) >= 12.9
    assert heights[-1] <= HEIGHT


def test_a_long_name_is_cut():
    svg = drawn(Curve([(0, 0), (1, 1)]), ends=[Mark(1, 1, "a name that is far too long")])
    assert "a name that is …" in svg


def test_square_axes_are_equally_long():
    frame = re.search(
        r'class="frame" d="M([\d.]+),([\d.]+)V([\d.]+)H([\d.]+)"', drawn(Curve([(0, 0), (1, 1)]), square=True)
    )
    assert frame is not None
    left, top, foot, right = map(float, frame.groups())
    assert abs((right - left) - (foot - top)) < 1


def test_what_a_user_named_cannot_become_markup():
    svg = drawn(Curve([(0, 0), (1, 1)]), marks=[Mark(0, 0, "<script>")])
    assert "<script>" not in svg


def test_the_legend_names_what_has_a_name():
    [(line, name), (disc, _)] = legend(Plot([Curve([(0, 0)], "a"), Curve([]), Curve([], "b", "discs")], ("", ""), ""))
    assert name == "a"
    assert "curve main" in line
    assert "circle" in disc
    assert said([(0, 1), (2, 0.5)]) == "from 1.00 at 0.00 to 0.500 at 2.00"


def test_names_stand_in_place_of_numbers():
    drawn = plot(Plot([Curve([(0.1, 1), (0.9, 2)])], ("AUC", "group"), "by group", names=("men & boys", "women")))
    assert "men &amp; boys" in drawn and "women" in drawn and ">1.0<" not in drawn

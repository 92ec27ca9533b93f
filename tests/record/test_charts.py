"""Charts put every number where it belongs."""

import math
import re
from xml.etree import ElementTree as ET

import pytest

from pharmakon.record.charts import Axis, TrajectoryPoint, common_scale, interval_bar, trajectory


def attributes(text, css):
    return next(e.attrib for e in ET.fromstring(text).iter() if e.get("class") == css)  # noqa: S314


def test_an_axis_keeps_inside_its_ends():
    axis = Axis(0, 10, 100, 0)
    assert [axis(v) for v in (0, 5, 10, -3, 99)] == [100, 50, 0, 100, 0]
    assert Axis(1, 1, 0, 10)(1) == 5


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 2000, [0, 500, 1000, 1500, 2000]),
        (-0.05, 1.03, [0, 0.5, 1.0]),
        (7.2, 8.9, [7.5, 8.0, 8.5]),
        (0.001, 0.0044, [0.001, 0.002, 0.003, 0.004]),
    ],
)
def test_ticks_are_round(low, high, ticks):
    assert Axis(low, high, 0, 1).ticks(4) == pytest.approx(ticks)


def test_the_best_so_far_is_a_staircase_and_every_call_a_dot():
    points = [TrajectoryPoint(10, 0.2, 0.1), TrajectoryPoint(20, 0.6, 0.3), TrajectoryPoint(30, 0.6, math.nan)]
    text = trajectory(points, scores=[(1, 0.0), (2, 0.2), (3, math.nan)])
    best = attributes(text, "best")["d"]
    assert re.fullmatch(r"M[\d.]+,[\d.]+(H[\d.]+V[\d.]+){2}", best)
    heights = [float(n) for n in re.findall(r"(?:,|V)([\d.]+)", best)]
    assert heights[0] > heights[1] == heights[2]  # up the page is better
    assert attributes(text, "dots")["d"].count("M") == 2
    assert attributes(text, "mean")["d"].count("L") == 1
    said = ET.fromstring(text).get("aria-label")  # noqa: S314
    assert said == "Best score so far: 0.200 at first, 0.600 after 30 scorer calls."


def test_the_ground_below_zero_says_that_a_constraint_is_broken():
    text = trajectory([TrajectoryPoint(10, -0.5, -0.5), TrajectoryPoint(20, 0.5, 0.0)])
    ground = attributes(text, "barred")
    assert "below 0: breaks a constraint" in text
    middle = (float(ground["y"]) - 14) / (250 - 14)
    assert middle == pytest.approx(0.5, abs=0.01)
    assert "barred" not in trajectory([TrajectoryPoint(10, 0.5, 0.5), TrajectoryPoint(20, 0.9, 0.7)])


def test_a_search_without_batches_has_no_chart():
    assert trajectory([]) == ""
    assert "<svg" in trajectory([TrajectoryPoint(5, math.nan, math.nan)])


def test_an_interval_bar_shows_interval_value_threshold_and_the_good_side():
    text = interval_bar(6, 7, 8, scale=(5, 9), threshold=7.5, better="high")
    span, point, wanted = (attributes(text, css) for css in ("span", "point", "wanted"))
    assert (float(span["x"]), float(span["width"])) == pytest.approx((52, 96))
    assert float(point["cx"]) == pytest.approx(100)
    assert (float(wanted["x"]), float(wanted["width"])) == pytest.approx((124, 72))
    assert attributes(text, "threshold")["d"].startswith("M124.0,")
    assert "90 % interval 6.00 to 8.00; threshold 7.50" in text
    low = attributes(interval_bar(6, 7, 8, scale=(5, 9), threshold=7.5, better="low"), "wanted")
    assert (float(low["x"]), float(low["width"])) == pytest.approx((4, 120))
    assert "wanted" not in interval_bar(6, 7, 8, scale=(5, 9), threshold=7.5)
    assert "threshold" not in interval_bar(6, 7, 8, scale=(5, 9))
    assert "interval 6.00 to 8.00" in interval_bar(6, 7, 8, scale=(5, 9), called="interval")
    assert "90 %" not in interval_bar(6, 7, 8, scale=(5, 9), called="interval")
    assert interval_bar(6, math.nan, 8, scale=(5, 9)) == ""


def test_one_scale_holds_all_intervals_and_stays_in_the_physical_range():
    low, high = common_scale([0.1, 0.9, math.nan], threshold=0.5, low=0.0, high=1.0)
    assert 0 <= low <= 0.1
    assert 0.9 <= high <= 1
    assert common_scale([0.0, 1.0], low=0.0, high=1.0) == (0.0, 1.0)
    start, end = common_scale([3.0])
    assert start < 3 < end
    assert common_scale([]) == (0.0, 1.0)
    start, end = common_scale([0.0, 0.0], low=0.0, high=0.0)
    assert start < end

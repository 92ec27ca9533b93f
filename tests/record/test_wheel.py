"""The wheel of percentiles."""

from __future__ import annotations

import math
import re
from xml.etree import ElementTree as ET

from pharmakon.record.wheel import HUB, RIM, SIZE, Spoke, wheel

SVG = "{http://www.w3.org/2000/svg}"


def reach(polygon):
    points = [tuple(map(float, pair.split(","))) for pair in polygon.get("points").split()]
    return max(math.hypot(x - SIZE / 2, y - SIZE / 2) for x, y in points)


def test_a_spoke_reaches_as_far_as_its_percentile():
    spokes = [Spoke("a", "one", 0.0), Spoke("b", "one", 50.0, "good"), Spoke("c & <d>", "two", 100.0, "poor")]
    drawn = ET.fromstring(wheel(spokes, label="x"))  # noqa: S314 - made a line above
    zero, half, whole = drawn.findall(f"{SVG}polygon")
    assert reach(zero) < HUB + 3
    assert abs(reach(half) - (HUB + RIM) / 2) < 0.2 and abs(reach(whole) - RIM) < 0.2
    assert [one.get("class") for one in (zero, half, whole)] == ["none", "good", "poor"]
    assert whole.find(f"{SVG}title").text == "c & <d>: 100"


def test_what_has_no_percentile_has_no_spoke_and_letters_stay_inside():
    title = "Human microsomal clearance of something"
    spokes = [Spoke(title, "one", 10.0 * i) for i in range(10)] + [Spoke("unknown", "two", math.nan)]
    text = wheel(spokes, label="x")
    assert "unknown" not in text and text.count("<polygon") == 10 and "…" in text
    assert all(0 <= float(value) <= SIZE for value in re.findall(r'<text x="([\d.]+)"', text))

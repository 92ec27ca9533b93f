import math
import re
from xml.etree import ElementTree as ET

from pharmakon.record.front import scatter, volume_line

POINTS = [(1.0, 50.0), (2.0, 40.0), (3.0, 10.0), (1.5, 20.0)]


def test_every_molecule_is_a_dot_and_those_of_the_front_are_discs_in_their_place():
    svg = scatter(POINTS, POINTS[:3], titles=("logP & more", "TPSA"))
    root = ET.fromstring(svg)  # noqa: S314 - our own text
    discs = [e for e in root.iter() if e.get("class") == "front"]
    places = [(float(e.get("cx")), float(e.get("cy"))) for e in discs]
    assert [x for x, _ in places] == sorted(x for x, _ in places)  # logP rises to the right
    assert [y for _, y in places] == sorted(y for _, y in places)  # TPSA falls downwards
    dots = next(e for e in root.iter() if e.get("class") == "dots").get("d")
    assert dots.count("h0") == 4
    assert "3 molecules of the front among 4" in root.get("aria-label")
    assert "logP &amp; more" in svg


def test_what_has_no_value_is_left_out():
    svg = scatter([*POINTS, (math.nan, 1.0)], [POINTS[0], (math.nan, 1.0)], titles=("a", "b"))
    assert "nan" not in svg
    assert svg.count("<circle") == 1
    assert scatter(POINTS, [], titles=("a", "b")) == ""


def test_the_volume_is_a_line_of_steps_that_rises():
    svg = volume_line([(20, 0.1), (40, 0.1), (60, 0.4)])
    path = re.search(r'class="best" d="([^"]+)"', svg)[1]
    heights = [float(y) for y in re.findall(r"V([\d.]+)", path)]
    assert heights[0] > heights[-1]  # up the page
    assert "0.400 after 60 scorer calls" in svg
    assert volume_line([]) == ""

import re
from xml.etree import ElementTree as ET

from pharmakon.web.design_drawing import curve, scatter


def test_a_curve_says_in_words_where_full_marks_are():
    drawn = curve([(0, 0.0), (5, 1.0), (10, 1.0)], title="pIC50 <of> ours", unit="pIC50", role="goal")
    root = ET.fromstring(drawn)  # noqa: S314 - our own
    assert root.get("aria-label") == "Desirability of pIC50 <of> ours: full marks from 5.00 to 10.0 pIC50"
    assert "style" not in drawn
    assert curve([(0, 1.0)], title="", unit="", role="goal") == ""


def test_each_dot_leads_to_its_design_and_the_front_is_marked():
    drawn = scatter([("D001", 1.0, 2.0, True), ("D002", 3.0, 1.0, False)], titles=("a", "b & c"))
    ET.fromstring(drawn)  # noqa: S314 - our own
    assert re.findall(r'href="#(D\d+)"', drawn) == ["D002", "D001"]  # the front is drawn over the others
    assert drawn.count('class="front"') == 1 and "D001, on the front: a 1.00, b &amp; c 2.00" in drawn


def test_equal_values_still_have_an_axis():
    assert "nan" not in scatter([("D001", 1.0, 0.0, True)], titles=("a", "b"))
    assert scatter([], titles=("a", "b")) == ""

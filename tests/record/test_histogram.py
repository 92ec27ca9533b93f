"""Bars where the values are."""

import re
from xml.etree import ElementTree as ET

import pytest

from pharmakon.record.histogram import BINS, Series, counts, histogram


def test_every_value_is_in_one_bin():
    assert counts([0, 1, 2, 3, 4], 0, 4, 4) == [1, 1, 1, 2]
    assert sum(counts([0.1 * i for i in range(50)], 0, 4.9)) == 50


def test_each_part_has_its_row_of_bars_on_one_axis():
    svg = histogram([Series("train", [1, 2, 3]), Series("test", [3])], axis="pIC50")
    bars = [e.attrib["d"] for e in ET.fromstring(svg).iter() if e.get("class") == "bars"]  # noqa: S314
    assert [bar.count("z") for bar in bars] == [3, 1]
    starts = [[float(x) for x in re.findall(r"M([\d.]+),", bar)] for bar in bars]
    assert starts[1][0] == starts[0][-1]
    assert "train, 3" in svg and "test, 1" in svg and "pIC50" in svg


@pytest.mark.parametrize("values", [[5.0], [5.0, 5.0], [float("nan"), 5.0]])
def test_one_value_is_one_bar(values):
    assert histogram([Series("", values)]).count("z") == 1


def test_nothing_gives_nothing():
    assert histogram([]) == histogram([Series("train", [float("nan")])]) == ""


def test_names_are_escaped():
    assert "<b>" not in histogram([Series("<b>", [1, 2])], axis="<i>")
    assert BINS > 10

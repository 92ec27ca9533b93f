"""The chart of a discovery: each model's interval on one scale."""

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

from pharmakon.web.study_drawing import NAME, ROW, WIDE, forest
from pharmakon.workflows.study_read import Score

CLINIC = Score("Clinical <only>", "0.600", "0.500 to 0.700", "", main=False, span=(0.5, 0.6, 0.7))
FUSED = Score("Fused", "0.800", "0.700 to 0.900", "+0.200", main=True, span=(0.7, 0.8, 0.9))


def test_intervals_share_one_scale_and_the_words_say_the_same():
    drawn = forest([CLINIC, FUSED], "AUC")
    root = ET.fromstring(drawn)  # noqa: S314 - our own
    said = "AUC on patients not seen: Clinical <only> 0.600 (0.500 to 0.700); Fused 0.800 (0.700 to 0.900)"
    assert root.get("aria-label") == said and "style" not in drawn
    (a, b), (c, d) = ([float(end) for end in span] for span in re.findall(r'd="M([\d.]+),[\d.]+H([\d.]+)"', drawn))
    assert NAME < a < b == c < d < WIDE  # where one ends the other begins
    assert re.findall(r'class="point (\w+)"', drawn) == ["other", "main"]


def test_a_model_without_an_interval_keeps_its_row():
    drawn = forest([replace(CLINIC, span=None), FUSED], "AUC")
    assert drawn.count('class="name') == 2 and drawn.count("<circle") == 1
    assert f'cy="{ROW * 1.5 + 4}"' in drawn
    assert forest([replace(CLINIC, span=None)], "AUC") == forest([], "AUC") == ""


def test_an_interval_of_no_width_has_a_scale_around_it():
    ET.fromstring(drawn := forest([replace(FUSED, span=(0.8, 0.8, 0.8))], "AUC"))  # noqa: S314 - our own
    assert f'cx="{(NAME + WIDE - 20) / 2:.1f}"' in drawn and drawn.count('class="tick"') > 2

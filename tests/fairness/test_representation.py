import numpy as np
import pytest

from pharmakon.fairness.groups import Groups, banded
from pharmakon.fairness.reference import read_population
from pharmakon.fairness.representation import matched, represented


def test_who_is_missing_is_said():
    us = read_population("us-2020")
    sex = matched(Groups.of("gender", ["M"] * 800 + ["F"] * 200 + [""] * 5), us, "sex")
    found = represented(sex, us, role="sex")
    female, male = found.levels
    assert (female.level, female.n, female.verdict) == ("female", 200, "under-represented")
    assert female.ratio.value == pytest.approx(0.2 / (168763470 / 331449281))
    assert female.ratio.low < female.ratio.value < female.ratio.high
    assert male.verdict == "over-represented"
    assert found.distance == pytest.approx(168763470 / 331449281 - 0.2)
    assert found.unknown == 5 and found.p < 1e-10 and "Census" in found.population


def test_a_faithful_sample_is_adequate():
    us = read_population("us-2020")
    found = represented(Groups.of("sex", ["female"] * 509 + ["male"] * 491), us, role="sex")
    assert {level.verdict for level in found.levels} == {"adequate"}
    assert found.p > 0.5


def test_nobody_of_a_level_is_a_finding_and_no_gap_in_the_table():
    us = read_population("us-2020")
    found = represented(Groups.of("ethnicity", ["not Hispanic"] * 100), us, role="ethnicity")
    assert {level.level: level.n for level in found.levels}["Hispanic"] == 0
    assert found.levels[0].verdict == "under-represented"


def test_adults_are_compared_with_adults():
    us = read_population("us-2020")
    ages = np.repeat([30.0, 70.0], [784, 216])
    found = represented(banded("age", ages, us.starts), us, role="age")
    assert [level.level for level in found.levels] == ["18-64", "65+"]
    assert found.levels[0].ratio.value == pytest.approx(1, abs=0.01)
    assert "from 18 years" in " ".join(found.notes)
    with_a_child = represented(banded("age", np.append(ages, 5.0), us.starts), us, role="age")
    assert with_a_child.levels[0].level == "0-17" and with_a_child.levels[0].verdict == "under-represented"


def test_what_the_reference_does_not_have():
    eu = read_population("eu-2023")
    found = represented(Groups.of("race", ["a", "b"]), eu, role="race")
    assert not found.population and np.isnan(found.distance) and "no figures by race" in found.notes[0]
    others = represented(Groups.of("sex", ["female", "male", "other"]), eu, role="sex")
    assert "not compared: other" in " ".join(others.notes)
    assert others.levels[0].share == pytest.approx(0.5)

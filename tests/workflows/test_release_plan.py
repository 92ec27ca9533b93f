"""What a statistic costs and how far off it will be, before anything is read."""

import pytest

from pharmakon.workflows.release_plan import expect
from pharmakon.workflows.release_request import Statistic

pytest.importorskip("opendp")


def test_each_kind_says_of_what_its_error_is():
    count = expect(Statistic(name="n", kind="count", epsilon=0.1), 500)
    assert (count.error, count.meaning, count.price.epsilon) == (30.0, "people", 0.1)
    cells = expect(Statistic(name="h", kind="histogram", column="a", categories=("x", "y"), epsilon=0.1), 500)
    assert cells.error > count.error
    assert "worst of 2 cells" in cells.meaning
    mean = expect(Statistic(name="m", kind="mean", column="a", low=0, high=10, epsilon=0.5), 500)
    assert 0 < mean.error < 1
    assert "500 people" in mean.meaning
    curve = Statistic(name="c", kind="survival", times=(1.0, 2.0), by="arm", groups=("a", "b"), epsilon=0.5)
    assert "a group of 250" in expect(curve, 500).meaning


def test_a_mean_needs_more_people_and_a_count_does_not_care():
    mean = Statistic(name="m", kind="mean", column="a", low=-5, high=5, epsilon=0.5)
    assert expect(mean, 5000).error < expect(mean, 500).error / 5
    count = Statistic(name="n", kind="count", epsilon=0.1)
    assert expect(count, 5000).error == expect(count, 500).error

"""The plan of a large screen: sums that can be done by hand."""

from __future__ import annotations

import pytest

from pharmakon.workflows.screen_scale import CORE_HOUR, GIGABYTE_MONTH, Measured, most_cores, plan, step

FOUND = Measured(rate=1_000.0, row=50.0, part=100_000.0, taken=50.0, merged=500.0)


def test_a_billion_on_a_thousand_cores():
    one = step(FOUND, molecules=1e9, cores=1_000)
    assert one.core_hours == pytest.approx(1e6 / 3600)
    assert one.working == pytest.approx(1_000 / 3600)
    assert one.writing == pytest.approx(1_000 / 3600)  # 50,000 shards, 50 a second
    assert one.merging == pytest.approx(100 / 3600)
    assert one.reading == pytest.approx(500 / 3600)
    assert one.whole == pytest.approx(1_600 / 3600)
    assert (one.library, one.output) == (50.0, 5.0)
    assert one.dollars == pytest.approx(1e6 / 3600 * CORE_HOUR + 55 * GIGABYTE_MONTH)


def test_the_limit_moves_from_the_cores_to_the_first_process():
    assert most_cores(FOUND) == 1_000
    steps = plan(FOUND, molecules=[1e10], cores=[100, 10_000])
    assert [one.limit for one in steps] == ["shards", "first process"]
    assert steps[1].whole > steps[0].whole / 100


def test_the_rate_is_that_of_many_cores():
    scores = {
        "fast": {"molecules/s": 900.0},
        "cores": {"efficiency": 0.95},
        "machines": {"efficiency": 0.9},
        "first process": {"bytes a row": 50, "bytes a shard": 1e5, "shards/s": 50, "merged/s": 500},
    }
    record = {
        "tasks": {
            task: {"scores": {name: {"value": value} for name, value in found.items()}}
            for task, found in scores.items()
        }
    }
    assert Measured.of(record, "fast").rate == pytest.approx(810.0)

"""What a check gives: its limits that were passed."""

from pathlib import Path

from pharmakon.learn.drift import Limit
from pharmakon.learn.interval import Interval
from pharmakon.workflows.monitor_checks import Check
from pharmakon.workflows.monitor_result import MonitorResult


def test_passed_are_the_limits_that_the_whole_interval_lies_beyond():
    limit = Limit("most", 1.5)
    checks = [
        Check(name, name, Interval(value, value - 0.2, value + 0.2), limit, 1.0, 50, "")
        for name, value in (("held", 1.0), ("unsure", 1.6), ("passed", 2.0))
    ]
    assert [check.name for check in MonitorResult(Path("x"), 1, "m", checks).passed] == ["passed"]

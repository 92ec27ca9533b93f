"""A signature on patients that came after those who made it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pharmakon.core.errors import DataError
from pharmakon.workflows import discover, monitor
from pharmakon.workflows.monitor import MonitorConfig

COHORTS = Path(__file__).parents[2] / "examples" / "cohort"


@pytest.fixture(scope="module")
def signature(tmp_path_factory):
    folder = tmp_path_factory.mktemp("found")
    discover.run(
        discover.DiscoverConfig(
            cohort=COHORTS / "trial.toml", output=folder / "run", permutations=1, without=("trees", "stability")
        )
    )
    return folder / "run"


def test_new_patients_are_counted_told_apart_and_expected(signature, tmp_path):
    config = MonitorConfig(model=str(signature), data=COHORTS / "clinic.toml", output=tmp_path / "watch")
    result = monitor.run(config)
    by_name = {check.name: check for check in result.checks}
    assert list(by_name) == ["domain", "discrimination", "calibration"]
    assert by_name["domain"].found.value == 1
    assert 0.5 < by_name["discrimination"].found.value < 1 and by_name["discrimination"].reference > 0.5
    assert "patients looked at" in (tmp_path / "watch" / "report.html").read_text()


def test_its_own_patients_are_refused(signature, tmp_path):
    config = MonitorConfig(model=str(signature), data=COHORTS / "trial.toml", output=tmp_path / "watch")
    with pytest.raises(DataError, match="made the model"):
        monitor.run(config)

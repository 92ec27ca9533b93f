import pytest

from pharmakon.workflows.benchmark import BenchmarkConfig
from pharmakon.workflows.benchmark_cohort_speed import COHORT_SPEED


@pytest.mark.parametrize("task", ["binary, single", "survival, single"])
def test_single_markers_are_timed_beside_a_loop(task, tmp_path):
    config = BenchmarkConfig(name="cohort-speed", limit=300)
    found = COHORT_SPEED.run(task, tmp_path, config, lambda *_: {}, lambda text: None)["scores"]
    assert found["seconds"]["value"] >= 0
    assert ("times faster than a loop" in found) == task.startswith("binary")
    assert COHORT_SPEED.summary({}) == {"tasks": 0}

"""The report's cost curve and the rows that are printed."""

import math

import pytest

from pharmakon.workflows.benchmark_release import example
from pharmakon.workflows.release import ReleaseConfig, run
from pharmakon.workflows.release_output import line_rows, page, plain, plan_rows
from pharmakon.workflows.trust_read import TrustConfig
from pharmakon.workflows.trust_read import run as tell

pytest.importorskip("opendp")


@pytest.fixture
def plan(tmp_path):
    cohort, request = example(tmp_path, epsilon=0.1, budget=1.0)
    config = ReleaseConfig(cohort=cohort, config=request, plan=True)
    return run(config), config


def test_a_plan_in_words(plan):
    result, _ = plan
    assert plan_rows(result) == [("smokers", "count", "epsilon 0.1", "± 30", "people")]
    assert line_rows(result) == []
    assert plain(result)["statistics"][0]["error_95"] == 30.0
    assert plain(result)["left"]["epsilon"] == 1.0


def test_a_count_is_written_whole_wherever_it_is_told(plan, tmp_path):
    _, config = plan
    done = run(config.model_copy(update={"plan": False, "output": tmp_path / "out"}))
    count = done.lines[0].value
    assert isinstance(count, int) and line_rows(done) == [("smokers", "", "", f"{count:,}", "± 30")]
    assert (tmp_path / "out" / "released.csv").read_text().splitlines()[1] == f"smokers,,,{count},30"
    (tmp_path / "made").mkdir()
    (tmp_path / "out").rename(tmp_path / "made" / "release")
    (line,) = tell(TrustConfig(verb="release", output=tmp_path / "made")).lines
    assert tuple(line) == ("smokers", "", f"{count:,}", "30")


def test_what_was_paid_before_is_told(plan, tmp_path):
    _, config = plan
    run(config.model_copy(update={"plan": False, "output": tmp_path / "out"}))
    again = run(config)
    part = next(p for p in page(again, config).parts if p.name == "promise")
    assert part.grids[0].rows[0][1:] == ("epsilon 0.1", "patients.csv, the same data", "smokers")
    (paid,) = plain(again)["before"]
    assert (paid["file"], paid["same"], paid["price"]["epsilon"]) == ("patients.csv", True, 0.1)


def test_the_cost_curve_falls_by_epsilon_and_by_size(plan):
    result, config = plan
    part = next(p for p in page(result, config).parts if p.name == "cost")
    curves = {c.name: dict(c.points) for c in part.pictures[0].plot.curves}
    assert next(iter(curves)) == "50 people"
    for points in curves.values():
        values = [points[x] for x in sorted(points)]
        assert values == sorted(values, reverse=True)
    at = math.log10(0.1)
    assert curves["1,000 people"][at] - curves["10,000 people"][at] == pytest.approx(1.0)

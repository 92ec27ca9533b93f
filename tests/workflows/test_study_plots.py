import numpy as np
import pytest

from pharmakon.biomarkers.outcome import Outcome
from pharmakon.record.plot import plot
from pharmakon.workflows import study_plots

RANDOM = np.random.default_rng(0)
N = 50
BINARY = Outcome("response", "binary", np.repeat([0.0, 1.0], N // 2), positive="R")
RISK = BINARY.value * 0.5 + RANDOM.random(N) * 0.4


def test_a_volcano_names_what_is_found_and_leaves_out_what_has_no_answer():
    p = np.array([1e-8, 0.5, np.nan, 0.0])
    panel = study_plots.volcano(
        ["A", "B", "C", "D"],
        np.array([2.0, 0.1, 1.0, 1.0]),
        p,
        np.array([1e-7, 0.6, np.nan, 0.0]),
        meaning="m",
        level=0.05,
    )
    svg = plot(panel.plot)
    assert ">A<" in svg
    assert ">C<" not in svg
    assert "2 of 3 features" in panel.plot.about


def test_a_roc_begins_and_ends_in_the_corners_and_a_perfect_one_goes_through_the_third():
    curve = study_plots.roc(BINARY, {"net": BINARY.value}).plot.curves[1]
    assert curve.points == [(0, 0), (0, 1), (1, 1)]
    shuffled = study_plots.roc(BINARY, {"net": np.full(N, 0.5)}).plot.curves[1]
    assert shuffled.points == [(0, 0), (1, 1)]


def test_survival_has_a_curve_and_a_row_at_risk_for_each_group():
    outcome = Outcome(
        "os", "survival", RANDOM.exponential(10, N), RANDOM.integers(0, 2, N).astype(float), unit="months"
    )
    groups = {"high": RISK > 0.4, "low": RISK <= 0.4, "none": np.zeros(N, bool)}
    panel = study_plots.survival(outcome, groups, test="Log-rank p 0.5.")
    assert [curve.name for curve in panel.plot.curves if curve.name] == ["high", "low"]
    ended = [curve for curve in panel.plot.curves if curve.shape == "ticks"]
    assert sum(len(curve.points) for curve in ended) == int((outcome.event == 0).sum())
    assert panel.plot.at_risk[0].numbers[0] == int((RISK > 0.4).sum())
    assert "months" in panel.plot.titles[0]
    assert plot(panel.plot)


@pytest.mark.parametrize("last", [0.3, 1.0, 7.0, 12.0, 22.8, 99.0, 9218.0])
def test_times_are_round_and_few(last):
    ticks = study_plots._round_times(last)
    assert ticks[0] == 0
    assert ticks[-1] <= last * (1 + 1e-9)
    assert 3 <= len(ticks) <= 9


def test_the_others_draw():
    grid = np.linspace(0.05, 0.6, 12)
    panels = [
        study_plots.calibration(grid, grid, slope="Slope 1.0."),
        study_plots.net_benefit(grid, {"net": 0.3 - grid / 2}, 0.3 - grid),
        study_plots.scatter(Outcome("days", "continuous", RISK * 10), RISK * 9),
        study_plots.stability(
            np.geomspace(1, 0.1, 5),
            RANDOM.random((8, 5)),
            RANDOM.random((8, 5)) / 2,
            chosen=[1, 3],
            features=[f"G{j}" for j in range(8)],
            threshold=0.6,
        ),
        study_plots.false_discoveries(grid, 1 - grid, 0.3),
    ]
    assert [panel.name for panel in panels] == ["calibration", "benefit", "scatter", "stability", "threshold"]
    assert all(plot(panel.plot).startswith("<svg") for panel in panels)
    assert "G1" in plot(panels[3].plot)


def test_a_threshold_that_is_not_there_is_not_drawn():
    grid = np.linspace(0.3, 0.99, 12)
    assert [curve.shape for curve in study_plots.false_discoveries(grid, grid * 0 + 2, 2.0).plot.curves] == ["line"]

import numpy as np

from pharmakon.biomarkers.judging import Estimate
from pharmakon.workflows.study_report import _small, interval, number


def test_the_page_has_every_part(discovered):
    html = (discovered.folder / "report.html").read_text()
    for text in (
        "Claimed use (BEST): prognostic.",
        "on permuted outcomes the same procedure gives",
        "It adds to the clinical variables",
        "Clinical only",
        "Permuted outcome",
        "Volcano",
        "ROC",
        "Calibration",
        "Net benefit",
        "Stability paths",
        "sex: F",
        "REMARK",
        "TRIPOD+AI",
        "stands out from noise",
        discovered.cohort.hash,
    ):
        assert text in html, text


def test_an_interval_that_is_not_there_is_a_dash():
    assert interval(Estimate(0.5, float("nan"), float("nan"), 3, 1)) == "–"
    assert interval(Estimate(0.5, 0.4, 0.6, 30, 10)) == "0.400 to 0.600"


def test_scores_have_three_decimals_and_a_true_minus():
    assert [number(v) for v in (0.8254, -0.00355, 1.03, 41.22, float("nan"))] == [
        "0.825",
        "−0.004",
        "1.030",
        "41.2",
        "–",
    ]
    assert number(0.25, signed=True) == "+0.250"
    assert number(-0.0001) == number(0.0001, signed=True) == "0.000"


def test_small_p_values_are_powers_of_ten():
    assert [_small(p) for p in (1.84e-6, 0.0312, 0.1, 0.0)] == ["1.8 × 10⁻⁶", "0.031", "0.10", "0.0"]


def test_scores_that_do_not_part_the_patients_are_drawn_as_everybody(monkeypatch):
    from types import SimpleNamespace

    from pharmakon.biomarkers.outcome import Outcome
    from pharmakon.workflows import study_report

    times = np.arange(1.0, 41.0)
    outcome = Outcome("death", "survival", times, np.tile([0.0, 1.0], 20))
    result = SimpleNamespace(cohort=SimpleNamespace(outcome=outcome), nested=None)
    monkeypatch.setattr(study_report, "high_risk", lambda nested, model: np.zeros(40))
    panel = study_report._survival(result, SimpleNamespace(main="fused"))
    assert "do not part the patients" in panel.caption
    monkeypatch.setattr(study_report, "high_risk", lambda nested, model: np.repeat([0.0, 1.0], 20))
    assert "log-rank p" in study_report._survival(result, SimpleNamespace(main="fused")).caption

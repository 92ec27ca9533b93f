from pharmakon.biomarkers.judging import Estimate
from pharmakon.workflows.study_report import interval


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

import pytest

from pharmakon.core.config import build
from pharmakon.workflows.design import DesignConfig
from pharmakon.workflows.discover import DiscoverConfig, run
from pharmakon.workflows.study_design import sentences, symbol, targeted


@pytest.mark.parametrize(("feature", "gene"), [("EGFR", "EGFR"), ("Egfr (1956_s_at)", "EGFR"), ("G1", "G1")])
def test_symbols(feature, gene):
    assert symbol(feature) == gene


def test_without_a_target_it_is_said(discovered):
    assert targeted(discovered, level=0.05) is None
    assert "nothing to design for" in sentences(None)[0]


@pytest.fixture
def renamed(cohort_file):
    path = cohort_file(n=90, p=24)
    table = path.parent / "rna.csv"
    table.write_text(table.read_text().replace("G0,", "EGFR,", 1))
    return path


def test_a_marker_becomes_a_goal_that_can_be_run(renamed, tmp_path):
    import tomllib

    found = run(DiscoverConfig(cohort=renamed, output=tmp_path / "run", without=("signature",)))
    goal = targeted(found, level=0.05)
    assert goal.chosen.gene == "EGFR"
    assert goal.chosen.endpoint == "egfr_pic50"
    config = build(DesignConfig, tomllib.loads(goal.text))
    assert config.goals[0].property == "egfr_pic50"
    assert "EGFR" in sentences(goal)[0]


def test_discovery_then_design(renamed, tmp_path, monkeypatch):
    """One step from a cohort to molecules; the search itself is cut short here."""
    from pharmakon.workflows import study_design

    monkeypatch.setattr(study_design, "GOAL", study_design.GOAL + "calls = 60\ndesigns = 3\n")
    found = run(
        DiscoverConfig(cohort=renamed, output=tmp_path / "run", without=("signature",), then="design", workers=1)
    )
    assert (found.folder / "goal.toml").is_file()
    assert (found.folder / "design" / "report.html").is_file()
    assert "became the goal of a design" in (found.folder / "report.html").read_text()

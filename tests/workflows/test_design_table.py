import csv

import pytest

from pharmakon.design.objective import Constraint, Objective
from pharmakon.workflows.design import DesignConfig, run
from pharmakon.workflows.design_table import DESCRIPTORS, descriptors, value_column


@pytest.fixture(scope="module")
def rows(trained, tmp_path_factory):
    config = DesignConfig.model_validate(
        {"models": [str(trained)], "calls": 20, "designs": 4, "goals": [{"property": "logs", "want": ">= 0"}]}
    )
    folder = run(config, output=tmp_path_factory.mktemp("table") / "run", workers=1).folder
    with (folder / "designs.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_designs_are_ranked_by_score(rows):
    scores = [float(row["score"]) for row in rows]
    assert scores == sorted(scores, reverse=True)
    assert [row["rank"] for row in rows] == ["1", "2", "3", "4"]


def test_every_prediction_has_its_interval_domain_and_nearest(rows):
    for row in rows:
        assert float(row["logs_low"]) <= float(row["logs"]) <= float(row["logs_high"])
        assert row["logs_in_domain"] in {"yes", "no"}
        assert row["logs_nearest_id"].startswith("M")
        assert 0 <= float(row["qed_percentile"]) <= 100


def test_novelty_is_the_distance_to_what_was_measured(rows):
    for row in rows:
        assert float(row["novelty"]) == pytest.approx(1 - float(row["logs_nearest_similarity"]), abs=1.1e-3)


def test_the_nearest_active_is_active(rows):
    for row in rows:
        assert float(row["nearest_active_value"]) >= -1.0
        assert float(row["nearest_active_similarity"]) <= float(row["logs_nearest_similarity"]) + 1e-3


def test_a_wish_that_is_met_is_missed_by_nothing(rows):
    for row in rows:
        assert float(row["missed:logs"]) == pytest.approx(max(0.0, -float(row["logs"])), rel=1e-3, abs=1e-3)


def test_what_a_wish_is_about_has_a_column():
    terms = [
        {"property": "mw", "want": "<= 500"},
        {"property": "hbd", "want": "<= 5"},
        {"property": "alerts", "want": "= 0"},
        {"avoid": "[N+](=O)[O-]"},
    ]
    objective = Objective(constraints=[Constraint.model_validate(term) for term in terms])
    columns = [value_column(judge) for judge in objective.judges]
    assert columns == ["mw", "hbd", "value:alerts", "value:avoid [N+](=O)[O-]"]
    assert descriptors(objective) == (*DESCRIPTORS, "hbd")


def test_the_table_names_the_nearest_known_molecule(tmp_path):
    known = tmp_path / "ours.csv"
    known.write_text("id,smiles\nOURS-1,Cc1ccccc1C(=O)NC1CCNCC1\nOURS-2,CCOC(=O)C\n")
    wishes = {
        "calls": 20,
        "designs": 3,
        "start": ["Cc1ccccc1C(=O)NC1CCNCC1"],
        "known": str(known),
        "goals": [{"property": "qed", "want": ">= 0.9"}, {"property": "novelty", "want": ">= 0.5"}],
        "constraints": [{"property": "novelty", "want": ">= 0.2"}],
    }
    folder = run(DesignConfig.model_validate(wishes), output=tmp_path / "run", workers=1).folder
    with (folder / "designs.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 3
    for row in rows:
        assert row["nearest_known"] in {"OURS-1", "OURS-2"}
        assert float(row["novelty"]) == pytest.approx(1 - float(row["nearest_known_similarity"]), abs=1.1e-3)
        assert float(row["novelty"]) >= 0.2
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "nearest known molecule" in page
    assert "ours.csv, SHA-256" in page

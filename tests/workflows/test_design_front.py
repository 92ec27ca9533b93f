from __future__ import annotations

import csv
import json

import pytest

from pharmakon.core.config import build
from pharmakon.core.errors import ConfigError
from pharmakon.design.lineage import from_entry
from pharmakon.design.pareto import hypervolume, points_of, undominated
from pharmakon.record.ledger import verify
from pharmakon.workflows.design import DesignConfig, run

WISHES = {
    "aggregate": "pareto",
    "batch": 10,
    "designs": 8,
    "proposals": 4,
    "goals": [{"property": "fsp3", "want": ">= 1"}, {"property": "aromatic_rings", "want": ">= 4"}],
    "constraints": [{"property": "heavy_atoms", "want": "<= 20"}],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    config = DesignConfig.model_validate(WISHES | {"calls": 50})
    return run(config, output=tmp_path_factory.mktemp("front") / "run", workers=1).folder


def test_the_first_designs_are_the_front_of_what_was_scored(folder):
    with (folder / "designs.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    records = [r for line in (folder / "calls.jsonl").read_text().splitlines() for r in from_entry(json.loads(line))]
    records = [r for r in records if r.evaluation.feasible]
    points = points_of(records, ["fsp3", "aromatic_rings"])
    front = {records[i].smiles for i in undominated(points)}
    assert [int(row["front"]) for row in rows] == sorted(int(row["front"]) for row in rows)
    assert {row["smiles"] for row in rows if row["front"] == "1"} <= front
    assert not {row["smiles"] for row in rows if row["front"] != "1"} & front
    ledger = json.loads((folder / "ledger.jsonl").read_text().splitlines()[-1])
    summary = " ".join(ledger["data"]["summary"])
    assert f"to {hypervolume(points):.3f} (1 is every goal met)" in summary
    assert f"holds {len(front)} molecules" in summary


def test_the_report_draws_the_front_and_says_what_the_score_is(folder):
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "on the front" in page
    assert page.count('class="front"') > 1
    assert "hypervolume" in page
    assert "augmented Chebyshev" in page


def test_stages_are_named_in_ledger_and_report(tmp_path):
    goals = [WISHES["goals"][0], WISHES["goals"][1] | {"stage": 2}]
    stages = [{"calls": 20}, {"calls": 20}]
    config = DesignConfig.model_validate(
        {k: v for k, v in WISHES.items() if k != "aggregate"} | {"goals": goals, "stages": stages}
    )
    folder = run(config, output=tmp_path / "run", workers=1).folder
    entries = [json.loads(line) for line in (folder / "ledger.jsonl").read_text().splitlines()]
    assert [e["data"]["stage"] for e in entries if e["event"] == "batch"] == [1, 1, 2, 2]
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "Stage 1: 20 molecules were scored" in page
    assert "from stage 2 on" in page
    assert verify(folder).ok
    with (folder / "designs.csv").open(encoding="utf-8", newline="") as stream:
        assert {"desirability:fsp3", "desirability:aromatic_rings"} <= set(next(csv.DictReader(stream)))


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (
            {"goals": [{"property": "qed", "want": ">= 1"}, {"property": "mw", "want": ">= 1", "stage": 2}]},
            r"no \[\[st",
        ),
        ({"goals": [{"property": "qed", "want": ">= 1", "stage": 2}], "stages": [{"calls": 1}] * 2}, "no goal"),
        ({"calls": 10, "stages": [{"calls": 5}, {"calls": 5}]}, "leave calls out"),
    ],
)
def test_a_wrong_curriculum_is_one_sentence(more, says):
    with pytest.raises(ConfigError, match=says):
        build(DesignConfig, WISHES | more, where="goal.toml")

"""What was given stands beside the best design, each wish with what came of it."""

from types import SimpleNamespace

import pytest

from pharmakon.design.lineage import Archive, Record
from pharmakon.design.objective import Constraint, Goal, Objective
from pharmakon.workflows.design import DesignConfig, run
from pharmakon.workflows.design_given import MOST, given_part

GOAL = Goal(property="mw", want="<= 100")
KEEP = Constraint(keep="c1ccccc1")
LATER = Goal(property="qed", want=">= 0.9", stage=2)


def part(smiles, *, given, chosen=(), early=False):
    objective = Objective([GOAL, LATER], [KEEP])
    scored = Objective([GOAL], [KEEP]) if early else objective
    archive = Archive()
    for call, (one, found) in enumerate(zip(smiles, scored.evaluate(smiles), strict=True), start=1):
        archive.add(Record(one, found, (), 0, call))
    best = [one for one in archive if one.smiles in chosen]
    return given_part(SimpleNamespace(archive=archive, given=frozenset(given), chosen=best, objective=objective))


def test_each_wish_says_whether_it_is_met():
    found = part(["Cc1ccccc1", "CCO", "Oc1ccccc1"], given=["Cc1ccccc1", "CCO"], chosen=["Oc1ccccc1"])
    (grid,) = found.grids
    assert grid.columns[:3] == ["Molecule", "Score", "Molecular weight, ≤ 100"]
    assert [row[0] for row in grid.rows] == ["Given 1", "Given 2", "D001"]
    assert [row[2] for row in grid.rows] == ["✓ 92.1", "✓ 46.1", "✓ 94.1"]
    assert [row[-1] for row in grid.rows] == ["✓", "✕", "✓"]  # the ring that is kept
    assert grid.rows[0][3].startswith("✕ 0.4")
    assert [said for _, said in found.structures] == ["Given 1: Cc1ccccc1", "Given 2: CCO"]
    assert found.sentences[0].startswith("2 molecules were given and scored; the best design stands below.")


def test_a_goal_of_a_later_stage_is_not_judged_yet():
    assert part(["Cc1ccccc1"], given=["Cc1ccccc1"], early=True).grids[0].rows[0][3] == "–"


def test_nothing_given_is_nothing_shown_and_of_many_the_best_are():
    assert part(["CCO"], given=[]) is None
    many = ["C" * n for n in range(1, MOST + 4)]
    found = part(many, given=many)
    assert len(found.grids[0].rows) == len(found.structures) == MOST
    assert found.sentences[0].startswith(f"{len(many)} molecules were given and scored, of which the best {MOST}")


@pytest.mark.parametrize("start", [["Cc1ccccc1C(=O)NC1CCNCC1"], []])
def test_the_report_shows_it(start, tmp_path):
    wishes = {"calls": 20, "designs": 2, "batch": 10, "start": start, "goals": [{"property": "qed", "want": ">= 0.9"}]}
    folder = run(DesignConfig.model_validate(wishes), output=tmp_path / "run", workers=1).folder
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert ("Given 1: Cc1ccccc1C(=O)NC1CCNCC1" in page) == ("What was given" in page) == bool(start)

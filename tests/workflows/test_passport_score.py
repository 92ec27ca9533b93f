"""Every score of a run is rebuilt from its raw values, and a runner-up is told why it lost."""

from dataclasses import replace
from pathlib import Path

import pytest

from pharmakon.design.lineage import Evaluation
from pharmakon.workflows.design_passport import taken_apart
from pharmakon.workflows.finished_run import FinishedRun, read_run
from pharmakon.workflows.passport_score import moved, score_of, why_less


@pytest.fixture(scope="module")
def finished(design_run: Path) -> FinishedRun:
    return read_run(design_run)


def test_every_molecule_of_the_run_is_rebuilt(finished: FinishedRun) -> None:
    for record in finished.archive:
        found = score_of(finished, record)
        assert found.ok, record.smiles
        assert found.feasible == (found.recorded > 0)
        assert sum(t.share for t in (*found.goals, *found.constraints)) == pytest.approx(1)


def test_a_changed_value_is_not_rebuilt(finished: FinishedRun) -> None:
    record = finished.named("1")[1]
    parts = dict(record.evaluation.parts)
    parts["mw"] = replace(parts["mw"], value=100.0)
    changed = replace(record, evaluation=replace(record.evaluation, parts=parts))
    found = score_of(finished, changed)
    assert found.error < 1e-9 < found.regrading_error
    assert not found.ok
    assert not score_of(finished, replace(record, evaluation=replace(record.evaluation, score=record.score + 1e-6))).ok


def test_what_a_scorer_failed_on_says_so(finished: FinishedRun) -> None:
    record = finished.named("1")[1]
    parts = dict(record.evaluation.parts)
    parts["mw"] = replace(parts["mw"], problem="it gave no value")
    broken = replace(record, evaluation=Evaluation(1e-6 - 1, False, parts))
    assert "a scorer gave no value" in score_of(finished, broken).problem


def test_a_rival_lost_on_what_it_is_worse_at(finished: FinishedRun) -> None:
    best, worse = (finished.named(n)[1] for n in ("1", "3"))
    objective = finished.objective(best)
    losses = [{c.name: c.loss for c in taken_apart(objective, r.evaluation).costs} for r in (best, worse)]
    most = max(losses[0], key=lambda name: losses[1][name] - losses[0][name])
    title = {t.name: t.title for t in score_of(finished, worse).goals}[most]
    assert why_less(finished, worse, best).startswith(f"worse on {title}")
    infeasible = next((r for r in finished.archive if not r.evaluation.feasible), None)
    if infeasible is not None:
        assert why_less(finished, infeasible, best) == "breaks Synthetic accessibility"


def test_a_value_that_changes_moves_the_score_as_the_objective_says(finished: FinishedRun) -> None:
    record = finished.named("3")[1]
    objective = finished.objective(record)
    assert moved(objective, record.evaluation, {}) == record.score
    less = moved(objective, record.evaluation, {"logs": -0.5})
    assert less < record.score
    assert moved(objective, record.evaluation, {"dili": -1.0}) >= record.score

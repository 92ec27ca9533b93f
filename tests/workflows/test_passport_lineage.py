"""A lineage is whole: each step with what it changed, its runner-up, and the molecule made again."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from pharmakon.design.lineage import Archive, Evaluation, Record, Step
from pharmakon.workflows.finished_run import FinishedRun, read_run
from pharmakon.workflows.passport_lineage import Lineages, in_words


@pytest.fixture(scope="module")
def finished(design_run: Path) -> FinishedRun:
    return read_run(design_run)


@pytest.fixture(scope="module")
def lineages(finished: FinishedRun) -> Lineages:
    return Lineages(finished)


def test_every_design_is_made_again(finished: FinishedRun, lineages: Lineages) -> None:
    for record in finished.archive:
        found = lineages.replay(record)
        assert found.ok
        assert found.steps >= len(record.steps)


def test_a_changed_step_makes_another_molecule(finished: FinishedRun) -> None:
    record = next(r for r in finished.archive if r.steps and r.operators[-1] != "remove_arm")
    last = record.steps[-1]._replace(operators=("remove_arm",), draw=record.steps[-1].draw + 1)
    changed = replace(record, steps=(*record.steps[:-1], last))
    archive = Archive()
    for one in finished.archive:
        archive.add(changed if one is record else one)
    found = Lineages(replace(finished, archive=archive)).replay(changed)
    assert not found.ok
    assert found.made_again < found.steps


def test_the_steps_lead_from_the_start_to_the_design(finished: FinishedRun, lineages: Lineages) -> None:
    for record in (r for r in finished.archive if r.steps):
        _, steps = lineages.line(record)
        assert steps[-1].child == record.smiles
        assert all(one.child == other.parent for one, other in pairwise(steps))
        assert all(step.replayed for step in steps)
        scored = [step for step in steps if np.isfinite(step.after)]
        assert scored[-1].after == record.score
        for step in scored:
            assert step.after == finished.archive[step.child].score
            if np.isfinite(step.before):
                assert step.change == step.after - step.before


def test_the_runner_up_is_the_best_other_of_its_kind(finished: FinishedRun, lineages: Lineages) -> None:
    seen = set()
    for record in finished.archive:
        for step in lineages.line(record)[1]:
            if step.rival is None:
                continue
            mine = finished.archive[step.child]
            others = [r for r in finished.archive if r.batch == mine.batch and r.smiles != mine.smiles]
            kin = [r for r in others if r.parents[:1] == mine.parents[:1]]
            assert step.rival.among == ("same parent" if kin else "same batch")
            assert step.rival.score == max(r.score for r in kin or others)
            assert step.rival.less == pytest.approx(mine.score - step.rival.score)
            assert step.place == 1 + sum(r.score > mine.score for r in others)
            seen.add(step.rival.among)
    assert seen


def test_what_was_given_is_told_from_what_was_made(finished: FinishedRun, lineages: Lineages) -> None:
    first = finished.archive.records[0]
    assert lineages.line(first) == (f"{first.smiles}, given to start from", [])
    assert [r.smiles for r in finished.archive if lineages.given(r.smiles)] == [first.smiles]
    visitors = [r for r in finished.archive if not r.parents and r is not first]
    assert all("a visitor" in lineages.line(r)[0] for r in visitors)


def test_what_reactions_made_began_with_a_block_of_the_stock(finished: FinishedRun) -> None:
    acid, amine, amide = "O=C(O)c1ccncc1", "C1COCCN1", "O=C(c1ccncc1)N1CCOCC1"
    record = Record(amide, Evaluation(1.0), (Step(amide, acid, amine, ("amide coupling",), 0),), 0, 1)
    archive = Archive()
    archive.add(record)
    lineages = Lineages(replace(finished, archive=archive))
    began, (step,) = lineages.line(record)
    assert began == f"{acid}, a building block of the stock"
    assert (step.words, step.mate, step.replayed) == ("amide coupling", amine, True)
    assert lineages.replay(record).ok


def test_edits_in_words() -> None:
    assert in_words("swap_linker") == "What joins two rings gives way to another linker."
    assert in_words("no_such_edit") == "no such edit"

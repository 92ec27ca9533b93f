"""A run read back is the run: the same wishes, the same molecules, the same judgement."""

import json
import shutil
from pathlib import Path

import pytest

from pharmakon.core.errors import RecordError, UnknownName
from pharmakon.workflows.finished_run import FinishedRun, read_run


@pytest.fixture(scope="module")
def finished(design_run: Path) -> FinishedRun:
    return read_run(design_run)


def test_the_objective_gives_every_recorded_score_again(finished: FinishedRun) -> None:
    assert len(finished.archive) == 80
    for record in finished.archive:
        score, feasible = finished.objective(record).total(record.evaluation.parts)
        assert (score, feasible) == (record.score, record.evaluation.feasible)


def test_what_was_asked_is_what_was_given(finished: FinishedRun, design_run: Path) -> None:
    held = json.loads((design_run / "run.json").read_text())["config"]
    assert finished.config.model_dump(mode="json") == held


def test_a_design_is_found_by_number_name_and_smiles(finished: FinishedRun) -> None:
    name, record = finished.named("2")
    assert name == "D002"
    assert finished.named("D002") == finished.named(record.smiles) == (name, record)
    first = finished.archive.records[0]
    assert finished.named("O=C(OCC)c1ccccc1") == ("call 1", first)
    with pytest.raises(UnknownName, match="D999"):
        finished.named("D999")


def test_only_the_folder_of_a_design_run_is_read(tmp_path: Path, design_run: Path) -> None:
    with pytest.raises(RecordError, match="not a run folder"):
        read_run(tmp_path)
    shutil.copy(design_run / "run.json", tmp_path)
    with pytest.raises(RecordError, match="not the folder of a design run"):
        read_run(tmp_path)


def test_an_unfinished_run_has_no_designs(tmp_path: Path, design_run: Path) -> None:
    for name in ("run.json", "calls.jsonl"):
        shutil.copy(design_run / name, tmp_path)
    with pytest.raises(RecordError, match="has not finished"):
        read_run(tmp_path)


def test_only_the_models_that_were_asked_are_read(finished: FinishedRun) -> None:
    assert set(finished.panel.models) == {"logs", "dili"}

"""A card's sentence says that a design holds, and that a forged one does not."""

from dataclasses import replace
from pathlib import Path

from pharmakon.workflows.design_passport import in_short
from pharmakon.workflows.finished_run import read_run


def test_a_design_holds_and_a_forged_one_does_not(design_run: Path) -> None:
    run = read_run(design_run)
    record = run.named("1")[1]
    facts = {"archive": run.archive, "objective": run.objective(record), "guard": run.guard}
    said = in_short(record, **facts)
    assert "the same molecule comes out" in said
    assert "rebuilt from its parts" in said
    assert said.replace("&", "&amp;") in (design_run / "report.html").read_text(encoding="utf-8")
    forged = replace(record, evaluation=replace(record.evaluation, score=record.score + 1e-6))
    assert "NOT what its parts make" in in_short(forged, **facts)

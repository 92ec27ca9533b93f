"""Passports of a run: whole as page and data, and a forged record is told."""

import json
import math
import shutil
from pathlib import Path

import pytest

from pharmakon.core.config import build
from pharmakon.core.errors import ConfigError, UnknownName, UsageError
from pharmakon.design.origins import origins
from pharmakon.workflows.passport import PassportConfig, PassportResult, run


@pytest.fixture(scope="module")
def result(design_run: Path) -> PassportResult:
    return run(build(PassportConfig, {"run": design_run}))


def test_every_design_has_one_that_holds(result: PassportResult) -> None:
    assert result.ok
    assert [one.name for one in result.found.passports] == ["D001", "D002", "D003"]
    assert not result.found.warnings
    for one in result.found.passports:
        assert [near.name for near in one.nearest] == [i.name for i in one.influence] == ["logs", "dili"]
        assert [part.smiles for part in one.fragments] == [part.smiles for part in origins(one.smiles)]
        assert one.spelling.sampled > 300


def test_the_score_can_be_rebuilt_from_the_file_alone(design_run: Path, tmp_path: Path) -> None:
    path = tmp_path / "passports.json"
    run(build(PassportConfig, {"run": design_run, "output": path, "quick": True}))
    for one in json.loads(path.read_text())["passports"]:
        goals = one["score"]["goals"]
        total = sum(goal["weight"] for goal in goals)
        mean = math.exp(sum(goal["weight"] * math.log(goal["desirability"]) for goal in goals) / total)
        assert mean == pytest.approx(one["score"]["recorded"], abs=1e-9)
        assert sum(one["spelling"]["logs"]) == pytest.approx(one["spelling"]["total"], abs=1e-9)
        assert one["checks"]["same molecule"] is True


def test_the_page_shows_the_molecules_asked_for(design_run: Path, tmp_path: Path) -> None:
    path = tmp_path / "one.html"
    config = {"run": design_run, "designs": ["2", "CCOC(=O)c1ccccc1"], "output": path, "quick": True}
    found = run(build(PassportConfig, config)).found
    assert [one.name for one in found.passports] == ["D002", "call 1"]
    page = path.read_text(encoding="utf-8")
    assert "D002" in page
    assert "D001" not in page


def test_a_forged_score_is_told(design_run: Path, tmp_path: Path) -> None:
    forged = tmp_path / "forged"
    shutil.copytree(design_run, forged)
    journal = forged / "calls.jsonl"
    best = (forged / "designs.csv").read_text().splitlines()[1].split(",")[2]
    lines = []
    for line in journal.read_text().splitlines():
        entry = json.loads(line)
        for molecule in entry["molecules"]:
            if molecule["smiles"] == best:
                molecule["score"] += 0.001
        lines.append(json.dumps(entry, separators=(",", ":")))
    journal.write_text("\n".join(lines) + "\n")
    found = run(build(PassportConfig, {"run": forged, "designs": ["1"], "quick": True}))
    assert not found.ok
    assert "total not rebuilt" in found.found.passports[0].verdict
    assert any("ledger does not hold" in warning for warning in found.found.warnings)


def test_what_is_not_there_is_said(design_run: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no folder"):
        run(build(PassportConfig, {"run": tmp_path / "nowhere"}))
    with pytest.raises(UnknownName, match="CCCCCC"):
        run(build(PassportConfig, {"run": design_run, "designs": ["CCCCCC"]}))
    with pytest.raises(ConfigError, match=r"neither \.html nor \.json"):
        build(PassportConfig, {"run": design_run, "output": "passport.pdf"})

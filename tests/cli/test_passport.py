"""The command says whether the molecules were made again, and exits by it."""

import json
import shutil
from pathlib import Path

import pytest

from pharmakon.cli.main import main


def test_one_molecule_is_told_in_full(design_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["passport", str(design_run), "1"]) == 0
    out = capsys.readouterr().out
    for said in ("same molecule", "log p =", "nothing about chemistry", "share of the loss", "3 designs against"):
        assert said in out


def test_everything_as_json(design_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["passport", str(design_run), "--quick", "--top", "1", "--json"]) == 0
    assert [one["name"] for one in json.loads(capsys.readouterr().out)["passports"]] == ["D001"]


def test_a_score_that_was_changed_is_a_failure(
    design_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    forged = tmp_path / "forged"
    shutil.copytree(design_run, forged)
    journal = forged / "calls.jsonl"
    entries = [json.loads(line) for line in journal.read_text().splitlines()]
    for molecule in (one for entry in entries for one in entry["molecules"]):
        molecule["score"] += 0.001
    journal.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    assert main(["passport", str(forged), "1", "--quick"]) == 1
    told = capsys.readouterr()
    assert "1e-03" in told.out
    assert "ledger does not hold" in told.out + told.err


def test_a_run_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["passport", str(tmp_path / "nowhere")]) == 2
    assert "is no folder" in capsys.readouterr().err

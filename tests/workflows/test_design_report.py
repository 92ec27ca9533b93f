from __future__ import annotations

import csv
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from pharmakon.workflows.design import DesignConfig, run


@pytest.fixture(scope="module")
def folder(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = DesignConfig.model_validate(
        {
            "models": [str(trained)],
            "calls": 30,
            "batch": 10,
            "designs": 5,
            "goals": [{"property": "logs", "want": ">= 0.5", "uncertainty": "pessimistic"}],
            "constraints": [{"avoid": "[N+](=O)[O-]"}],
        }
    )
    return run(config, output=tmp_path_factory.mktemp("runs") / "run", workers=1).folder


class Numbers(HTMLParser):
    """Collects data-property and data-value of each design."""

    def __init__(self) -> None:
        super().__init__()
        self.design = ""
        self.found: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.design = given.get("data-design") or self.design
        if given.get("data-property"):
            self.found.append((self.design, str(given["data-property"]), str(given.get("data-value"))))


def test_the_numbers_of_the_report_are_those_of_the_table(folder: Path) -> None:
    with (folder / "designs.csv").open(encoding="utf-8", newline="") as stream:
        rows = {row["name"]: row for row in csv.DictReader(stream)}
    page = Numbers()
    page.feed((folder / "report.html").read_text(encoding="utf-8"))
    assert len(rows) == 5
    assert {design for design, *_ in page.found} == set(rows)
    for design, column, text in page.found:
        assert rows[design][column] == text, (design, column)
    shown = {(design, column) for design, column, _ in page.found}
    for name in rows:
        for column in ("score", "logs", "logs_low", "logs_high", "sa_score", "qed"):
            assert (name, column) in shown


def test_the_report_needs_no_network(folder: Path) -> None:
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert not re.findall(r"""(?:src|href|url\()\s*=?\s*["'(]?\s*(?:https?:)?//""", text)
    assert "@import" not in text


def test_atoms_are_coloured_or_the_reason_is_given(folder: Path) -> None:
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert "fill-opacity" in text or "outside the model" in text


def test_the_structure_file_holds_the_designs(folder: Path) -> None:
    from rdkit import Chem

    with (folder / "designs.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    records = list(Chem.SDMolSupplier(str(folder / "designs.sdf")))
    assert [Chem.MolToSmiles(mol) for mol in records] == [Chem.CanonSmiles(row["smiles"]) for row in rows]
    assert records[0].GetProp("score") == rows[0]["score"]

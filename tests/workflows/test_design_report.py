from __future__ import annotations

import csv
import re
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from pharmakon.design.lineage import Evaluation, Record
from pharmakon.workflows.design import DesignConfig, run
from pharmakon.workflows.design_report import _course, _outside


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


ADVICE = 'add the constraint property = "logs.domain", want = "= 1".'


def course(*scores: float, given: int = 0, stages: int = 1) -> list[str]:
    """What is said of scores in batches of two, the first so many of which are of molecules that were given."""
    records = [Record(str(i), Evaluation(score), (), i // 2, i + 1) for i, score in enumerate(scores)]
    dossier = SimpleNamespace(stages=[records] * stages, batch=2, given=frozenset(map(str, range(given))))
    return _course(dossier)  # type: ignore[arg-type]


def test_the_course_is_told_as_it_was() -> None:
    assert course(0.1, 0.2, 0.5) == [
        "3 molecules were scored; the best score rose from 0.200 in the first batch to 0.500."
    ]
    assert course(0.1, 0.5, 0.2) == ["3 molecules were scored; the best score stayed at 0.500."]
    assert course(0.1, 0.2, 0.5, given=1) == [
        "3 molecules were scored; the best score rose from 0.100 (best of the molecules given) to 0.500."
    ]
    assert course(0.6, 0.2, 0.5, given=1) == [
        "3 molecules were scored; the best score stayed at 0.600, the best of the molecules given."
    ]
    assert course(0.1, 0.2, given=1, stages=2)[1] == "Stage 2: 2 molecules were scored; the best score stayed at 0.200."


@pytest.mark.parametrize(
    ("inside", "kept", "told"), [(False, "mw", True), (True, "mw", False), (False, "logs.domain", False)]
)
def test_where_no_design_lies_in_a_domain_there_is_advice(inside: bool, kept: str, told: bool) -> None:
    judge = SimpleNamespace(term=SimpleNamespace(property=kept))
    dossier = SimpleNamespace(objective=SimpleNamespace(constraints=[judge]), used=("logs", "logs.domain"))
    found = {"logs": SimpleNamespace(in_domain=np.array([inside, False]))}
    said = _outside(dossier, found)  # type: ignore[arg-type]
    assert said == told * ["No design lies in the domain of logs, so its intervals do not hold: " + ADVICE]

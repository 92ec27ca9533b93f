from __future__ import annotations

import json
from pathlib import Path

import pytest

from pharmakon.store.tables import open_table
from pharmakon.workflows.structures import chained, structures


def test_rows_are_numbered_through(tmp_path: Path) -> None:
    for name, lines in (("a", "CCO\nCCN\n"), ("b", "CCC\n")):
        (tmp_path / f"{name}.csv").write_text("smiles\n" + lines)
    rows = list(chained([open_table(tmp_path / "a.csv"), open_table(tmp_path / "b.csv")]))
    assert [(r.number, r.structure) for r in rows] == [(1, "CCO"), (2, "CCN"), (3, "CCC")]


def test_a_neighbour_is_drawn_only_from_the_very_file(
    trained: Path, molecules: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(trained.parent)
    card = json.loads((trained / "card.json").read_text())
    assert structures(card, [3, 1]) == {1: molecules[0], 3: molecules[2]}
    other = tmp_path / "assay.csv"
    other.write_text((trained.parent / "assay.csv").read_text().replace("M0", "N0"))
    card["dataset"]["files"] = [str(other)]
    assert structures(card, [1]) == {}
    card["dataset"]["files"] = [str(tmp_path / "absent.csv")]
    assert structures(card, [1]) == {}

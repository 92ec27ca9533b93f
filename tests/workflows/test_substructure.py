"""substructure: all molecules with a part, or the first of them, and it says which."""

from __future__ import annotations

import csv

import pytest

from pharmakon.core.errors import UsageError
from pharmakon.workflows.substructure import SubstructureConfig, run


def test_all_or_the_first_are_listed_in_the_order_of_the_library(index_folder, molecules, tmp_path):
    out = tmp_path / "hits.csv"
    whole = run(SubstructureConfig(smarts="C#N", index=index_folder, output=out))
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert [row["smiles"] for row in rows] == [text for text in molecules if "C#N" in text or "N#C" in text]
    assert whole.complete and whole.hits == len(rows) and whole.screened == len(molecules)
    first = run(SubstructureConfig(smarts="C#N", index=index_folder, limit=3))
    assert not first.complete and [one.smiles for one in first.molecules] == [row["smiles"] for row in rows[:3]]
    assert run(SubstructureConfig(smarts="C#N", index=index_folder, limit=len(rows))).complete


def test_the_index_is_not_written_over(index_folder):
    before = (index_folder / "molecules.tsv").read_bytes()
    with pytest.raises(UsageError, match="lies in the folder of the index"):
        run(SubstructureConfig(smarts="C#N", index=index_folder, output=index_folder / "molecules.tsv"))
    assert (index_folder / "molecules.tsv").read_bytes() == before

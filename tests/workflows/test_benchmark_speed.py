from __future__ import annotations

import csv
from pathlib import Path

import pytest

from pharmakon.chem.standardize import standardize
from pharmakon.workflows.benchmark import BenchmarkConfig, run
from pharmakon.workflows.benchmark_speed import BROKEN, differences


def table(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)
    return path


def test_every_way_to_break_a_row_breaks_it() -> None:
    assert len(set(BROKEN)) == 10
    for text in BROKEN:
        assert standardize(text).problem, text


@pytest.mark.parametrize(
    "made",
    [
        [["a", "1", ""], ["c", "3", ""]],  # a row is missing
        [["b", "2", ""], ["a", "1", ""], ["c", "3", ""]],  # two are swapped
        [["a", "1", ""], ["b", "2 ", ""], ["c", "3", ""]],  # a cell was changed
        [["a", "1", ""], ["b", "2", ""], ["c", "3", ""], ["d", "4", ""]],  # one is too many
    ],
)
def test_a_lost_or_changed_row_is_counted(tmp_path: Path, made: list[list[str]]) -> None:
    given = table(tmp_path / "in.csv", [["id", "x"], ["a", "1"], ["b", "2"], ["c", "3"]])
    assert differences(given, table(tmp_path / "out.csv", [["id", "x", "problem"], *made]))[0] > 0


def test_problems_are_counted_apart(tmp_path: Path) -> None:
    given = table(tmp_path / "in.csv", [["id"], ["a"], ["b"]])
    assert differences(given, table(tmp_path / "out.csv", [["id", "problem"], ["a", ""], ["b", "bad"]])) == (0, 1)


@pytest.mark.data
def test_a_slice_of_the_benchmark(tmp_path: Path) -> None:
    tasks = ("fast", "memory_ten_thousand", "admet_ai")
    record = run(BenchmarkConfig(name="admet-speed", tasks=tasks, output=tmp_path, limit=60, repeats=1)).record
    assert record["tasks"]["fast"]["scores"]["molecules/s"]["value"] > 0
    assert record["tasks"]["memory_ten_thousand"]["scores"]["rows lost or changed"]["value"] == 0
    assert record["tasks"]["memory_ten_thousand"]["scores"]["rows with a problem"]["value"] == 3
    assert "admet_ai" not in record["tasks"]  # no environment was named, so it can still be measured
    assert not record["comparable"]

"""What a benchmark came to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pharmakon.record.notebook import Shown, table


@dataclass(frozen=True, slots=True)
class BenchmarkResult(Shown):
    """Where the results are, and what they are."""

    path: Path
    record: dict[str, Any]

    def _repr_html_(self) -> str:
        """The scores of each task, with their intervals, and what they sum up to."""
        scores = [
            (task, name, *(score.get(key, "") for key in ("value", "low", "high", "n")))
            for task, found in self.record["tasks"].items()
            for name, score in found["scores"].items()
        ]
        below = table(("", ""), self.record.get("summary", {}).items()) + table(("", ""), [("results", self.path)])
        return table(("task", "score", "value", "low", "high", "n"), scores, title=self.record["benchmark"]) + below

"""What is left of a shard, and of all of them: counts, histograms, sketches and the best rows, which merge."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from .screen_sketch import Best, Distinct, Histogram, Hit, Scaffolds, hit_of

SAMPLE = 1_000
"""Scaffolds in the sample."""
KEY = "pharmakon_screen"
"""Under which a Parquet part holds its summary."""
Problem = tuple[int, int, str, str, str]
"""Of a row without an answer: file, row, id, structure as it stood, and why."""


@dataclass(slots=True)
class Summary:
    """Of some rows. `counts` are rows; `broken`, `outside` and `missing` count them by constraint and by model."""

    best: Best
    scaffolds: Scaffolds
    histograms: dict[str, Histogram]
    distinct: Distinct = field(default_factory=Distinct)
    counts: Counter[str] = field(default_factory=Counter)
    """rows, unreadable, set aside, feasible, infeasible, no estimate, scheduled, outside (any model's domain)."""
    broken: Counter[str] = field(default_factory=Counter)
    outside: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    """Rows that cannot be read, of a shard; not merged, since there is no telling how many there are."""
    set_aside: list[Problem] = field(default_factory=list)
    """Rows that were over a limit or brought the process down, likewise."""

    @classmethod
    def empty(cls, spans: Mapping[str, tuple[float, float]], *, top: int, seed: int) -> Self:
        """Of no rows; `spans` are the ranges of the histograms."""
        return cls(Best(top), Scaffolds(SAMPLE, seed), {name: Histogram(*span) for name, span in spans.items()})

    def merge(self, other: Summary) -> None:
        """Take in that of other rows; the order of merging changes nothing."""
        self.best.merge(other.best)
        self.scaffolds.merge(other.scaffolds)
        self.distinct.merge(other.distinct)
        for name, histogram in self.histograms.items():
            histogram.merge(other.histograms[name])
        self.counts.update(other.counts)
        self.broken.update(other.broken)
        self.outside.update(other.outside)

    def hits(self) -> Sequence[Hit]:
        """The best rows, in order."""
        return self.best.hits

    def text(self) -> str:
        """As JSON that `read` understands."""
        return json.dumps(
            {
                "best": self.best.hits,
                "scaffolds": self.scaffolds.plain(),
                "histograms": {name: histogram.plain() for name, histogram in self.histograms.items()},
                "distinct": self.distinct.plain(),
                "counts": dict(sorted(self.counts.items())),
                "broken": dict(sorted(self.broken.items())),
                "outside": dict(sorted(self.outside.items())),
                "problems": self.problems,
                "set_aside": self.set_aside,
            },
            separators=(",", ":"),
        )

    @classmethod
    def read(cls, text: str | bytes, *, top: int, seed: int, into: Best | None = None) -> Self:
        """What `text` gave; to be merged `into` some hits, without those that would not be among them."""
        held: dict[str, Any] = json.loads(text)
        return cls(
            Best(top, map(hit_of, held["best"] if into is None else into.taken(held["best"]))),
            Scaffolds.of(held["scaffolds"], size=SAMPLE, seed=seed),
            {name: Histogram.of(plain) for name, plain in held["histograms"].items()},
            Distinct.of(held["distinct"]),
            Counter(held["counts"]),
            Counter(held["broken"]),
            Counter(held["outside"]),
            *([_problem(*one) for one in held[name]] for name in ("problems", "set_aside")),
        )


def _problem(file: int, row: int, id: str, text: str, why: str) -> Problem:
    return file, row, id, text, why


def packed(summary: Summary) -> bytes:
    """A part that holds a summary alone."""
    return gzip.compress(summary.text().encode(), 6, mtime=0)


def read_part(path: Path, *, top: int, seed: int, into: Best | None = None) -> Summary:
    """The summary of a part, which may be a Parquet file of every row; see Summary.read."""
    if path.suffix != ".parquet":
        return Summary.read(gzip.decompress(path.read_bytes()), top=top, seed=seed, into=into)
    import duckdb

    with duckdb.connect() as connection:
        literal = str(path).replace("'", "''")
        found = connection.execute(f"SELECT key, value FROM parquet_kv_metadata('{literal}')").fetchall()  # noqa: S608
    text = next(bytes(value) for key, value in found if bytes(key) == KEY.encode())
    return Summary.read(text, top=top, seed=seed, into=into)

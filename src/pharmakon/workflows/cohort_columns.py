"""The columns of a table of patients or measurements, looked at before a cohort is declared on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from pharmakon.core.config import Config

LEVELS = 12
"""Different words of a column up to which they are told."""
NAMED = 400
"""Columns beyond which a table is one of measurements, and its words are not looked at."""


class ColumnsConfig(Config):
    """Which table."""

    data: Path = Field(description="CSV, TSV, Parquet or h5ad (its obs)")


@dataclass(frozen=True, slots=True)
class Columns:
    """What a table holds. `levels` has the words of each column with few of them, the commonest first."""

    names: Sequence[str]
    rows: int
    levels: Mapping[str, Sequence[str]]
    ids: Sequence[str]
    """Columns whose values are all different, or nearly: samples or patients."""


def run(config: ColumnsConfig) -> Columns:
    """Look at a table. Raises DataError where it cannot be read."""
    from pharmakon.store.matrix import read_frame

    frame = read_frame(config.data)
    names = [str(name) for name in frame.columns]
    levels: dict[str, list[str]] = {}
    ids: list[str] = []
    for place, name in enumerate(names[:NAMED]):
        counts = frame.iloc[:, place].value_counts()
        counts = counts[counts.index != ""]
        if len(counts) <= LEVELS:
            levels[name] = [str(word) for word in counts.index]
        elif len(counts) >= 0.9 * len(frame) and not _numbers([str(word) for word in counts.index[:20]]):
            ids.append(name)
    return Columns(names, len(frame), levels, ids)


def _numbers(words: Sequence[str]) -> bool:
    try:
        [float(word) for word in words]
    except ValueError:
        return False
    return True

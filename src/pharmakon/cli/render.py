"""Results as a person reads them (tables) and as a program does (JSON)."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from pharmakon.core.excerpt import excerpt
from pharmakon.core.types import Estimates, Problem
from pharmakon.core.units import show, show_interval

PIPE_WIDTH = 200
"""Columns of a table that is written to a file or a pipe, where nothing should be cut."""

R = TypeVar("R", bound="Plain")
HEADINGS = ("property", "value", "90 % interval", "in domain", "verdict", "percentile", "nearest measured")


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, title: str = "") -> None:
    """Print rows under headings."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(*headings, box=SIMPLE_HEAD, title=title or None, title_justify="left", pad_edge=False)
    for row in rows:
        grid.add_row(*(Text(cell) for cell in row))
    width = None if sys.stdout.isatty() else PIPE_WIDTH
    Console(file=sys.stdout, width=width, highlight=False).print(grid)


class Plain(Protocol):
    """A result that can be said in plain data."""

    def plain(self) -> dict[str, Any]:
        """It, for JSON."""
        ...


def result(found: R, show: Callable[[R], None], *, as_json: bool) -> None:
    """A verb's result: JSON for a program, or as `show` prints it for a person."""
    if as_json:
        print(json.dumps(found.plain(), indent=2, ensure_ascii=False))
    else:
        show(found)


def note(text: str) -> None:
    """A remark beside the result: to standard error, so that a pipe gets only the result."""
    print(text, file=sys.stderr)


def rows_set_aside(problems: Sequence[Problem], *, shown: int = 5) -> None:
    """The first rows that could not be used, with the reason and the cell; how many more there are."""
    for problem in problems[:shown]:
        name = f" ({excerpt(problem.id, 30)})" if problem.id not in ("", str(problem.row)) else ""
        cell = f": {excerpt(problem.text)}" if problem.text else ""
        note(f"row {problem.row}{name}: {problem.reason}{cell}")
    if len(problems) > shown:
        note(f"... and {len(problems) - shown:,} more rows that could not be used")


def estimate_rows(estimates: Mapping[str, Estimates], index: int) -> list[tuple[str, ...]]:
    """One row per property of one molecule, in the order of HEADINGS."""
    return [_estimate_row(item, index) for item in estimates.values()]


def _estimate_row(item: Estimates, i: int) -> tuple[str, ...]:
    what = item.property
    missing = math.isnan(item.value[i])
    return (
        what.title,
        show(float(item.value[i]), what.unit),
        show_interval(float(item.low[i]), float(item.high[i])),
        "-" if missing else "yes" if item.in_domain[i] else "no",
        item.verdict[i] or "-",
        _percentile(float(item.percentile[i])),
        _nearest(item, i),
    )


def _percentile(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.0f}"


def _nearest(item: Estimates, i: int) -> str:
    similarity = float(item.nearest_similarity[i])
    if math.isnan(similarity):
        return "-"
    value = float(item.nearest_value[i])
    measured = f"class {value:.0f}" if item.property.kind == "classification" else show(value, item.property.unit)
    return f"{measured} ({item.nearest_id[i] or 'no name'}, similarity {similarity:.2f})"


def estimate_json(estimates: Mapping[str, Estimates], index: int) -> dict[str, Any]:
    """One molecule's estimates as plain data; a missing number is null."""
    return {name: _plain(item, index) for name, item in estimates.items()}


def _plain(item: Estimates, i: int) -> dict[str, Any]:
    return {
        "title": item.property.title,
        "value": number(item.value[i]),
        "unit": item.property.unit,
        "low": number(item.low[i]),
        "high": number(item.high[i]),
        "in_domain": bool(item.in_domain[i]),
        "verdict": item.verdict[i],
        "percentile": number(item.percentile[i]),
        "nearest_id": item.nearest_id[i],
        "nearest_similarity": number(item.nearest_similarity[i]),
        "nearest_value": number(item.nearest_value[i]),
        "model": item.model,
    }


def number(value: float) -> float | None:
    """A finite float, or None for JSON's null."""
    value = float(value)
    return value if math.isfinite(value) else None

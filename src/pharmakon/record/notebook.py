"""Results as a notebook shows them: molecules drawn, tables, and the run's own report in a frame.

A result that inherits `Shown` needs no more: where its run wrote a report, that is what is shown; else its facts and
its lists of findings, a row each, with the structure drawn where a row has one. The HTML brings no script of its own,
so a notebook that trusts nothing shows it too.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from html import escape
from pathlib import Path
from typing import Any

from pharmakon.core.units import show

MOST = 50
"""Rows of a table; what is longer says how much is left out."""
LARGEST = 6_000_000
"""Bytes of a report that is shown inside the notebook: a larger one would make the notebook's file too heavy."""
DRAWN = (160, 110)
LONGEST = 300
"""Characters of a fact."""
_TABLE = "border-collapse:collapse;font-size:0.95em"
_CELL = "text-align:left;vertical-align:top;padding:0.25em 0.9em 0.25em 0;border-bottom:1px solid #8884"


class Shown:
    """A result that shows itself in a notebook."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return html(self)


def html(result: Any) -> str:
    """A result as HTML: its report in a frame, or its findings as tables, and its notes."""
    notes = [str(note) for note in getattr(result, "notes", ())]
    below = "".join(f"<p>{escape(note)}</p>" for note in notes)
    if report := _report(result):
        return framed(report) + f"<p>{escape(str(report))}</p>" + below
    return "".join(_tables(result)) + below


def framed(report: Path, *, height: int = 640) -> str:
    """A self-contained page in a frame that may run its script and reach nothing else."""
    if report.stat().st_size > LARGEST:
        return f"<p>The report is too large to stand here: open {escape(str(report))}</p>"
    page = escape(report.read_text(encoding="utf-8"), quote=True)
    return (
        f'<iframe srcdoc="{page}" sandbox="allow-scripts" title="{escape(report.stem)}" '
        f'style="width:100%;height:{height}px;border:1px solid #8886;border-radius:8px"></iframe>'
    )


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str = "") -> str:
    """A table; a cell that is `Drawn` stands as it is, every other as text."""
    listed = list(rows)
    head = "".join(f'<th style="{_CELL}">{escape(column)}</th>' for column in columns)
    body = "".join(
        "<tr>" + "".join(f'<td style="{_CELL}">{_cell(cell)}</td>' for cell in row) + "</tr>" for row in listed[:MOST]
    )
    caption = f"<caption style='text-align:left;font-weight:600'>{escape(title)}</caption>" if title else ""
    rest = f"<p>... and {len(listed) - MOST:,} more</p>" if len(listed) > MOST else ""
    return f'<table style="{_TABLE}">{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{rest}'


class Drawn(str):
    """HTML that is shown as it is, such as a drawing."""

    __slots__ = ()


def structure(smiles: str) -> Drawn:
    """A drawing of a structure, or its text where it cannot be read."""
    from pharmakon.chem.depict import svg
    from pharmakon.chem.parse import parse

    mol = parse(smiles).mol
    return Drawn(escape(smiles) if mol is None else svg(mol, size=DRAWN))


def _report(result: Any) -> Path | None:
    """The page that a run wrote, if it did."""
    folder, output = getattr(result, "folder", None), getattr(result, "output", None)
    outputs = listed if isinstance(listed := getattr(result, "outputs", ()), (list, tuple)) else ()
    places = [folder / "report.html"] if isinstance(folder, Path) else []
    places += [path for path in (*outputs, output) if isinstance(path, Path) and path.suffix == ".html"]
    return next((path for path in places if path.is_file()), None)


def _tables(result: Any) -> Iterator[str]:
    """Its single facts, then a table for each list of findings."""
    if not is_dataclass(result):
        return
    held = {field.name: getattr(result, field.name) for field in fields(result) if field.name != "notes"}
    if facts := [(_words(name), _shown(name, value)) for name, value in held.items() if _is_fact(value)]:
        yield table(("", ""), facts)
    for name, value in held.items():
        yield from _findings(_words(name), value)


def _findings(title: str, value: Any) -> Iterator[str]:
    """A list of records or of texts, or a mapping of facts and of such lists, as tables; nothing of anything else."""
    if isinstance(value, Mapping):
        if facts := [(str(key), one) for key, one in value.items() if _is_fact(one)]:
            yield table(("", ""), facts, title=title)
        for key, one in value.items():
            if _is_list(one):
                yield from _listed(str(key), one)
    elif _is_list(value):
        yield from _listed(title, value)
    elif isinstance(value, (list, tuple)) and value and all(_is_fact(one) for one in value):
        yield table((title,), [(one,) for one in value])


def _listed(title: str, items: Sequence[Any]) -> Iterator[str]:
    """A row each; where an item has lists of its own, a table of each below, under what the item is called."""
    named = [field.name for field in fields(items[0])]
    plain = [name for name in named if any(_is_plain(getattr(item, name)) for item in items[:MOST])]
    rows = [[_shown(name, getattr(item, name)) for name in plain] for item in items]
    yield table([_words(name) for name in plain], rows, title=title)
    inner = [name for name in named if any(_is_list(getattr(item, name)) for item in items[:MOST])]
    for item in items[: MOST if inner else 0]:
        called = next((str(getattr(item, name)) for name in plain if isinstance(getattr(item, name), str)), "")
        for name in inner:
            yield from _findings(f"{called}: {_words(name)}" if called else _words(name), getattr(item, name))


def _words(name: str) -> str:
    return name.replace("_", " ")


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and bool(value) and is_dataclass(value[0])


def _is_plain(value: Any) -> bool:
    if isinstance(value, tuple):
        return bool(value) and all(isinstance(one, str) for one in value)
    return isinstance(value, (str, int, float, bool)) and value != ""


def _is_fact(value: Any) -> bool:
    """Whether a value is told in a few words: a text that is a document is not."""
    return isinstance(value, Path) or (_is_plain(value) and not isinstance(value, tuple) and len(str(value)) <= LONGEST)


def _shown(key: str, value: Any) -> Any:
    if key == "smiles" and isinstance(value, str) and value:
        return structure(value)
    if isinstance(value, tuple) and _is_plain(value):
        return ", ".join(value)
    return value if _is_plain(value) or isinstance(value, Path) else ""


def _cell(value: Any) -> str:
    if isinstance(value, Drawn):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return "" if math.isnan(value) else escape(show(value))
    return escape(str(value))

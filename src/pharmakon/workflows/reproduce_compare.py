"""Two folders of one run beside each other: which files are the same, and where the first difference is.

Files that hold the time by their nature are left aside by name. A page that quotes the ledger's hash, which covers the
times, or its length is compared with these and the run's own time taken out on both sides.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

from pharmakon.core.excerpt import excerpt
from pharmakon.core.files import sha256
from pharmakon.record.beside import files_of_result, results_of, top_of
from pharmakon.record.entry import CRATE, LEDGER, SIGNATURES, parse
from pharmakon.record.environment import FILE as ENVIRONMENT
from pharmakon.store.runs import RUN, RunFolder

ASIDE: Mapping[str, str] = {
    RUN: "holds the time of the run",
    LEDGER: "holds the time of each entry",
    "ledger.head.json": "holds the hash of the ledger",
    CRATE[0]: "holds the times of the run and the hashes of these files",
    CRATE[1]: "is a signature of the first run",
    SIGNATURES[0]: "are given to the first run",
    SIGNATURES[1]: "is of signatures of the first run",
    "shards/manifest.jsonl": "holds how long each shard of a screen took",
    ENVIRONMENT: "holds versions, which are compared one by one",
}
"""Files that are not compared, and why."""
TEXTS = {".csv", ".html", ".json", ".jsonl", ".md", ".sdf", ".smi", ".toml", ".tsv", ".txt"}
_HASH = re.compile(r"\b[0-9a-f]{64}\b")
_VERIFY = re.compile(r"(pharmakon ledger verify )\S+")
_ENTRIES = re.compile(r"(When the page was written it had <b>)[\d,]+(</b> entries)")
"""How long the ledger was: a run that was interrupted and gone on with has an entry more, and the same results."""
Said = Callable[[str], str]


@dataclass(slots=True)
class Comparison:
    """What became of every file of the first run."""

    same: list[str] = field(default_factory=list)
    quoting: list[str] = field(default_factory=list)
    """The same but for hashes of the ledger, the run's time and the folder's name, which they quote."""
    different: list[tuple[str, str]] = field(default_factory=list)
    """File, and where the first difference is."""
    aside: list[tuple[str, str]] = field(default_factory=list)
    """File, and why it was not compared."""

    @property
    def ok(self) -> bool:
        return not self.different and bool(self.same or self.quoting)


def compare(
    first: Path, second: Path, *, moved: Mapping[str, str] | None = None, values: bool = True, prefix: str = ""
) -> Comparison:
    """Compare the folders file by file; runs below them, too.

    `moved` are paths of the second run by what they were in the first. Without `values` a difference tells its place
    alone, as of people's data it must.
    """
    found = Comparison()
    old, new = _files(first), _files(second)
    quotes = _quoted(first, {}), _quoted(second, moved or {})
    for name in sorted(old.keys() | new.keys()):
        shown = prefix + name
        if name in ASIDE:
            if name in old:
                found.aside.append((shown, ASIDE[name]))
        elif name not in new:
            found.different.append((shown, "was not made again"))
        elif name not in old:
            found.different.append((shown, "was not made by the first run"))
        elif sha256(old[name]) == sha256(new[name]):
            found.same.append(shown)
        elif place := _difference(old[name], new[name], quotes, values=values):
            found.different.append((shown, place))
        else:
            found.quoting.append(shown)
    for inner in sorted(p.parent.relative_to(first) for p in first.rglob(RUN) if p.parent != first):
        below = f"{prefix}{inner.as_posix()}/"
        more = compare(first / inner, second / inner, moved=moved, values=values, prefix=below)
        found.same += more.same
        found.quoting += more.quoting
        found.different += more.different
        found.aside += more.aside
    return found


def compare_results(
    first: Path, second: Path, *, moved: Mapping[str, str] | None = None, values: bool = True
) -> Comparison:
    """Compare what a run wrote beside its record with the same files in the folder `second`, by the recorded SHA-256.

    Where a file differs first is told of one that is still there as it was recorded.
    """
    found = Comparison(aside=[(name, ASIDE[name]) for name in sorted(_files(first)) if name in ASIDE])
    quotes = _quoted(first, {}), _quoted(second, moved or {})
    expected = results_of(first)
    made = {top_of(name) for name in expected}
    fresh = {path.relative_to(second).as_posix() for name in made for path in files_of_result(second / name)}
    shown = {name: name.removeprefix("../") for name in expected}
    for name, digest in expected.items():
        old, new = first / name, second / shown[name]
        if not new.is_file():
            found.different.append((shown[name], "was not made again"))
        elif sha256(new) == digest:
            found.same.append(shown[name])
        elif not old.is_file() or sha256(old) != digest:
            found.different.append((shown[name], "has another SHA-256; the first one is not here to be compared with"))
        elif place := _difference(old, new, quotes, values=values):
            found.different.append((shown[name], place))
        else:
            found.quoting.append(shown[name])
    found.different += [(name, "was not made by the first run") for name in sorted(fresh - {*shown.values()})]
    return found


def _files(folder: Path) -> dict[str, Path]:
    """Files by name, hidden ones and those of runs below left out."""
    inner = [path.parent for path in folder.rglob(RUN) if path.parent != folder]
    found = {}
    for path in folder.rglob("*"):
        name = path.relative_to(folder)
        below = any(path.is_relative_to(one) for one in inner)
        if path.is_file() and not below and not any(part.startswith(".") for part in name.parts):
            found[name.as_posix()] = path
    return found


def _quoted(folder: Path, moved: Mapping[str, str]) -> Said:
    """A function that takes out of a text what it quotes of its own run's time."""
    lines = (folder / LEDGER).read_bytes().splitlines() if (folder / LEDGER).is_file() else []
    hashes = {entry.hash for entry in map(parse, lines) if entry is not None}
    started = str(RunFolder.open(folder).run.get("started", "")) if (folder / RUN).is_file() else ""

    def said(text: str) -> str:
        text = _HASH.sub(lambda found: "(a hash of the ledger)" if found[0] in hashes else found[0], text)
        text = text.replace(started, "(the time)") if started else text
        for here, there in moved.items():
            text = text.replace(here, there)
        return _VERIFY.sub(r"\1(the folder)", _ENTRIES.sub(r"\1so many\2", text))

    return said


def _difference(old: Path, new: Path, quotes: tuple[Said, Said], *, values: bool) -> str:
    """Where two files differ first; "" where they differ in nothing but what they quote."""
    before, after = old.read_bytes(), new.read_bytes()
    if old.suffix not in TEXTS:
        at = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), len(before))
        return f"differs from byte {min(at, len(after)) + 1:,} on"
    first, second = (
        say(content.decode(errors="replace")) for say, content in zip(quotes, (before, after), strict=True)
    )
    if first == second:
        return ""
    if old.suffix == ".csv" and (place := _cell(first, second, values=values)):
        return place
    for number, (a, b) in enumerate(zip_longest(first.split("\n"), second.split("\n")), start=1):
        if a != b:
            return f"differs in line {number:,}{_both(a, b) if values else ''}"
    return "differs"


def _cell(first: str, second: str, *, values: bool) -> str:
    """The first cell that differs, by row and column; "" where the tables do not have one shape."""
    try:
        old, new = (list(csv.reader(io.StringIO(text, newline=""))) for text in (first, second))
    except csv.Error:
        return ""
    for number, (a, b) in enumerate(zip(old, new, strict=False)):
        if len(a) != len(b):
            return ""
        for column, (x, y) in enumerate(zip(a, b, strict=True)):
            if x != y:
                row = f"row {number}" if number else "the header"
                name = old[0][column] if column < len(old[0]) else str(column + 1)
                return f"differs in {row}, column {name!r}{_both(x, y) if values else ''}"
    return f"has {len(new) - 1:,} rows, and had {len(old) - 1:,}" if len(old) != len(new) else ""


def _both(a: str | None, b: str | None) -> str:
    was, now = ("no such line" if x is None else repr(excerpt(_around(x, y), 60)) for x, y in ((a, b), (b, a)))
    return f": {was} then, {now} now"


def _around(text: str, other: str | None) -> str:
    """A long line from a little before its first difference."""
    if other is None or len(text) <= 60:
        return text
    at = next((i for i, (a, b) in enumerate(zip(text, other, strict=False)) if a != b), min(len(text), len(other)))
    return text[max(0, at - 20) :]

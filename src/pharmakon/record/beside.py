"""What a verb wrote beside its record: a table, a page or a model's folder, and `NAME.record`, which is its run folder.

The ledger names each such file by its way from the record, `../NAME`. A crate keeps that way, so what goes with the
record is checked there like any file of the run, and what stays behind, as people's data does, is named by its SHA-256.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from pharmakon.store.runs import RUN

from .entry import LEDGER, OUTPUT, SIGNATURES, parse

SUFFIX = ".record"
_UP = "../"


def record_beside(result: Path) -> Path:
    """Where the record of a file or a folder lies."""
    return result.with_name(result.name + SUFFIX)


def record_of(path: Path) -> Path:
    """The run folder that is meant: `path` itself, or the record of what lies there."""
    if not (path / RUN).is_file() and path.suffix.casefold() != ".zip":
        beside = record_beside(path)
        if path.name and (beside / RUN).is_file():
            return beside
    return path


def files_of_result(result: Path) -> list[Path]:
    """The files that a result is made of, what was signed or hidden later left out."""
    if not result.is_dir():
        return [result]
    found = sorted(path for path in result.rglob("*") if path.is_file() and path.name not in SIGNATURES)
    return [path for path in found if not any(part.startswith(".") for part in path.relative_to(result).parts)]


def is_beside(name: str) -> bool:
    """Whether a recorded file lies outside of the record's folder."""
    return name.startswith(_UP)


def stays(name: str) -> bool:
    """Whether a recorded name is of the record's folder or what lies beside it, and of nothing else on the machine."""
    return not (Path(name).is_absolute() or ".." in Path(name.removeprefix(_UP)).parts or "\0" in name)


def results_of(run: Path) -> Mapping[str, str]:
    """SHA-256 of each file that a run wrote beside its record, by its way from there; {} where it wrote none."""
    return dict(_recorded(run / LEDGER))


def top_of(name: str) -> str:
    """The file or folder that a recorded file is, or lies in: `../model/card.json` is of `model`."""
    return name.removeprefix(_UP).partition("/")[0]


def _recorded(ledger: Path) -> Iterator[tuple[str, str]]:
    for line in ledger.read_bytes().split(b"\n")[:-1] if ledger.is_file() else ():
        entry = parse(line)
        if entry is not None and entry.event == OUTPUT and is_beside(name := str(entry.data.get("path"))):
            yield name, str(entry.data["sha256"])

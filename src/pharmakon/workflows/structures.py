"""Structures of a model's training molecules, looked up in its data set when that is on the machine.

A model folder keeps identifiers and row numbers, no structures. Where the very file it was trained on can be found,
a neighbour can be drawn; anywhere else it is only named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pharmakon.store.places import roots

if TYPE_CHECKING:
    from pharmakon.store.tables import Row, Table


def chained(tables: Iterable[Table]) -> Iterator[Row]:
    """The rows of several tables numbered through, so that a number names one row."""
    offset = 0
    for table in tables:
        last = 0
        for row in table.rows():
            last = row.number
            yield replace(row, number=offset + row.number)
        offset += last


def structures(card: Mapping[str, Any], rows: Iterable[int]) -> dict[int, str]:
    """SMILES as written in the data set, by row; empty when the files are absent or are not the ones trained on."""
    wanted = set(rows)
    paths = _files(card.get("dataset", {}))
    if not wanted or not paths:
        return {}
    from pharmakon.store.tables import open_table

    column = card["dataset"].get("structure") or None
    found: dict[int, str] = {}
    for row in chained([open_table(path, smiles=column) for path in paths]):
        if row.number in wanted:
            found[row.number] = row.structure
            if len(found) == len(wanted):
                break
    return found


def _files(dataset: Mapping[str, Any]) -> list[Path]:
    from pharmakon.core.files import sha256

    folders = roots()
    paths: list[Path] = []
    for name, digest in zip(dataset.get("files", ()), dataset.get("sha256", ()), strict=True):
        places = [Path(name), *(folder / name for folder in folders)]
        path = next((place for place in places if place.is_file() and sha256(place) == digest), None)
        if path is None:
            return []
        paths.append(path)
    return paths

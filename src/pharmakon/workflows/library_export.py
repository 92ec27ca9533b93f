"""Rows of a library as CSV, SDF or Parquet, made while they are sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from .library_filter import known, quoted
from .library_repeats import REPEAT
from .library_view import Library, Rows

Format = Literal["csv", "sdf", "parquet"]
BATCH = 1_000
PART = 1 << 20
LARGEST = 1e15
"""Whole numbers up to it are written without a point."""
FIXED = ("id", "smiles", "problem")


def exported(library: Library, rows: Rows, columns: Sequence[str], format: Format) -> Iterator[bytes]:
    """The rows in their order: id, structure, problem and the columns named.

    An estimate brings its interval, verdict and domain. Text that a spreadsheet would run as a formula has an
    apostrophe before it in CSV, and in CSV alone.
    """
    wanted = list(header(library, columns))
    if format == "parquet":
        yield from _parquet(library, rows, wanted)
    elif format == "sdf":
        yield from _sdf(_records(library, rows, wanted), wanted)
    else:
        from pharmakon.store.writers import CsvText

        text = CsvText(wanted)
        yield text.header().encode()
        for batch in _records(library, rows, wanted):
            yield text.text(batch).encode(errors="replace")


def header(library: Library, columns: Sequence[str]) -> Iterator[str]:
    """The columns of an export."""
    yield from FIXED
    named = (name for column in columns for name in (("row", column) if column == REPEAT else (column,)))
    for name in dict.fromkeys(named):  # what a row repeats is told by the number of a row, which stands beside it
        kind = known(name, library.columns)["kind"]
        if name not in FIXED:
            yield name
        if kind == "estimate":
            yield from (f"{name}_low", f"{name}_high", f"{name}_verdict", f"{name}_in_domain")


def _records(library: Library, rows: Rows, wanted: Sequence[str]) -> Iterator[list[Mapping[str, Any]]]:
    cells = ", ".join(quoted(name) for name in wanted)
    given = {name for name in wanted if "input" in library.columns.get(name, {})}
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH].tolist()
        numbers = ", ".join(map(str, batch))
        sql = f"SELECT row, {cells} FROM molecules WHERE row IN ({numbers})"  # noqa: S608 - whole numbers
        found = {line[0]: dict(zip(wanted, line[1:], strict=True)) for line in library.cursor().execute(sql).fetchall()}
        yield [{name: _short(value, given=name in given) for name, value in found[row].items()} for row in batch]


def _short(value: Any, *, given: bool) -> Any:
    """Computed numbers were kept with seven digits: more would be noise. What the user gave is given back whole."""
    if not isinstance(value, float):
        return value
    if given:
        return int(value) if value.is_integer() and abs(value) < LARGEST else value
    return float(f"{value:.7g}")


def _sdf(batches: Iterator[list[Mapping[str, Any]]], wanted: Sequence[str]) -> Iterator[bytes]:
    from pharmakon.store.writers import SdfWriter

    with TemporaryDirectory() as folder:
        for batch in batches:
            path = Path(folder) / "part.sdf"
            with SdfWriter(path, [name for name in wanted if name != "smiles"]) as writer:
                for record in batch:
                    writer.write(record["smiles"] or None, record, title=str(record["id"]))
            yield path.read_bytes()


def _parquet(library: Library, rows: Rows, wanted: Sequence[str]) -> Iterator[bytes]:
    import pandas as pd

    cells = ", ".join(f"m.{quoted(name)}" for name in wanted)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "rows.parquet"
        cursor = library.cursor()
        cursor.register("picked", pd.DataFrame({"row": rows, "place": range(len(rows))}))
        cursor.execute(
            f"COPY (SELECT {cells} FROM molecules m JOIN picked p ON m.row = p.row ORDER BY p.place) "  # noqa: S608
            f"TO '{path}' (FORMAT parquet, COMPRESSION zstd)"
        )
        with path.open("rb") as stream:
            while part := stream.read(PART):
                yield part

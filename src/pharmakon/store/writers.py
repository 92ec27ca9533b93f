"""Tables out: CSV, SDF and Parquet files, each whole or absent, the same bytes for the same rows."""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import math
import re
from collections.abc import Collection, Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Self

from pharmakon.core.errors import UsageError
from pharmakon.core.files import replacing

if TYPE_CHECKING:
    from rdkit.Chem import Mol

Record = Mapping[str, object]

_QUOTE = '"'
_QUOTED = re.compile(r'[",\r\n]')
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class CsvText:
    """Records as CSV text: UTF-8 in the end, comma, LF, quotes where needed.

    Text that a spreadsheet would run as a formula ("=", "+", "@", a tab, or "-" before what is no number) gets a
    leading apostrophe, in every column and in the header: an id may come from somebody else than who opens the file.
    `store.tables` takes it from an id and a structure when it reads one. With `only`, just these columns are guarded.
    `formats` gives a column's numbers a format, such as ".3f"; others are written so that reading gives them back.
    """

    def __init__(
        self, columns: Iterable[str], *, only: Collection[str] | None = None, formats: Mapping[str, str] | None = None
    ) -> None:
        self.columns = tuple(columns)
        self._known = set(self.columns)
        self._only, self._formats = None if only is None else frozenset(only), dict(formats or {})
        self._buffer = io.StringIO()
        # With CRLF as its terminator, the writer quotes a cell that holds either; `text` makes it LF.
        self._writer = csv.writer(_LineFeed(self._buffer), lineterminator="\r\n")

    def header(self) -> str:
        """The header line."""
        return self._taken([map(guarded, self.columns)])

    def text(self, records: Iterable[Record]) -> str:
        """The lines of the records. A column that a record lacks is empty; a key that is no column is a UsageError."""
        return self._taken(self._cells(record) for record in records)

    def _taken(self, rows: Iterable[Iterable[str]]) -> str:
        self._writer.writerows(rows)
        text = self._buffer.getvalue()
        self._buffer.seek(0)
        self._buffer.truncate()
        return text

    def _cells(self, record: Record) -> list[str]:
        if not record.keys() <= self._known:
            raise UsageError(f"{min(record.keys() - self._known)!r} is not a column of the table being written")
        return [self._cell(name, record.get(name)) for name in self.columns]

    def _cell(self, name: str, value: object) -> str:
        if isinstance(value, str):
            return guarded(value) if self._only is None or name in self._only else value
        return show(value, self._formats.get(name, ""))


class CsvWriter:
    """A CSV file written record by record; it appears when the `with` block ends well. A .gz name is compressed."""

    def __init__(
        self,
        path: str | Path,
        columns: Iterable[str],
        *,
        only: Collection[str] | None = None,
        formats: Mapping[str, str] | None = None,
    ) -> None:
        self._path, self._format = Path(path), CsvText(columns, only=only, formats=formats)
        self._file = _TextFile(self._path)

    def write(self, record: Record) -> None:
        """Add one record."""
        self._file.write(self._format.text([record]))

    def write_all(self, records: Iterable[Record]) -> None:
        """Add many, in constant memory."""
        records = iter(records)
        while chunk := list(itertools.islice(records, 1000)):
            self._file.write(self._format.text(chunk))

    def __enter__(self) -> Self:
        self._file.__enter__()
        self._file.write(self._format.header())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.__exit__(kind, error, trace)


class SdfWriter:
    """An SDF file (V2000; V3000 where a molecule has too many atoms) with 2-D coordinates and properties in order."""

    def __init__(self, path: str | Path, columns: Iterable[str], *, formats: Mapping[str, str] | None = None) -> None:
        self.columns, self._formats = tuple(columns), dict(formats or {})
        self._file = _TextFile(Path(path))

    def write(self, structure: str | Mol | None, record: Record, *, title: str = "") -> None:
        """Add one record; a structure that cannot be read is left empty, so that no row is lost."""
        lines = [_mol_block(structure, title)]
        for name in self.columns:
            value = record.get(name)
            text = value if isinstance(value, str) else show(value, self._formats.get(name, ""))
            if text:
                tag = re.sub(r"[<>\s]+", " ", name).strip()
                lines.append(f">  <{tag}>\n{_property(text)}\n\n")
        self._file.write("".join(lines) + "$$$$\n")

    def __enter__(self) -> Self:
        self._file.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.__exit__(kind, error, trace)


def write_csv(
    path: str | Path,
    columns: Iterable[str],
    records: Iterable[Record],
    *,
    only: Collection[str] | None = None,
    formats: Mapping[str, str] | None = None,
) -> Path:
    """Write a whole CSV file. See CsvText for `only` and `formats`."""
    with CsvWriter(path, columns, only=only, formats=formats) as writer:
        writer.write_all(records)
    return Path(path)


def write_parquet(
    path: str | Path, columns: Iterable[str], records: Iterable[Record], *, types: Mapping[str, str] | None = None
) -> Path:
    """Write a whole Parquet file. `types` gives columns an SQL type ("DOUBLE"); the others are text.

    Empty text stays text; in a typed column it is NULL.
    """
    import duckdb

    columns, types = tuple(columns), dict(types or {})
    schema = {name: types.get(name, "VARCHAR") for name in columns}
    with TemporaryDirectory() as folder, duckdb.connect() as connection:
        passage, result = Path(folder) / "rows.csv", Path(folder) / "rows.parquet"
        write_csv(passage, columns, records, only=())
        connection.execute("SET threads = 1")  # row groups in one order, so the same bytes
        source = connection.read_csv(
            str(passage),
            header=True,
            delimiter=",",
            quotechar='"',
            escapechar='"',
            dtype=schema,
            auto_detect=False,
            columns=schema,
            parallel=False,
            na_values="",
            force_not_null=[name for name in columns if name not in types],
            max_line_size=2**28,
        )
        source.write_parquet(str(result), compression="zstd")
        with replacing(path) as out, result.open("rb") as stream:
            while block := stream.read(1 << 20):
                out.write(block)
    return Path(path)


def own_columns(wanted: Iterable[str], taken: Collection[str]) -> dict[str, str]:
    """Our columns and their headers: where the input has one of that name, "pharmakon_" before it, until it is free."""
    names = {}
    for name in wanted:
        header = name
        while header in taken:
            header = f"pharmakon_{header}"
        names[name] = header
    return names


def guarded(text: str) -> str:
    """Text that a spreadsheet would run as a formula, with an apostrophe before it."""
    return f"'{text}" if text[:1] in _FORMULA and _is_formula(text) else text


def unguarded(text: str) -> str:
    """What `guarded` was given."""
    return text[1:] if text[:1] == "'" and _is_formula(text[1:]) else text


def quoted(text: str) -> str:
    """A cell as it stands in a line that is joined by commas: what the writer does, where few cells need it."""
    if not _QUOTED.search(text):
        return text
    return f'"{text.replace(_QUOTE, _QUOTE * 2)}"'


def show(value: object, spec: str = "") -> str:
    """A value as a cell: None and NaN are empty, truth is "true" or "false", a number reads back as itself."""
    if value is None:
        return ""
    if hasattr(value, "item"):  # a NumPy scalar
        value = value.item()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        return format(value, spec) if spec else repr(value)
    return format(value, spec) if spec and isinstance(value, int) else str(value)


class _LineFeed:
    """What csv.writer writes to: it calls `write` once a row."""

    def __init__(self, buffer: io.StringIO) -> None:
        self._buffer = buffer

    def write(self, row: str) -> None:
        self._buffer.write(row[:-2])
        self._buffer.write("\n")


class _TextFile:
    """A text file that appears when its block ends well."""

    def __init__(self, path: Path) -> None:
        self._path, self._stack = path, ExitStack()
        self._stream: IO[bytes] | gzip.GzipFile | None = None

    def write(self, text: str) -> None:
        if self._stream is None:
            raise UsageError(f"{self._path} is not open: write inside its `with` block")
        self._stream.write(text.encode(errors="replace"))

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._stream = stack.enter_context(replacing(self._path))
            if self._path.suffix == ".gz":  # without name and time, so the same bytes
                self._stream = stack.enter_context(gzip.GzipFile("", "wb", 6, self._stream, mtime=0))
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream = None
        self._stack.__exit__(kind, error, trace)


def _is_formula(text: str) -> bool:
    if not text.startswith(_FORMULA) or text == "-":
        return False
    try:
        float(text)
    except ValueError:
        return True
    return False


def _mol_block(structure: Any, title: str) -> str:
    from rdkit import Chem, rdBase
    from rdkit.Chem import rdDepictor

    with rdBase.BlockLogs():
        mol = Chem.MolFromSmiles(structure) if isinstance(structure, str) else structure
        mol = Chem.Mol() if mol is None else Chem.Mol(mol)  # a copy: the caller's keeps its coordinates
        rdDepictor.Compute2DCoords(mol)
        try:
            block = Chem.MolToMolBlock(mol)
        except (ValueError, RuntimeError):  # what cannot be kekulised is drawn with aromatic bonds
            block = Chem.MolToMolBlock(mol, kekulize=False)
    return " ".join(title.split()) + "\n" + str(block).partition("\n")[2]


def _property(text: str) -> str:
    """A value that cannot end its record or itself: SDF ends a value at a blank line."""
    lines = [line if line.strip() else " " for line in re.split(r"\r\n|\r|\n", text)]
    return "\n".join(f" {line}" if line.startswith(("$$$$", ">")) and _breaks(line) else line for line in lines)


def _breaks(line: str) -> bool:
    return line.startswith("$$$$") or "<" in line

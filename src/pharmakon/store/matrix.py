"""Wide tables of numbers, such as expression: samples in rows, features in columns. CSV, TSV, Parquet and h5ad."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import DataError, UnknownName
from pharmakon.core.limits import within
from pharmakon.core.types import Floats
from pharmakon.core.words import counted, some

from .bytestream import TextFile, first_bytes, open_text
from .delimited import Delimited
from .hierarchical import read_h5ad
from .numbers import MISSING, decimal_of, read_number
from .parquet import read_whole

if TYPE_CHECKING:
    from pandas import DataFrame, Series

READABLE = 0.5
"""Share of the filled cells that must be numbers for a column to be one of numbers."""
ODD_NAMES = 2000
"""Columns without a name, or with that of another, that a table may have."""
LONGER = 20
"""Cells that the first row may have more than the header."""
PADDED, FEW = 20, 10_000_000
"""Cells for each byte of a file, and cells in all, beyond which its rows are too unequal: short ones are filled up."""
_H5 = b"\x89HDF\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Matrix:
    """Values of shape (rows, columns), NaN where there is none; `rows` and `columns` are their names, as text."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: Floats
    notes: tuple[str, ...] = ()
    """What was made of the file's oddities."""
    text: tuple[str, ...] = field(default=())
    """Columns that hold no numbers and were left out."""

    def transposed(self) -> Matrix:
        """Rows as columns."""
        return Matrix(self.columns, self.rows, np.ascontiguousarray(self.values.T), self.notes)


def read_frame(path: str | Path, *, columns: Sequence[str | None] | None = None) -> DataFrame:
    """A table as text: every cell a string, stripped, "" where missing. An h5ad file gives its `obs`.

    With `columns` only these are read, None standing for the first; a first column without a name is called "".
    UnknownName where there is no such column, DataError where the file cannot be read.
    """
    path = Path(path)
    start = first_bytes(path)
    if start.startswith(_H5):
        frame = read_h5ad(path).obs.reset_index(names="")
        names = [str(name) for name in frame.columns]
    elif start.startswith(b"PAR1"):
        frame = read_whole(path)
        names = [str(name) for name in frame.columns]
    else:
        frame = None
        names = [str(name) for name in _delimited(path, dtype=str, nrows=0).columns]
    wanted = list(dict.fromkeys(names[0] if c is None else c for c in columns)) if columns is not None else names
    for name in wanted:
        if name not in names:
            raise UnknownName("column", name, names, where=str(path))
    if frame is None:
        at = sorted(names.index(name) for name in wanted)
        frame = _delimited(path, dtype=str, keep_default_na=False, usecols=at)
    frame = frame[wanted]
    filled: DataFrame = frame.astype(object).where(frame.notna(), "").astype(str).apply(_stripped)
    return filled


def read_matrix(path: str | Path, *, id: str | None = None, layer: str | None = None) -> Matrix:
    """The numbers of a wide table; `id` names the column of the rows' names, the first one when not given.

    A cell that is no number is NaN ("<0.5" is 0.5, and counted in `notes`); a column without numbers is left out. An
    h5ad file gives `X`, or one of its layers, and the names of its observations and variables.
    """
    path = Path(path)
    if first_bytes(path).startswith(_H5):
        return _of_anndata(read_h5ad(path), layer, path)
    if layer is not None:
        raise DataError(f"{path} is not an h5ad file: it has no layer {layer!r}")
    parquet = first_bytes(path).startswith(b"PAR1")
    names = [str(c) for c in (read_whole(path) if parquet else _delimited(path, dtype=str, nrows=0)).columns]
    if id is not None and id not in names:
        raise UnknownName("column", id, names, where=str(path))
    key = id if id is not None else names[0]
    # An id is a word, whatever it looks like: 007, 1E2 and NA stay what they are.
    words = {names.index(key): str}
    frame = (
        read_whole(path) if parquet else _delimited(path, na_values=sorted(MISSING), low_memory=False, converters=words)
    )
    rows = tuple(str(label).strip() for label in frame.pop(key))
    notes = []
    infinite = int(np.isinf(frame.select_dtypes("number").to_numpy(np.float64, na_value=np.nan)).sum())
    if infinite:
        notes.append(f"{counted(infinite, 'value is', 'values are')} infinite: taken as missing")
    if odd := _not_numbers(frame):
        notes += _numbered(frame, odd)
    text = tuple(map(str, _not_numbers(frame)))
    if text:
        hold = counted(len(text), "column holds no numbers and is", "columns hold no numbers and are")
        notes.append(f"{hold} left out ({some(text)})")
        frame = frame.drop(columns=list(text))
    if frame.shape[1] == 0 or not len(frame):
        raise DataError(f"{path} holds no numbers")
    if repeated := [c for c in map(str, frame.columns) if _is_repeat(c, frame.columns)]:
        notes.append(f"{len(repeated):,} column names stand twice; the later are called NAME.1 ({repeated[0]})")
    within("CELLS", frame.size, path)
    values = frame.to_numpy(np.float64, na_value=np.nan)
    values[~np.isfinite(values)] = np.nan
    return Matrix(rows, tuple(map(str, frame.columns)), values, tuple(notes), text)


def _not_numbers(frame: DataFrame) -> list[Any]:
    """Columns that hold something else."""
    return [name for name, dtype in frame.dtypes.items() if dtype.kind not in "fiub"]


def _stripped(cells: Series[str]) -> Series[str]:
    """Cells without the blanks around them, "" where they only say that there is nothing."""
    found = cells.str.strip()
    return found.mask(found.str.casefold().isin(MISSING), "")


def _delimited(path: Path, **options: Any) -> DataFrame:
    import pandas as pd

    text = open_text(path)
    table = Delimited(text)
    delimiter = table.delimiter
    # Each costs pandas time that grows with their number; a table has a few, a broken one thousands.
    odd = len(table.notes) - len(text.notes)
    if odd > ODD_NAMES:
        raise DataError(
            f"{path} is not a table that can be read: {odd:,} of its columns have no name, or that of another"
        )
    # A first row that is longer than the header becomes, to pandas, an index of so many levels.
    if (more := _longer(text, delimiter)) > LONGER:
        raise DataError(
            f"{path} is not a table that can be read: its first row has {more:,} cells more than the header"
        )
    _refuse_unequal(text, delimiter, path)
    try:
        with text.open() as lines:
            frame = pd.read_csv(lines, sep=delimiter, skip_blank_lines=True, **options)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise DataError(f"{path} is not a table that can be read: {error}") from None
    named: DataFrame = frame.rename(columns={c: "" for c in frame.columns[:1] if str(c).startswith("Unnamed: ")})
    return named


def _refuse_unequal(text: TextFile, delimiter: str, path: Path) -> None:
    """DataError for a small file that would become a huge table, since pandas makes all rows as long as the longest."""
    rows = widest = size = 0
    with text.open() as lines:
        for line in lines:
            rows, size, widest = rows + 1, size + len(line), max(widest, line.count(delimiter) + 1)
    if rows * widest > max(FEW, PADDED * size):
        raise DataError(
            f"{path} is not a table that can be read: one of its {rows:,} rows has {widest:,} cells, and most have few"
        )


def _longer(text: TextFile, delimiter: str) -> int:
    """Cells that the first row has more than the header, as a reader sees them that joins lines at stray quotes."""
    with text.open() as lines:
        try:
            header, first = islice((cells for cells in csv.reader(lines, delimiter=delimiter) if cells), 2)
        except (ValueError, csv.Error):  # fewer than two rows, or a cell beyond all limits: pandas says so
            return 0
    return len(first) - len(header)


def _of_anndata(data: Any, layer: str | None, path: Path) -> Matrix:
    if layer is not None and layer not in data.layers:
        raise UnknownName("layer", layer, data.layers.keys(), where=str(path))
    within("CELLS", data.n_obs * data.n_vars, path)  # a sparse matrix may have any shape
    values = data.layers[layer] if layer is not None else data.X
    values = np.asarray(values.todense() if hasattr(values, "todense") else values, np.float64)
    return Matrix(tuple(map(str, data.obs_names)), tuple(map(str, data.var_names)), values)


def _numbered(frame: DataFrame, columns: Sequence[Any]) -> list[str]:
    """Turn columns of text that are mostly numbers into numbers, in place; what that cost, as notes."""
    marked = lost = 0
    texts = {column: [str(cell) for cell in frame[column].where(frame[column].notna(), "")] for column in columns}
    # One mark for the whole table: 1,304 is a thousand or a little more than one, and 0,36 beside it says which.
    decimal = decimal_of(cell for cells in texts.values() for cell in cells)
    for column, cells in texts.items():
        read = [read_number(cell, decimal=decimal) for cell in cells]
        filled = sum(problem != "missing" for _, _, problem in read)
        if sum(value is not None for value, *_ in read) <= READABLE * filled or not filled:
            continue
        frame[column] = np.array([np.nan if value is None else value for value, *_ in read])
        marked += sum(bool(mark) for _, mark, _ in read)
        lost += sum(value is None and problem != "missing" for value, _, problem in read)
    notes = []
    if marked:
        notes.append(f"{counted(marked, 'value is', 'values are')} below or above a limit (<, >): the limit is taken")
    if lost:
        notes.append(f"{counted(lost, 'cell is no number', 'cells are no numbers')}: taken as missing")
    return notes


def _is_repeat(name: str, names: Any) -> bool:
    stem, _, number = name.rpartition(".")
    return number.isdigit() and stem in names


def aligned(matrix: Matrix, wanted: Sequence[str]) -> NDArray[np.float64]:
    """The rows of a matrix in another order, NaN for those it lacks; shape (len(wanted), columns)."""
    place = {name: i for i, name in enumerate(matrix.rows)}
    at = np.array([place.get(name, -1) for name in wanted], np.intp)
    values = np.full((len(wanted), len(matrix.columns)), np.nan)
    values[at >= 0] = matrix.values[at[at >= 0]]
    return values

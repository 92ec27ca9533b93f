"""CSV, TSV and SMILES files: delimiter, header and rows, whatever a spreadsheet did to them."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence

from pharmakon.core.errors import DataError
from pharmakon.core.limits import beyond, limit, within

from .bytestream import TextFile

Cells = tuple[list[str], str]
"""The cells of a row, as many as there are columns, and what is wrong with the row."""

DELIMITERS = (",", ";", "\t", "|")
_LOOK_AHEAD = 10_000
"""Lines that an open quote may span before it is taken for a stray one: halved each time that it was one, so that a
file full of stray quotes is read in time that goes with its length."""
_LOOK_LEAST = 8

_SMILES = re.compile(r"(?:Cl|Br|[BCNOPSFIbcnops*]|\[[^\]\s]+\]|[-=#$:/\\.()%0-9@+>~])+")


class Delimited:
    """Rows of a delimited file with a header line, or without one when `columns` are given."""

    def __init__(
        self, file: TextFile, *, delimiter: str = "", columns: Sequence[str] = (), quoting: bool = True
    ) -> None:
        csv.field_size_limit(limit("CELL"))  # the default of 131,072 is less than a protein structure in a cell
        self._file, self._quoting = file, quoting
        self.notes = list(file.notes)
        self.delimiter, self._skip = delimiter, 0
        self._given = tuple(columns)
        head = file.head()
        if not delimiter:
            self.delimiter, self._skip = _delimiter(head)
        self.columns: tuple[str, ...] = self._given or self._header()

    def rows(self) -> Iterator[Cells]:
        """Each data row, padded or cut to the columns. Blank lines are left out, save a lone column's inner ones."""
        width = len(self.columns)
        source = _Records(self._lines(), self.delimiter, width, quoting=self._quoting)
        reader = self._reader(source)
        if not self._given:
            next(cells for cells in reader if cells)
        blanks = 0
        for cells in reader:
            problem, source.problem = source.problem, ""
            if len(cells) == width:
                yield from itertools.repeat(([""], ""), blanks)
                blanks = 0
                yield cells, problem
                continue
            if not any(cell.strip() for cell in cells):
                blanks += width == 1
                continue
            if len(cells) > width and not any(cells[width:]):
                yield cells[:width], problem
                continue
            count = f"{len(cells)} cell{'s' if len(cells) != 1 else ''}"
            problem = problem or f"the row has {count} where the header has {width}"
            yield (cells + [""] * (width - len(cells)))[:width], problem

    def _header(self) -> tuple[str, ...]:
        names = next((cells for cells in self._reader(_Records(self._lines(), self.delimiter, 0)) if cells), None)
        if names is None:
            raise DataError(f"{self._file.path} is empty")
        within("COLUMNS", len(names), f"the header of {self._file.path}")
        return distinct([name.strip("\ufeff \t\r\n\xa0") for name in names], self.notes)  # some files have two marks

    def _lines(self) -> Iterator[str]:
        return itertools.islice(self._file.lines(), self._skip, None)

    def _reader(self, records: Iterable[str]) -> Iterator[list[str]]:
        try:
            yield from csv.reader(
                records, delimiter=self.delimiter, quoting=csv.QUOTE_MINIMAL if self._quoting else csv.QUOTE_NONE
            )
        except csv.Error as error:
            raise _told(error, self._file.path) from None


def smiles_file(file: TextFile, structure_names: Sequence[str]) -> Delimited | Spaced:
    """A .smi file: SMILES, white space, name; with tabs, further columns; with or without a header line."""
    first = next((line.strip() for line in io.StringIO(file.head(), newline=None) if line.strip()), "")
    if not first:
        raise DataError(f"{file.path} is empty")
    mark = next((mark for mark in "\t,;" if mark in first and (mark == "\t" or not re.search(r"\s", first))), "")
    words = first.split(mark or None)
    header = plain_name(words[0]) in structure_names
    if header and (mark or len(words) == 1):
        return Delimited(file, delimiter=mark or "\t")
    if mark and (mark != "\t" or len(words) > 2):
        columns = ["smiles", "name", *(f"column_{n}" for n in range(3, len(words) + 1))]
        return Delimited(file, delimiter=mark, columns=columns, quoting=False)
    return Spaced(file, columns=(words[0], words[1]) if header else ("smiles", "name"), header=header)


class Spaced:
    """A SMILES and, after the first white space, a name that may hold more of it. `C |$R1$| x` keeps its extension."""

    delimiter = " "

    def __init__(self, file: TextFile, *, columns: tuple[str, str], header: bool) -> None:
        self._file, self._header, self.columns, self.notes = file, header, columns, list(file.notes)

    def rows(self) -> Iterator[Cells]:
        """Each data row; blank lines at the end are left out, inner ones are empty rows."""
        blanks, skip = 0, self._header
        for line in self._file.lines():
            text = line.strip()
            if not text:
                blanks += 1
                continue
            if skip:
                skip, blanks = False, 0
                continue
            yield from itertools.repeat((["", ""], ""), blanks)
            blanks = 0
            structure, _, name = _split(text)
            if name.startswith("|") and (end := name.find("|", 1)) > 0:
                structure, name = f"{structure} {name[: end + 1]}", name[end + 1 :].lstrip()
            yield [structure, name], ""


def looks_like_smiles(text: str) -> bool:
    """Whether a header cell is more likely a molecule that lost its header."""
    return bool(_SMILES.fullmatch(text.strip()))


def plain_name(name: str) -> str:
    """A column name reduced to its letters and digits, folded: "Canonical_SMILES" is "canonicalsmiles"."""
    return re.sub(r"[\W_]", "", name.casefold())


def distinct(names: Sequence[str], notes: list[str]) -> tuple[str, ...]:
    """Name the nameless and number the repeated, saying so in `notes`."""
    taken = set(names)
    seen: set[str] = set()
    numbers: Counter[str] = Counter()

    def free(stem: str, first: int) -> str:
        """The stem with the next number that makes a name of it which nobody has."""
        numbers[stem] = max(numbers[stem], first - 1)
        while True:
            numbers[stem] += 1
            if (name := f"{stem}_{numbers[stem]}") not in taken and name not in seen:
                return name

    result = []
    for number, name in enumerate(names, start=1):
        fresh = name
        if not name:
            fresh = f"column_{number}"
            while fresh in taken or fresh in seen:
                fresh += "_"
            notes.append(f"column {number} has no name: called {fresh!r}")
        elif name in seen:
            fresh = free(name, 2)
            notes.append(f"column name {name!r} is repeated: column {number} is called {fresh!r}")
        seen.add(fresh)
        result.append(fresh)
    return tuple(result)


class _Records:
    """Lines joined where a quoted cell holds a line end, one whole record at a time.

    csv.reader alone lets one stray quote swallow the rest of a file. Here a quote that is not closed properly costs
    its own line only: that line is passed on with the quote as an ordinary character, and `problem` says so.
    """

    def __init__(self, lines: Iterator[str], delimiter: str, width: int, *, quoting: bool = True) -> None:
        self._lines, self._delimiter, self._width, self._quoting = lines, delimiter, width, quoting
        self._ahead: deque[str] = deque()
        self._reach, self._longest = _LOOK_AHEAD, limit("CELL")
        self.problem = ""

    def __iter__(self) -> Iterator[str]:
        while (line := self._next()) is not None:
            if '"' not in line or not self._quoting or not self._open(line):
                yield line
            else:
                yield self._joined(line)

    def _next(self) -> str | None:
        return self._ahead.popleft() if self._ahead else next(self._lines, None)

    def _joined(self, first: str) -> str:
        parts, size, checked = [first], len(first), 1
        while len(parts) < self._reach and size <= self._longest and (line := self._next()) is not None:
            parts.append(line)
            size += len(line)
            # Within an open cell an even number of quotes closes nothing; looking at every line would cost its square.
            if '"' in line and (line.count('"') % 2 or len(parts) >= 2 * checked):
                checked = len(parts)
                closed = self._closed(parts)
                if closed:
                    return "".join(parts)
                if closed is None:
                    break
        if len(parts) > _LOOK_LEAST:
            self._reach = max(self._reach // 2, _LOOK_LEAST)
        self._ahead.extendleft(reversed(parts[1:]))
        self.problem = "a quotation mark is opened and never closed"
        cells = next(csv.reader([first], delimiter=self._delimiter, quoting=csv.QUOTE_NONE))
        literal = io.StringIO()
        csv.writer(literal, delimiter=self._delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(cells)
        return literal.getvalue()

    def _open(self, text: str) -> bool:
        """Whether the record goes on after this text: then a further line belongs to the same row."""
        return len(list(csv.reader([text, "."], delimiter=self._delimiter))) == 1

    def _closed(self, parts: Sequence[str]) -> bool | None:
        """True: a whole record; False: still open; None: the quotes do not fit."""
        text = "".join(parts)
        if self._open(text):
            return False
        try:
            cells = next(csv.reader([text], delimiter=self._delimiter, strict=True))
        except csv.Error:
            return None
        return True if self._width in (0, len(cells)) else None


def _told(error: csv.Error, path: object) -> DataError:
    if "field limit" in str(error):
        return beyond("CELL", f"a cell of {path}")
    return DataError(f"{path} is not a table that can be read: {error}")


def _split(text: str) -> tuple[str, str, str]:
    head, *tail = text.split(None, 1)
    return head, " ", tail[0] if tail else ""


def _delimiter(head: str) -> tuple[str, int]:
    """The delimiter, judged by the header and the lines below it, and how many lines come before the header.

    A line "sep=;" on top, which Excel writes and obeys, is obeyed too.
    """
    if match := re.match(r"sep=(.)\r?\n|sep=(.)\r", head):
        return match[1] or match[2], 1
    lines = list(io.StringIO(head, newline=""))
    if len(lines) > 1 and not head.endswith(("\n", "\r")):
        lines.pop()  # cut in the middle
    best, score = ",", (0.0, 0)
    for mark in DELIMITERS:
        rows = [len(cells) for cells in itertools.islice(csv.reader(lines, delimiter=mark), 50) if cells]
        if rows and rows[0] > 1:
            alike = sum(count == rows[0] for count in rows) / len(rows)
            if (alike, rows[0]) > score:
                best, score = mark, (alike, rows[0])
    return best, 0

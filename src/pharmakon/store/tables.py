"""Tables of molecules as people keep them: CSV, TSV, SMILES, SDF and Parquet, streamed row by row."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pharmakon.core.errors import DataError, UnknownName, UsageError
from pharmakon.core.words import joined

from .bytestream import first_bytes, open_text
from .delimited import Delimited, Spaced, looks_like_smiles, plain_name, smiles_file
from .numbers import decimal_of, read_number
from .parquet import Parquet
from .remote import place_of
from .sdf import SDF
from .writers import unguarded

__all__ = ["Row", "Table", "decimal_of", "open_table", "read_number"]

STRUCTURE_NAMES = (
    *("smiles", "canonicalsmiles", "isomericsmiles", "structure", "drug", "mol", "smi", "smile", "canonical"),
    *("structuresmiles", "smilesstring", "cxsmiles", "molecule", "compoundstructure", "rdkitsmiles"),
)
ID_NAMES = (
    *("id", "name", "compoundid", "moleculeid", "drugid", "molid", "moleculechemblid", "chemblid", "compound"),
    *("compoundname", "moleculename", "drugname", "title", "identifier", "cmpdid", "cid", "molecule", "drug", "cas"),
)
_SUFFIXES = {
    **dict.fromkeys((".csv", ".tsv", ".tab"), "delimited"),
    **dict.fromkeys((".smi", ".smiles", ".ism", ".can", ".cxsmiles"), "smiles"),
    **dict.fromkeys((".sdf", ".sd", ".mol", ".mdl"), "sdf"),
    **dict.fromkeys((".parquet", ".pq"), "parquet"),
}
_COMPRESSED = {".gz", ".bz2", ".xz", ".vault"}

Source = Delimited | Spaced | SDF | Parquet


@dataclass(slots=True)
class Row:
    """One row: its 1-based number among the data rows, id, structure, and every input column as text."""

    number: int
    id: str
    structure: str
    fields: dict[str, str]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """An opened table, which can be read any number of times."""

    path: Path
    columns: tuple[str, ...]
    structure_column: str
    """"" when the structure is the record itself, as in an SDF file."""
    id_column: str
    """"" when the id is the title of an SDF record, or the row number."""
    notes: tuple[str, ...]
    """What was made of the file's oddities: its encoding, repeated column names, a choice between columns."""
    _source: Source = field(repr=False)

    def rows(self) -> Iterator[Row]:
        """Every row, in the file's order, in constant memory. A row that could not be read says so in `problem`."""
        names, structure, key = self.columns, self.structure_column, self.id_column
        if isinstance(self._source, SDF):
            for number, (cells, problem, smiles, title) in enumerate(self._source.rows(), start=1):
                fields = dict(zip(names, cells, strict=True))
                if structure:
                    smiles, problem = fields[structure].strip(), ""
                label = unguarded(fields[key]) if key else title
                yield Row(number, label.strip() or str(number), smiles, fields, problem)
            return
        for number, (cells, problem) in enumerate(self._source.rows(), start=1):
            fields = dict(zip(names, cells, strict=True))
            label = unguarded(fields[key].strip()) if key else ""
            yield Row(number, label or str(number), fields[structure].strip(), fields, problem)

    def batches(self, size: int) -> Iterator[list[Row]]:
        """The rows in lists of `size`, the last one shorter."""
        rows = self.rows()
        while batch := list(itertools.islice(rows, size)):
            yield batch


def open_table(path: str | Path, *, smiles: str | None = None, id: str | None = None, flag: str = "--smiles") -> Table:
    """Open a table by what it holds; .gz, .bz2, .xz and .vault are read as they are.

    `smiles` and `id` name the columns of the structure and the row's id; without them they are guessed from the usual
    names; `flag` is what an error calls the option of the structure's. UnknownName when there is no such column,
    DataError when the file is empty, damaged or of a foreign kind.
    """
    path = place_of(path)
    source = _source(path)
    notes = list(source.notes)
    if isinstance(source, SDF):
        structure = _named(smiles, source.columns, path) if smiles else ""
    else:
        structure = _named(smiles, source.columns, path) if smiles else _structure_column(source, path, flag)
        others = [name for name in source.columns if name != structure and "smiles" in name.casefold()]
        if others and not smiles:
            notes.append(f"structures are read from the column {structure!r}, not from {joined(others)}")
    key = _named(id, source.columns, path) if id else _id_column(source, structure)
    return Table(path, source.columns, structure, key, tuple(notes), source)


def _source(path: Path) -> Source:
    start = first_bytes(path)
    suffixes = [s.lower() for s in path.suffixes if s.lower() not in _COMPRESSED]
    kind = _SUFFIXES.get(suffixes[-1] if suffixes else "", "")
    if start.startswith(b"PAR1"):
        return Parquet(path)
    if kind == "parquet":
        raise DataError(f"{path} is {'not a Parquet file' if start else 'empty'}")
    file = open_text(path)
    if not kind:
        kind = "sdf" if any(mark in file.head() for mark in ("\nM  END", "V2000", "V3000", "\n$$$$")) else "text"
    if kind == "sdf":
        return SDF(file)
    if kind == "smiles":
        return smiles_file(file, STRUCTURE_NAMES)
    source = Delimited(file)
    if kind == "text" and _bare(source):
        return smiles_file(file, STRUCTURE_NAMES)
    return source


def _bare(source: Delimited) -> bool:
    """Whether a text file of no declared kind is a list of SMILES, or has white space between its columns."""
    words = source.columns[0].split()
    if not words or any(plain_name(name) in STRUCTURE_NAMES for name in source.columns):
        return False
    return plain_name(words[0]) in STRUCTURE_NAMES or looks_like_smiles(words[0])


def _named(name: str, columns: tuple[str, ...], path: Path) -> str:
    if name not in columns:
        raise UnknownName("column", name, columns, where=str(path))
    return name


def _structure_column(source: Source, path: Path, flag: str) -> str:
    columns = source.columns
    if found := _first(columns, STRUCTURE_NAMES):
        return found
    if found := next((name for name in columns if "smiles" in name.casefold()), ""):
        return found
    if looks_like_smiles(columns[0]) and not columns[0].isalpha():
        shown = ", ".join(columns[:3])
        raise UsageError(f"{path} seems to have no header line: it begins with {shown!r}; add one, such as smiles,name")
    hint = f"say which column holds the structures: {flag} NAME"
    raise UnknownName("column", "smiles", columns, where=str(path), hint=hint)


def _id_column(source: Source, structure: str) -> str:
    columns = [name for name in source.columns if name != structure]
    if isinstance(source, SDF) and any(title for *_, title in itertools.islice(source.rows(), 20)):
        return ""
    if found := _first(columns, ID_NAMES):
        return found
    return next((name for name in columns if name.casefold().endswith(("_id", " id", "-id", "id)", "ID"))), "")


def _first(columns: list[str] | tuple[str, ...], wanted: tuple[str, ...]) -> str:
    """The column whose plain name comes first among the wanted ones."""
    plain: Mapping[str, str] = {plain_name(name): name for name in reversed(columns)}
    return next((plain[name] for name in wanted if name in plain), "")

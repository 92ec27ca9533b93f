"""Which molecules a verb is asked about, in a file or as text, and where what it says of a file's may go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field, model_validator

from pharmakon.core.config import Config
from pharmakon.core.errors import DataError, UsageError

if TYPE_CHECKING:
    from pharmakon.store.tables import Row, Table


@dataclass
class CountedRows:
    """The batches of a table, numbered, counting rows on the way. Raises DataError beyond `most`, where it is given."""

    table: Table
    size: int
    most: int = 0
    rows: int = 0

    def __iter__(self) -> Iterator[tuple[int, list[Row]]]:
        for index, batch in enumerate(self.table.batches(self.size)):
            self.rows += len(batch)
            if self.most and self.rows > self.most:
                raise DataError(
                    f"{self.table.path.name} has more than {self.most:,} rows, the most that it may have here"
                )
            yield index, batch


class MoleculesConfig(Config):
    """Molecules in a table or as text."""

    data: Path | None = Field(None, description="table of structures: CSV, TSV, SMI, SDF or Parquet, also gzipped")
    smiles: tuple[str, ...] = Field((), description="structures given as text")
    output: Path | None = Field(None, description="CSV to write, of a file's rows")
    smiles_column: str | None = Field(None, description="structure column; guessed when not given")
    id_column: str | None = Field(None, description="identifier column; guessed when not given")

    @model_validator(mode="after")
    def _one_source(self) -> MoleculesConfig:
        if self.data is not None and self.smiles:
            raise ValueError("give either a file or structures (-s); --smiles-column names a file's structure column")
        if self.data is None and not self.smiles:
            raise ValueError("give either a file or structures (-s)")
        if self.data is None and self.output is not None:
            raise ValueError(
                "-o is for the rows of a file; of structures given with -s the answer is printed (see --json)"
            )
        return self


def check_made_of(folder: Path, what: str, *, held: tuple[str, str] | None, data: Path, digest: str) -> None:
    """Refuse (UsageError) to replace `what` a folder holds where that was made of another file than `data`.

    `held` is the name and the SHA-256 of the file that it was made of. What was made of the same is made again.
    """
    if held is not None and held[1] != digest:
        raise UsageError(
            f"{folder} already holds {what} of {held[0]}, whose content is not that of {data}; choose another -o, or "
            "remove the folder first"
        )


def check_output(data: Path, output: Path) -> None:
    """Refuse (UsageError) to write over the input or a folder, or where there is no folder."""
    if output.exists() and output.resolve() == data.resolve():
        raise UsageError(f"{output} is the input; choose another -o")
    if not output.parent.is_dir():
        raise UsageError(f"there is no folder {output.parent} to write {output.name} to")
    if output.is_dir():
        raise UsageError(f"{output} is a folder; name a file with -o")

"""A user's own table of structures and measurements: which it is, how its columns are called, whose model it made."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from pharmakon.core.config import Config
from pharmakon.core.errors import ConfigError, UnknownName, UsageError

if TYPE_CHECKING:
    from pharmakon.store.tables import Table


class AssayConfig(Config):
    """A table and its columns."""

    data: Path = Field(description="table of structures and measurements: CSV, TSV, SMI, SDF or Parquet, also gzipped")
    smiles: str | None = Field(None, description="structure column; guessed when not given")
    value: str | None = Field(None, description="column of measured values; needed unless only one column is left")
    id: str | None = Field(None, description="identifier column; guessed when not given")
    positive: str | None = Field(None, description="the text that stands for class 1")


def open_assay(config: AssayConfig, *, taken: Collection[str | None] = ()) -> tuple[Table, str]:
    """The table and the name of its value column; `taken` are columns that hold something else.

    Raises UnknownName for a wrong column, ConfigError where the value column has to be named, and what `open_table`
    does.
    """
    from pharmakon.store.tables import open_table

    table = open_table(config.data, smiles=config.smiles, id=config.id)
    held = {table.structure_column, table.id_column, *taken}
    value = config.value or _only([column for column in table.columns if column not in held])
    if value not in table.columns:
        raise UnknownName("column", value, table.columns, where=str(config.data))
    return table, value


def _only(left: Sequence[str]) -> str:
    if len(left) == 1:
        return left[0]
    raise ConfigError(f"say which column holds the measured values (--value); there are: {', '.join(left) or 'none'}")


def spare(folder: Path, *, same: Callable[[Mapping[str, Any]], bool], made_of: str) -> None:
    """Refuse (UsageError) to replace a model whose card is not the `same`: it was not `made_of` what this one is."""
    path = folder / "card.json"
    if not path.is_file():
        return
    try:
        card = json.loads(path.read_bytes())
        what = f"the model {card['name']!r}" + _source(card)
        fits = same(card)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        what, fits = "a model whose card cannot be read", False
    if not fits:
        raise UsageError(f"{folder} holds {what}, not made of {made_of}; choose another -o, or add --overwrite")


def _source(card: Mapping[str, Any]) -> str:
    if "recalibration" in card:
        return f", recalibrated to {card['recalibration'].get('file')}"
    old = card["dataset"]
    return f" of {old.get('name')}, column {old.get('value')!r}"

"""How large and how deep an input may be: one table of limits, each with the variable that moves it.

A file that somebody sent must not be able to fill the memory or to stop the clock. What a limit refuses is named in
the error with the limit, and whoever trusts the file sets PHARMAKON_LIMIT_NAME to a larger number.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from .errors import ConfigError, DataError

PREFIX = "PHARMAKON_LIMIT_"


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `value` `unit`; `why` is what it keeps out."""

    value: int
    unit: str
    why: str


LIMITS: dict[str, Limit] = {
    "SMILES": Limit(10_000, "characters", "a SMILES that is longer is no molecule that a model knows"),
    "ATOMS": Limit(1_000, "heavy atoms", "searches for rings and symmetries grow faster than the molecule"),
    "LINE": Limit(
        1 << 26, "characters", "a text without line ends is read whole: 850,000 columns take some 20 million"
    ),
    "CELL": Limit(1 << 24, "characters", "one cell of a table, or one value of an SDF record"),
    "COLUMNS": Limit(2_000_000, "columns", "a header is held in memory"),
    "RECORD": Limit(1_000_000, "lines", "one record of an SDF file is held in memory"),
    "PROPERTIES": Limit(10_000, "different properties", "each property of an SDF file becomes a column of every row"),
    "UNPACKED": Limit(1 << 38, "bytes", "a compressed file says nothing of its size"),
    "FILES": Limit(100_000, "files", "each file of a zip file is made, however little is in it"),
    "RATIO": Limit(300, "times its size", "a compressed file of real data grows some 50 times, a bomb 1,000 and more"),
    "CELLS": Limit(1_000_000_000, "numbers", "a matrix lies in memory whole, 8 bytes each"),
    "DEPTH": Limit(64, "levels", "JSON, TOML and HDF5 are read by functions that call themselves"),
    "TOML": Limit(1 << 20, "bytes", "a TOML file is written by people, and read by code that takes its time"),
    "JSON": Limit(1 << 29, "bytes", "a JSON document lies in memory whole, several times its size"),
}


def limit(name: str) -> int:
    """The limit in force: the variable PHARMAKON_LIMIT_NAME, else the table's. ConfigError where it is no number."""
    given = os.environ.get(PREFIX + name, "")
    if not given:
        return LIMITS[name].value
    try:
        value = int(given.replace("_", "").replace(",", ""))
    except ValueError:
        value = 0
    if value <= 0:
        raise ConfigError(f"{PREFIX}{name} must be a whole number above 0, in {LIMITS[name].unit}")
    return value


def within(name: str, value: int, where: object) -> int:
    """The value, or a DataError that names the limit it is beyond."""
    if value > limit(name):
        raise beyond(name, where)
    return value


def beyond(name: str, where: object) -> DataError:
    """The error of an input that is larger than allowed."""
    item = LIMITS[name]
    return DataError(
        f"{where} is beyond the limit {name}: at most {limit(name):,} {item.unit} ({item.why}); where you trust the "
        f"file, set {PREFIX}{name} to more"
    )

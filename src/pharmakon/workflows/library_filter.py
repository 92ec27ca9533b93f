"""What is asked of a library: which rows, in which order; and the conditions as SQL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from pharmakon.core.config import Config
from pharmakon.core.errors import UnknownName, UsageError

from .library_repeats import REPEAT

SIMILARITY = "similarity"
"""A column that is there while molecules like one are asked for."""
Bounds = tuple[float | None, float | None]
Verdicts = tuple[Literal["good", "poor", "don't know"], ...]


class Similar(Config):
    """Molecules like one: Tanimoto similarity (ECFP4) of at least so much."""

    smiles: str = Field(max_length=10_000)
    at_least: float = Field(0.5, ge=0.0, le=1.0)


class LibraryFilter(Config):
    """Conditions that a row must all meet."""

    text: str = Field("", max_length=500, description="in the id, the structure, the changes or a column of text")
    ranges: dict[Annotated[str, Field(max_length=300)], Bounds] = Field(
        default_factory=dict, max_length=50, description="column -> [lowest, highest]; null is no bound"
    )
    verdicts: dict[Annotated[str, Field(max_length=300)], Verdicts] = Field(
        default_factory=dict, max_length=50, description="estimate -> the verdicts that are let through"
    )
    in_domain: tuple[str, ...] = Field((), max_length=50, description="estimates whose model must know the molecule")
    problems: Literal["any", "only", "none"] = Field("any", description="rows that could not be read")
    repeats: Literal["any", "only", "none"] = Field("any", description="rows with the structure of an earlier row")
    smarts: str = Field("", max_length=1_000, description="a substructure")
    similar: Similar | None = None
    selection: str = Field("", max_length=16, description="id of a selection")


class Order(Config):
    """A column to sort by; none keeps the file's order. What has no value comes last."""

    sort: str = Field("", max_length=300)
    down: bool = False


Columns = Mapping[str, Mapping[str, Any]]


def condition(asked: LibraryFilter, columns: Columns) -> tuple[str, list[Any]]:
    """The part of the filter that the table alone decides, as SQL with its parameters.

    Raises UnknownName for a column that is not there, UsageError for one that has no numbers or verdicts.
    """
    parts, values = ["true"], list[Any]()
    if text := asked.text.strip():
        written = [name for name, column in columns.items() if column["kind"] == "text" or "numbers" in column]
        texts = ("id", "smiles", "changes", *written)
        parts.append("(" + " OR ".join(f"contains(lower({quoted(name)}), lower(?))" for name in texts) + ")")
        values += [text] * len(texts)
    for name, (low, high) in asked.ranges.items():
        number = quoted(numbers(name, columns))
        for bound, sign in ((low, ">="), (high, "<=")):
            if bound is not None:
                parts.append(f"{number} {sign} ?")
                values.append(bound)
        parts.append(f"NOT isnan(CAST({number} AS DOUBLE))")
    for name, allowed in asked.verdicts.items():
        _estimate(name, columns)
        parts.append(f"{quoted(name + '_verdict')} IN ({', '.join('?' * len(allowed)) or 'NULL'})")
        values += allowed
    for name in asked.in_domain:
        _estimate(name, columns)
        parts.append(quoted(name + "_in_domain"))
    if asked.problems != "any":
        parts.append("problem <> ''" if asked.problems == "only" else "problem = ''")
    if asked.repeats != "any":
        if REPEAT not in columns:
            raise UsageError("the library was made before repeats were marked: make it again from its file")
        parts.append(f"{REPEAT} IS {'NOT ' * (asked.repeats == 'only')}NULL")
    return " AND ".join(parts), values


def ordering(order: Order, columns: Columns) -> str:
    """The order as SQL. Raises UnknownName."""
    if not order.sort or order.sort == SIMILARITY:
        return "row"
    column = known(order.sort, columns)
    name = quoted(order.sort)
    if column["kind"] in ("number", "estimate"):
        name = quoted(numbers(order.sort, columns))
        name = f"CASE WHEN isnan(CAST({name} AS DOUBLE)) THEN NULL ELSE {name} END"
    elif order.sort not in ("row", REPEAT):
        name = f"NULLIF({name}, '')"
    return f"{name} {'DESC' if order.down else 'ASC'} NULLS LAST, row"


def known(name: str, columns: Columns) -> Mapping[str, Any]:
    """A column by its name. Raises UnknownName."""
    if name not in columns:
        raise UnknownName("column", name, columns)
    return columns[name]


def numbers(name: str, columns: Columns) -> str:
    """Where the numbers of a column stand: in itself, or beside cells such as ">7". Raises UnknownName, UsageError."""
    column = known(name, columns)
    if column["kind"] not in ("number", "estimate"):
        raise UsageError(f"{name} has no numbers")
    return str(column.get("numbers", name))


def quoted(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def _estimate(name: str, columns: Columns) -> None:
    if known(name, columns)["kind"] != "estimate":
        raise UsageError(f"{name} is no estimate: it has no verdict")

"""What the API tells of a thing that the server holds: the fields that the answer names, and no other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

TIMES = frozenset({"created", "started", "ended", "used", "expires"})
"""Fields that are seconds since 1970."""


class Answer(BaseModel):
    """An answer whose fields are called as those of what it tells of; in a notebook it is tables."""

    model_config = ConfigDict(from_attributes=True)

    @classmethod
    def of(cls, told: object) -> Self:
        """The answer that tells of it; what the answer does not name stays on the server."""
        return cls.model_validate(told)

    def _repr_html_(self) -> str:
        return "".join(_tables(self.model_dump()))


def _tables(told: Mapping[str, Any], title: str = "") -> Iterator[str]:
    """What is told in words as one table, then one for each part, and for each list, that has parts of its own."""
    from pharmakon.record.notebook import table

    parts = {name: value for name, value in told.items() if _has_parts(value)}
    plain = [(_words(name), _shown(name, value)) for name, value in told.items() if name not in parts]
    if said := [(name, value) for name, value in plain if value != ""]:
        yield table(("", ""), said, title=title)
    for name, value in parts.items():
        if isinstance(value, Mapping):
            yield from _tables(value, _words(name))
        else:
            columns = [key for key in value[0] if any(row[key] not in ("", None) for row in value)]
            rows = [[_shown(key, row[key]) for key in columns] for row in value]
            yield table([_words(key) for key in columns], rows, title=_words(name))


def _has_parts(value: Any) -> bool:
    return bool(value) and isinstance(value[0] if isinstance(value, list) else value, Mapping)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _shown(name: str, value: Any) -> Any:
    """A value as a cell: a structure drawn, a time as a date, a list in one line."""
    from pharmakon.record.notebook import structure

    if name == "smiles" and isinstance(value, str) and value:
        return structure(value)
    if name in TIMES and isinstance(value, float):
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%d %H:%M UTC")
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(str, value))
    return "" if value is None or value == {} else value

"""Configuration: one frozen pydantic model per verb, read from TOML, told off in one sentence."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from .errors import ConfigError, did_you_mean
from .excerpt import excerpt
from .limits import limit, within
from .words import uncapitalised

SHOWN = 3
"""Mistakes that one message tells."""

_QUOTED = re.compile(r"""\"[^"\n]*"|'[^'\n]*'""")


class Config(BaseModel):
    """Base of every verb's configuration: immutable, and a key that does not exist is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @classmethod
    def from_toml(cls, path: str | Path, **overrides: Any) -> Self:
        """Read a TOML file; keyword values that are not None win over the file's, those of a dict key by key."""
        data = read_toml(path)
        for key, value in overrides.items():
            held = data.get(key)
            if value is not None:
                data[key] = held | value if isinstance(held, dict) and isinstance(value, dict) else value
        return build(cls, data, where=str(path))


C = TypeVar("C", bound=BaseModel)


def read_toml(path: str | Path) -> dict[str, Any]:
    """A TOML file as a dict.

    Raises ConfigError when it is missing or is not TOML, naming line and column; DataError when it is too large.
    """
    path = Path(path)
    try:
        within("TOML", path.stat().st_size, path)
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(f"there is no file {path}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read as UTF-8 text: {error}") from None
    return parse_toml(text, where=str(path))


def parse_toml(text: str, *, where: str) -> dict[str, Any]:
    """A text as TOML; `where` is what an error calls it. Raises ConfigError."""
    # What nests makes the reader call itself, and each part of a dotted key costs it what all before it cost.
    if _depth(text) > limit("DEPTH"):
        raise ConfigError(f"{where} is not valid TOML: it nests too deeply")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where} is not valid TOML: {error}") from None
    except RecursionError:
        raise ConfigError(f"{where} is not valid TOML: it nests too deeply") from None


def _depth(text: str) -> int:
    """Parts of the longest dotted key, or levels of the deepest list or table, in time that goes with the length."""
    bare = _QUOTED.sub("", text)
    dots = max((word.count(".") for word in re.split(r"[^\w.\-]+", re.sub(r"[ \t]+", "", bare))), default=0)
    level = deepest = 0
    for mark in re.findall(r"[\[\]{}]", bare):
        level = level + 1 if mark in "[{" else max(level - 1, 0)
        deepest = max(deepest, level)
    return max(dots, deepest)


def build(model: type[C], data: dict[str, Any], *, where: str = "") -> C:
    """Validate `data`; the mistakes become one sentence with suggestions."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise ConfigError(explain(error, model, where=where)) from None


def explain(error: ValidationError, model: type[BaseModel], *, where: str = "") -> str:
    """The mistakes of a validation error, as a sentence: misspelt keys first, at most SHOWN of them."""
    found = sorted(error.errors(include_url=False), key=lambda mistake: mistake["type"] != "extra_forbidden")
    misspelt = [mistake["loc"] for mistake in found if mistake["type"] == "extra_forbidden"]
    # A misspelt key is also a missing one: only the misspelling is said.
    meant = {(*loc[:-1], _meant(model, loc)) for loc in misspelt}
    # And a list whose items are wrong is counted as too short.
    inside = {mistake["loc"][:n] for mistake in found for n in range(1, len(mistake["loc"]))}
    echoes = {("missing", loc) for loc in meant} | {("too_short", loc) for loc in inside}
    own = [mistake for mistake in found if (mistake["type"], mistake["loc"]) not in echoes]
    first, *others = [_said(mistake, model) for mistake in own]
    text = f"{where}: {first}" if where else first
    for other in others[: SHOWN - 1]:
        text += f"{' Also' if text.endswith('?') else '; also'} {other}"
    return text + (f" (and {len(own) - SHOWN} more)" if len(own) > SHOWN else "")


def _said(mistake: ErrorDetails, model: type[BaseModel]) -> str:
    *above, key = mistake["loc"] or ("",)
    place = placed(mistake["loc"])
    if mistake["type"] == "extra_forbidden":
        fields = _fields_at(model, above)
        advice = did_you_mean(str(key), fields) or f"known: {', '.join(sorted(fields))}"
        inside = f" in {placed(above)}" if any(isinstance(part, int) for part in above) else ""
        return f"unknown key {(str(key) if inside else place)!r}{inside}; {advice}"
    message, given = in_words(mistake, model), mistake["input"]
    if not place:
        return message
    # What was given stands in the file; a whole table is too much to say again.
    told = isinstance(given, str) or not (mistake["type"] == "missing" or isinstance(given, (Mapping, Sequence)))
    return f"{place}: {message}{f', got {excerpt(repr(given), 200)}' if told else ''}"


def placed(location: Sequence[int | str]) -> str:
    """Where a mistake is, counted from 1.

    >>> placed(("goals", 0, "want")), placed(("mode", "kind")), placed(("goals", 1, "points", 0, 1))
    ('goal 1: want', 'mode.kind', 'goal 2: point 1, number 2')
    """
    words: list[str] = []
    for before, part in zip(("", *location), location, strict=False):
        if isinstance(part, int) and isinstance(before, str) and words:
            words[-1] = f"{words[-1].removesuffix('s')} {part + 1}"
        elif isinstance(part, int):
            words[-1:] = [f"{words[-1]}, number {part + 1}" if words else f"number {part + 1}"]
        elif isinstance(before, str) and words:
            words[-1] += f".{part}"
        else:
            words.append(part)
    return ": ".join(words)


def in_words(mistake: ErrorDetails, model: type[BaseModel]) -> str:
    """What is wrong and, of a value of another kind than its key's, how it is written in TOML."""
    kind, given, location = mistake["type"], mistake["input"], mistake["loc"]
    key = next((part for part in reversed(location) if isinstance(part, str)), "")
    listed = bool(location) and isinstance(location[-1], int)
    table = _model_at(model, location)
    if kind in {"tuple_type", "list_type"} and table is not None:
        return f"is a list of tables: write each below a line [[{key}]], with two brackets"
    if kind in {"tuple_type", "list_type"}:
        return f"is a list: write {key} = [{_toml(given)}]"
    if kind in {"model_type", "dict_type"} and listed:
        return f"is a table: write it below a line [[{key}]]"
    if kind in {"model_type", "dict_type"}:
        first = next(iter(table.model_fields), "") if table is not None and isinstance(given, str) else ""
        return f"is a table: write {key} = {{ {first} = {_toml(given)} }}" if first else f"is a table: write [{key}]"
    if kind == "too_short":
        return f"needs {mistake['ctx']['min_length']} or more"
    if kind == "string_type" and not isinstance(given, (Mapping, Sequence)):
        return f"is a text: write {'it in quotes' if listed else f'{key} = {_toml(str(_toml(given)))}'}"
    return uncapitalised(mistake["msg"].removeprefix("Value error, "))


def _toml(value: Any) -> str:
    """A plain value as TOML has it."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (str, bool, int, float)) else "..."


def _model_at(model: type[BaseModel], location: Sequence[int | str]) -> type[BaseModel] | None:
    """The model that what stands at a place is, or is a list of; None where it is none."""
    here: type[BaseModel] | None = model
    for part in location:
        if isinstance(part, str):
            info = here.model_fields.get(part) if here is not None else None
            here = inner_model(info.annotation) if info else None
    return here


def _meant(model: type[BaseModel], location: tuple[int | str, ...]) -> str:
    """The key that a misspelt one stands for; "" where nothing is close."""
    fields = _fields_at(model, location[:-1])
    return next((key for key in fields if did_you_mean(str(location[-1]), fields) == f"did you mean {key!r}?"), "")


def _fields_at(model: type[BaseModel], location: Sequence[int | str]) -> list[str]:
    """The keys allowed at a place inside a nested model."""
    return list((_model_at(model, location) or model).model_fields)


def inner_model(annotation: Any) -> type[BaseModel] | None:
    """The model inside a field's type, such as that of a table or of a list of tables; None where there is none."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in getattr(annotation, "__args__", ()):
        found = inner_model(part)
        if found is not None:
            return found
    return None

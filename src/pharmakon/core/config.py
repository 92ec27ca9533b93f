"""Configuration: one frozen pydantic model per verb, read from TOML, told off in one sentence."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from .errors import ConfigError, did_you_mean
from .excerpt import excerpt
from .limits import limit
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

    Raises ConfigError when it is missing or is not TOML, naming line and column.
    """
    path = Path(path)
    try:
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
    place = ".".join(str(part) for part in mistake["loc"])
    if mistake["type"] == "extra_forbidden":
        fields = _fields_at(model, mistake["loc"][:-1])
        advice = did_you_mean(str(mistake["loc"][-1]), fields) or f"known: {', '.join(sorted(fields))}"
        return f"unknown key {place!r}; {advice}"
    message = uncapitalised(mistake["msg"].removeprefix("Value error, "))
    if not place:
        return message
    given = "" if mistake["type"] == "missing" else f", got {excerpt(repr(mistake['input']), 200)}"
    return f"{place}: {message}{given}"


def _meant(model: type[BaseModel], location: tuple[int | str, ...]) -> str:
    """The key that a misspelt one stands for; "" where nothing is close."""
    fields = _fields_at(model, location[:-1])
    return next((key for key in fields if did_you_mean(str(location[-1]), fields) == f"did you mean {key!r}?"), "")


def _fields_at(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """The keys allowed at a place inside a nested model."""
    here: type[BaseModel] = model
    for part in location:
        if isinstance(part, int):
            continue
        info = here.model_fields.get(part)
        inner = inner_model(info.annotation) if info else None
        if inner is None:
            break
        here = inner
    return list(here.model_fields)


def inner_model(annotation: Any) -> type[BaseModel] | None:
    """The model inside a field's type, such as that of a table or of a list of tables; None where there is none."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in getattr(annotation, "__args__", ()):
        found = inner_model(part)
        if found is not None:
            return found
    return None

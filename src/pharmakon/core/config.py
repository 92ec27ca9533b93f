"""Configuration: one frozen pydantic model per verb, read from TOML, told off in one sentence."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from .errors import ConfigError, did_you_mean


class Config(BaseModel):
    """Base of every verb's configuration: immutable, and a key that does not exist is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @classmethod
    def from_toml(cls, path: str | Path, **overrides: Any) -> Self:
        """Read a TOML file; keyword values that are not None win over the file's."""
        data = read_toml(path)
        data.update({k: v for k, v in overrides.items() if v is not None})
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
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from None


def build(model: type[C], data: dict[str, Any], *, where: str = "") -> C:
    """Validate `data`; the first mistake becomes one sentence with a suggestion."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise ConfigError(explain(error, model, where=where)) from None


def explain(error: ValidationError, model: type[BaseModel], *, where: str = "") -> str:
    """The first mistake of a validation error, as a sentence."""
    found = error.errors(include_url=False)
    # A misspelt key is also a missing one: the misspelling is what helps.
    first = next((mistake for mistake in found if mistake["type"] == "extra_forbidden"), found[0])
    place = ".".join(str(part) for part in first["loc"])
    prefix = f"{where}: " if where else ""
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    if first["type"] == "extra_forbidden":
        fields = _fields_at(model, first["loc"][:-1])
        advice = did_you_mean(str(first["loc"][-1]), fields) or f"known: {', '.join(sorted(fields))}"
        return f"{prefix}unknown key {place!r}; {advice}{more}"
    message = first["msg"].removeprefix("Value error, ")
    message = message[:1].lower() + message[1:]
    if not place:
        return f"{prefix}{message}{more}"
    given = "" if first["type"] == "missing" else f", got {first['input']!r}"
    return f"{prefix}{place}: {message}{given}{more}"


def _fields_at(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """The keys allowed at a place inside a nested model."""
    here: type[BaseModel] = model
    for part in location:
        if isinstance(part, int):
            continue
        info = here.model_fields.get(part)
        inner = _inner_model(info.annotation) if info else None
        if inner is None:
            break
        here = inner
    return list(here.model_fields)


def _inner_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in getattr(annotation, "__args__", ()):
        found = _inner_model(part)
        if found is not None:
            return found
    return None

"""A form made of a verb's configuration: a field for each option, and what came back as a configuration again."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pharmakon.core.config import parse_toml
from pharmakon.core.errors import ConfigError
from pharmakon.team.verbs import Verb

Kind = Literal["file", "files", "name", "text", "lines", "integer", "number", "yes", "choice", "date", "tables"]
_NUMBER = re.compile(r"[+-]?\d+")


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `name` kind: a file, or the name of a shipped model; `tables` kind: TOML."""

    name: str
    kind: Kind
    help: str
    required: bool
    default: Any
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None

    @property
    def label(self) -> str:
        """The name in words."""
        words = self.name.replace("_", " ")
        return words[:1].upper() + words[1:]

    @property
    def shown(self) -> str:
        """The default in words; "" where there is none."""
        if self.default in (None, "", [], (), {}) or self.kind in ("tables", "file", "files"):
            return ""
        if isinstance(self.default, bool):
            return "yes" if self.default else "no"
        return ", ".join(map(str, self.default)) if isinstance(self.default, (list, tuple)) else str(self.default)


@dataclass(slots=True)
class Filled:
    """What came back: a configuration, the ids of the files it names, and what could not be read, by field."""

    config: dict[str, Any] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)


def fields_of(verb: Verb) -> list[Field]:
    """The fields of a verb's form, those that must be filled first."""
    schema = verb.model.model_json_schema()
    needed = set(schema.get("required", ()))
    made = [
        _field(verb, name, said, required=name in needed)
        for name, said in schema["properties"].items()
        if name not in verb.taken()
    ]
    order = list(verb.first)
    return sorted(made, key=lambda one: (not one.required, order.index(one.name) if one.name in order else len(order)))


def _field(verb: Verb, name: str, said: Mapping[str, Any], *, required: bool) -> Field:
    options = said.get("anyOf", [said])
    inner = next((one for one in options if one.get("type") != "null"), said)
    inside = inner.get("items", {})
    kind: Kind = "text"
    if "$ref" in inner or "$ref" in inside or "allOf" in inner:
        kind = "tables"
    elif inner.get("type") == "array":
        kind = "files" if inside.get("format") == "path" or name in verb.files else "lines"
    elif inner.get("format") == "path":
        kind = "file"
    elif name in verb.paths:
        kind = "name"
    elif "enum" in inner or "const" in inner:
        kind = "choice"
    elif inner.get("format") == "date":
        kind = "date"
    else:
        kinds: dict[str, Kind] = {"boolean": "yes", "integer": "integer", "number": "number"}
        kind = kinds.get(inner.get("type", ""), "text")
    return Field(
        name,
        kind,
        said.get("description", ""),
        required,
        None if kind in ("file", "files") else said.get("default"),
        tuple(map(str, inner.get("enum", [inner["const"]] if "const" in inner else ()))),
        inner.get("minimum", inner.get("exclusiveMinimum")),
        inner.get("maximum", inner.get("exclusiveMaximum")),
    )


def filled(fields: Sequence[Field], values: Mapping[str, Sequence[str]], names: Mapping[str, str]) -> Filled:
    """What the texts of a form mean. `names` are the project's files by id; a chosen file is in the form by its id."""
    found = Filled()
    for one in fields:
        texts = list(dict.fromkeys(text for text in values.get(one.name, ()) if text.strip()))
        if one.kind in ("file", "name"):
            texts = texts[-1:]  # a file that was chosen anew takes the place of the one before
        if one.kind in ("file", "files", "name") or (one.kind == "lines" and any(t in names for t in texts)):
            found.files += [text for text in texts if text in names]
            texts = [names.get(text, text) for text in texts]
        try:
            value = _value(one, texts)
        except ValueError as error:
            found.errors[one.name] = str(error)
            continue
        if value is not None and value != one.default:
            found.config[one.name] = value
        elif one.required and value is None:
            found.errors[one.name] = "this is needed"
        elif one.required:
            found.config[one.name] = value
    return found


def _value(one: Field, texts: Sequence[str]) -> Any:
    """The value of a field; None where it was left empty. Raises ValueError with what is wrong."""
    if one.kind == "yes":
        return bool(texts)
    if not texts:
        return None
    text = texts[-1].strip()
    if one.kind == "files":
        return list(texts)
    if one.kind == "lines":
        return [line.strip() for text in texts for line in text.splitlines() if line.strip()]
    if one.kind == "integer":
        if not _NUMBER.fullmatch(text):
            raise ValueError("a whole number")
        return int(text)
    if one.kind == "number":
        try:
            return float(text)
        except ValueError:
            raise ValueError("a number, with a point before its decimals") from None
    if one.kind == "tables":
        return _tables(one.name, text)
    return text


def _tables(name: str, text: str) -> Any:
    try:
        held = parse_toml(text, where="this")
    except ConfigError as error:
        raise ValueError(str(error)) from None
    if set(held) != {name}:
        raise ValueError(f"write [[{name}]] or [{name}] above the keys, and nothing else")
    return held[name]

"""A goal as the text of a goal file, and a text as what is asked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

TABLES = ("goals", "constraints", "stages", "scorers")
"""Lists of tables: each table in a line of its own."""


def goal_file(config: Mapping[str, Any]) -> str:
    """What is asked as TOML: plain values first, then the mode, then each wish in a line."""
    return "\n".join(_lines(config)) + "\n"


def _lines(config: Mapping[str, Any]) -> Iterator[str]:
    for key, value in config.items():
        if key not in TABLES and not isinstance(value, Mapping):
            yield f"{key} = {_value(value)}"
    for key, value in config.items():
        if isinstance(value, Mapping):
            yield f"{key} = {_value(value)}"
    for key in TABLES:
        if config.get(key):
            yield f"{key} = ["
            yield from (f"  {_value(one)}," for one in config[key])
            yield "]"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(one)}" for key, one in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_value, value)) + "]"
    text = str(value)
    if "\\" in text and "'" not in text and text.isprintable():
        return f"'{text}'"  # a SMARTS or a SMILES reads as it is
    return _quoted(text)


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _quoted(key)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")

"""The manifest of an index: what its library was, and which files of which sizes make it whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from pharmakon.core.errors import DataError

from .index_files import FILES, INDEX

FORMAT = 1


class _File(BaseModel):
    bytes: int
    sha256: str


class _Facts(BaseModel):
    """What is read of a manifest: one that lacks any of it is damaged."""

    stamp: str
    name: str
    sha256: str
    rows: int
    problems: int
    molecules: int
    bits: int
    probe: str
    versions: dict[str, str]
    files: dict[str, _File]


def read_facts(folder: Path) -> dict[str, Any]:
    """The manifest of an index.

    Raises DataError where the folder holds none, it is damaged, or of another version.
    """
    if not (folder / INDEX).is_file():
        raise DataError(f"{folder} holds no index: pharmakon index makes one")
    facts = _read(folder)
    if "format" in facts and facts["format"] != FORMAT:
        raise DataError(f"{folder} holds an index of another version: make it again from its library")
    try:
        whole = _Facts.model_validate(facts, strict=True).files.keys() == set(FILES)
    except ValueError:
        whole = False
    if not whole:
        raise DataError(f"{folder / INDEX} is damaged: make the index again from its library")
    return facts


def check_files(folder: Path, facts: dict[str, Any]) -> None:
    """DataError where a file is missing, or has another size than the manifest says."""
    for name, told in facts["files"].items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != told["bytes"]:
            raise DataError(f"{path} is not the file that the index was made with: make the index again")


def library_of(folder: Path) -> tuple[str, str] | None:
    """The name and the SHA-256 of the library that a folder holds an index of; None where nothing says it."""
    facts = _read(folder)
    name, digest = facts.get("name"), facts.get("sha256")
    return (name, digest) if isinstance(name, str) and isinstance(digest, str) else None


def _read(folder: Path) -> dict[str, Any]:
    """What can be read of a manifest, which may be nothing."""
    try:
        facts = json.loads((folder / INDEX).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return facts if isinstance(facts, dict) else {}

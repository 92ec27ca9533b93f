"""A run's inputs: where each is found again, by its SHA-256; where it lies in a crate; who may have it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from pharmakon.core.access import ACCESS_CLASSES, AccessClass, access_of, strictest
from pharmakon.core.config import read_toml
from pharmakon.core.errors import DataError, PharmakonError, UsageError
from pharmakon.store.provenance import package_folder
from pharmakon.store.vault import fingerprint

OF_PEOPLE = {
    "anonymise",
    "attack",
    "audit-cohort",
    "deidentify",
    "discover",
    "dose",
    "explain-signature",
    "export",
    "federate simulate",
    "match",
    "release",
    "validate",
}
"""Verbs that read patients."""
SHIPPED = "/pharmakon/models/"
"""What a path has that lies in an installation of this package."""


@dataclass(frozen=True, slots=True)
class Input:
    """A file that a run read, as its run.json says."""

    path: str
    sha256: str

    @property
    def shipped(self) -> Path | None:
        """The same file of this package, where the run read one of its own shipped models."""
        _, found, rest = self.path.replace(os.sep, "/").rpartition(SHIPPED)
        place = package_folder() / "models" / rest
        return place if found and place.is_file() else None


def inputs_of(run: Mapping[str, Any]) -> list[Input]:
    """The inputs of a run.json."""
    return [Input(str(one["path"]), str(one["sha256"])) for one in run["inputs"]]


def mirrored(path: str) -> PurePosixPath:
    """Where a path of the run lies in a folder in which files lie to each other as they did for the run."""
    plain = Path(os.path.normpath(path))
    if plain.is_absolute():
        return PurePosixPath("absolute", *plain.parts[1:])
    return PurePosixPath("relative", *("up" if part == ".." else part for part in plain.parts))


def found_again(
    inputs: Sequence[Input], *, crate: Path | None = None, given: Path | None = None
) -> dict[str, tuple[Path, bool]]:
    """Each input's file, by the path that the run knew it by, and whether it is at that path.

    Looked for, in this order: among this package's shipped models, below `given`, in the inputs of the `crate`, at its
    old path. Its SHA-256 decides, not its name. Raises DataError that names each file that was changed or is missing.
    """
    kept = {} if crate is None else _by_hash(crate / "inputs")
    beside = {} if given is None else _by_hash(given)
    if given is not None and not given.is_dir():
        raise UsageError(f"--inputs {given}: there is no such folder")
    found: dict[str, tuple[Path, bool]] = {}
    wrong: list[str] = []
    for one in inputs:
        shipped, old = one.shipped, Path(one.path)
        if shipped is not None and fingerprint(shipped) == one.sha256:
            found[one.path] = (shipped, False)
        elif one.sha256 in beside or one.sha256 in kept:
            found[one.path] = (beside.get(one.sha256) or kept[one.sha256], False)
        elif old.is_file() and fingerprint(old) == one.sha256:
            found[one.path] = (old, True)
        else:
            wrong.append(_said(one, given))
    if wrong:
        raise DataError(f"the run cannot be repeated: {'; '.join(wrong)}")
    return found


def access_of_inputs(verb: str, inputs: Iterable[Path]) -> AccessClass | None:
    """Who may have a run's inputs: the strictest class that a cohort's file or a card among them states.

    None where nothing is said, "open" where the verb reads no people and nothing is said.
    """
    said = [one for path in inputs if (one := _stated(path)) is not None]
    return strictest(said) or (None if verb in OF_PEOPLE else "open")


def _stated(path: Path) -> AccessClass | None:
    try:
        if path.suffix == ".toml":
            return access_of(read_toml(path))[0]
        if path.name == "card.json":
            return access_of(json.loads(path.read_bytes()))[0]
    except (PharmakonError, OSError, ValueError, RecursionError, AttributeError):
        return ACCESS_CLASSES[-1]  # nobody can tell, so nobody may have it
    return None


def _said(one: Input, given: Path | None) -> str:
    """Why an input is not there, in words."""
    name = Path(one.path).name
    near = [path for path in (given.rglob(name) if given is not None else ()) if path.is_file()]
    if near or Path(one.path).is_file():
        return f"{near[0] if near else one.path} is not the file that the run read, its SHA-256 differs"
    return f"{one.path} is not there (--inputs names the folder that holds it; SHA-256 {one.sha256[:16]}...)"


def _by_hash(folder: Path) -> dict[str, Path]:
    return {fingerprint(path): path for path in sorted(folder.rglob("*")) if path.is_file()} if folder.is_dir() else {}

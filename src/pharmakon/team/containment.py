"""No request leads out: names of what a job made stay below its folder, and uploaded TOML files below their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from pharmakon.core.config import read_toml
from pharmakon.core.errors import ConfigError, Denied, UsageError
from pharmakon.core.limits import limit


def below(folder: Path, name: str) -> Path:
    """What lies under a name in a folder; the folder itself for "".

    Raises Denied for a name that leads out, also through a link, UsageError where nothing lies there.
    """
    parts = PurePosixPath(name).parts
    if ".." in parts or name.startswith("/") or "\\" in name or "\x00" in name:
        raise Denied(f"{name!r} leads out of what the job made")
    path = folder.joinpath(*parts)
    if not path.exists():
        raise UsageError(f"the job made no {name!r}")
    if not path.resolve().is_relative_to(folder.resolve()):
        raise Denied(f"{name!r} leads out of what the job made")
    return path


def contained(path: Path) -> None:
    """Refuse a file that can be read as TOML, whatever its name, and names what lies outside its folder.

    It is read as the verbs read it, so what is none here is none to them. Raises Denied; ConfigError for a file called
    .toml that is none, DataError for one that is too large.
    """
    named_so = path.suffix.lower() == ".toml"
    if not named_so and path.stat().st_size > limit("TOML"):
        return
    try:
        held = read_toml(path)
    except ConfigError:
        if named_so:
            raise
        return
    for text in _texts(held):
        if _leads_out(text, path.parent.resolve()):
            raise Denied(f"{path.name} names {text!r}, which lies outside of the uploaded files")


def _leads_out(text: str, root: Path) -> bool:
    """Whether a text would be a path out of `root`. A SMILES may begin with a slash, so one alone proves nothing."""
    if not text or len(text) > 4_096 or "\x00" in text or "\n" in text:
        return False
    if ".." in PurePosixPath(text.replace("\\", "/")).parts or text.startswith("~/"):
        return True
    leads = Path(*root.parts, text)
    try:
        whole = leads.resolve()
        if whole.is_relative_to(root):
            return False
        return any(place.exists() for place in (whole, *whole.parents) if place != place.parent)
    except OSError:  # too long for a name
        return leads.is_absolute()


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(key)
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)

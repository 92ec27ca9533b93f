"""The public data sets by name: licence, origin, hash and how each is read, from catalogue.toml.

Nothing else in the package knows where a public data set lies. Whoever needs one names it:

    from pharmakon.store.places import path_of
    path_of("tdc_caco2_wang", "test")
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from pydantic import Field, model_validator

from pharmakon.core.config import Config, build
from pharmakon.core.errors import UnknownName

RAW = "https://raw.githubusercontent.com"
LFS = "https://media.githubusercontent.com/media"
PACKED = "gzip"

Ship = Literal["yes", "no", "ask", "-"]
"""May weights trained on a set be given away? "ask": a person has to settle it first; "-": nothing to learn from."""


class DataFile(Config):
    """One file of a set: where it lies, where it comes from, and its fingerprint."""

    name: str
    path: str
    """Below the data root, and below the cache."""
    url: str
    """At a fixed commit; "" where it is not known."""
    rows: int = Field(ge=1)
    bytes: int = Field(ge=1)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    hash_of: Literal["source", "mirror"] = "mirror"
    """"source": compared with the source at that commit; "mirror": known of the local copy only."""
    made: str = ""
    """How it differs from its source: "" not at all, "gzip" packed anew, or words for what no download can do."""
    content: str = Field("", pattern="^([0-9a-f]{64})?$")
    """SHA-256 of the unpacked bytes of a file that was packed anew."""

    @model_validator(mode="after")
    def _can_be_checked(self) -> DataFile:
        if (self.made == PACKED) != bool(self.content):
            raise ValueError('`content` goes with made = "gzip", and with nothing else')
        return self

    @property
    def can_be_fetched(self) -> bool:
        """Whether a download gives this file."""
        return bool(self.url) and self.made in {"", PACKED}


class DataSet(Config):
    """One public data set."""

    name: str
    source: str
    title: str
    what: str
    repository: str
    licence: str = Field(min_length=1)
    ship: Ship
    citation: str = Field(min_length=1)
    format: Literal["csv", "tsv", "smi", "txt", "json"]
    delimiter: str
    structure: str = ""
    """The column of SMILES; "" where the line is the structure, or there is none."""
    values: dict[str, str] = Field(default_factory=dict)
    """Measured columns, each with its unit or meaning."""
    split: str = ""
    """The column that says train or test; "" where the files do, or nothing does."""
    caveats: tuple[str, ...] = ()
    files: tuple[DataFile, ...] = Field(min_length=1)

    @property
    def rows(self) -> int:
        """Rows of all files."""
        return sum(file.rows for file in self.files)

    def file(self, name: str = "") -> DataFile:
        """A file by name; without a name the only one. Raises UnknownName."""
        found = [file for file in self.files if not name or file.name == name]
        if len(found) == 1:
            return found[0]
        raise UnknownName("file", name, [file.name for file in self.files], where=self.name)


@cache
def catalogue() -> dict[str, DataSet]:
    """Every data set by name, in the order of the file."""
    table = _table()
    return {name: _data_set(name, facts, table["sources"]) for name, facts in table["sets"].items()}


def data_set(name: str) -> DataSet:
    """One data set. Raises UnknownName with a suggestion."""
    try:
        return catalogue()[name]
    except KeyError:
        raise UnknownName("data set", name, catalogue()) from None


def sets_of(source: str) -> list[DataSet]:
    """The sets of one origin, such as "moleculeace"."""
    return [item for item in catalogue().values() if item.source == source]


def folder_of(source: str) -> str:
    """The folder of one origin, below the data root."""
    return str(_table()["sources"][source]["folder"])


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("pharmakon.store").joinpath("catalogue.toml").read_text(encoding="utf-8"))


def _data_set(name: str, facts: Mapping[str, Any], sources: Mapping[str, Mapping[str, Any]]) -> DataSet:
    source = sources[facts["source"]]
    known = {key: value for key, value in source.items() if key not in {"folder", "commit", "upstream"}}
    found = [_file(file, source) for file in facts["files"]]
    return build(DataSet, {"name": name, **known, **facts, "files": found}, where=f"catalogue.toml [sets.{name}]")


def _file(facts: Mapping[str, Any], source: Mapping[str, Any]) -> dict[str, Any]:
    own = {key: value for key, value in facts.items() if key not in {"commit", "upstream", "lfs"}}
    upstream = str(facts.get("upstream", facts["path"]))
    if upstream and not upstream.startswith("/"):
        upstream = f"{source['upstream']}/{upstream}"
    commit = facts.get("commit", source["commit"])
    address = f"{LFS if facts.get('lfs') else RAW}/{source['repository']}/{commit}/{upstream.strip('/')}"
    return own | {"path": f"{source['folder']}/{facts['path']}", "url": address if upstream and commit else ""}

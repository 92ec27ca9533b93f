"""data: which public data sets there are, and a checked copy of one of them on this machine."""

from __future__ import annotations

import gzip
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from pharmakon.core.config import Config
from pharmakon.core.errors import DataError
from pharmakon.core.files import replacing
from pharmakon.core.log import data_root
from pharmakon.core.types import Progress, silent
from pharmakon.record.notebook import Shown
from pharmakon.store.catalogue import PACKED, DataFile, DataSet, catalogue, data_set
from pharmakon.store.download import Patience, download
from pharmakon.store.places import cache_folder, content_sha256, is_there, is_whole, unpacked

How = Literal["found", "copied", "downloaded"]


class FetchConfig(Config):
    """Which data set, and where to."""

    name: str = Field(description="a data set's name, as `pharmakon data list` shows it")
    output: Path | None = Field(None, description="data root to write below; the cache folder when not given")


@dataclass(frozen=True, slots=True)
class Fetched:
    """One file of a set that is on this machine now, whole."""

    path: Path
    how: How
    bytes: int


@dataclass(frozen=True, slots=True)
class FetchResult(Shown):
    """A data set on this machine: its facts, its files, and what its licence asks for."""

    item: DataSet
    files: tuple[Fetched, ...]
    warning: str
    """"" where weights trained on the set may be given away."""


def listing(text: str = "") -> list[dict[str, Any]]:
    """The catalogue as plain data, with `here` beside each set; `text` keeps the sets with these words."""
    wanted = text.casefold().split()
    return [
        {**item.model_dump(mode="json"), "rows": item.rows, "here": is_there(item)}
        for item in catalogue().values()
        if all(word in f"{item.name} {item.title} {item.what} {item.licence}".casefold() for word in wanted)
    ]


def run(config: FetchConfig, *, progress: Progress = silent, patience: Patience | None = None) -> FetchResult:
    """Find a data set in PHARMAKON_DATA, or download what is missing; every file is checked by its SHA-256.

    Raises UnknownName with a suggestion, and DataError where a file is not the catalogue's or cannot be had.
    """
    item = data_set(config.name)
    target = config.output or cache_folder()
    fetched = tuple(
        _fetch(file, target, copy=config.output is not None, patience=patience or Patience(), progress=progress)
        for file in item.files
    )
    return FetchResult(item, fetched, _warning(item))


def _fetch(file: DataFile, target: Path, *, copy: bool, patience: Patience, progress: Progress) -> Fetched:
    path = target / file.path
    if path.is_file() and is_whole(file, path):
        return Fetched(path, "found", path.stat().st_size)
    mirror = data_root()
    if mirror is not None and (known := mirror / file.path).is_file():
        if not is_whole(file, known):
            raise DataError(
                f"{known} is not the file of the catalogue: its SHA-256 is not {file.sha256[:12]}...; move it away, "
                "or it would be used instead of a download"
            )
        if not copy:
            return Fetched(known, "found", known.stat().st_size)
        with known.open("rb") as source, replacing(path) as out:
            shutil.copyfileobj(source, out)
        return Fetched(path, "copied", path.stat().st_size)
    _download(file, path, patience=patience, progress=progress)
    return Fetched(path, "downloaded", path.stat().st_size)


def _download(file: DataFile, path: Path, *, patience: Patience, progress: Progress) -> None:
    if not file.can_be_fetched:
        made = f"{file.made}, from {file.url}" if file.url else file.made
        raise DataError(
            f"{file.path} cannot be downloaded as it is here ({made}); set PHARMAKON_DATA to a folder that has it"
        )
    try:
        if file.made != PACKED:
            download(file.url, path, expected=file.sha256, size=file.bytes, patience=patience, progress=progress)
            return
        fresh = path.with_name(f".{path.name}.unpacked")
        download(file.url, fresh, expected=file.content, digest=content_sha256, patience=patience, progress=progress)
    except DataError as error:
        if file.hash_of == "mirror":
            raise DataError(f"{error} (the catalogue's hash was not compared with that source)") from None
        raise
    try:  # no name and no time in it, so that the same content gives the same bytes
        with unpacked(fresh) as source, replacing(path) as out, gzip.GzipFile("", "wb", 9, out, mtime=0) as packed:
            shutil.copyfileobj(source, packed)
    finally:
        fresh.unlink(missing_ok=True)


def _warning(item: DataSet) -> str:
    if item.ship == "no":
        return f"weights trained on it must not be given away: {item.licence}"
    if item.ship == "ask":
        return f"ask before you give away weights trained on it, its terms are not settled: {item.licence}"
    return ""

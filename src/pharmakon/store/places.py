"""Where public data sets lie on this machine: the folder in PHARMAKON_DATA first, then the cache of downloads."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import os
import sys
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, cast

from pharmakon.core.errors import DataError
from pharmakon.core.files import sha256
from pharmakon.core.log import data_root

from .catalogue import DataFile, DataSet, data_set


def cache_folder() -> Path:
    """Where downloads are kept: PHARMAKON_CACHE, or the platform's folder for what can be fetched again."""
    if given := os.environ.get("PHARMAKON_CACHE", ""):
        return Path(given).expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "pharmakon" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "pharmakon"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pharmakon"


def roots() -> list[Path]:
    """The folders that are searched, first come first served."""
    root = data_root()
    return [cache_folder()] if root is None else [root, cache_folder()]


def root_of(path: str) -> Path | None:
    """The first folder that has `path`, a file or folder of the catalogue; None where none has."""
    return next((root for root in roots() if (root / path).exists()), None)


def below_root(path: Path) -> str:
    """The path of a file as the catalogue has it, whichever folder it lies in."""
    inside = [path.relative_to(root).as_posix() for root in roots() if path.is_relative_to(root)]
    return min(inside, key=len, default=str(path))  # a cache may lie below a data root


def path_of(name: str, file: str = "") -> Path:
    """Where a file of a data set lies; `file` may be left out where the set has only one.

    Raises UnknownName, and DataError saying how to get it where it is absent. Its hash is not looked at: `pharmakon
    data fetch` does that.
    """
    return _find(data_set(name), data_set(name).file(file))


def paths_of(name: str) -> list[Path]:
    """Where every file of a data set lies, in the order of the catalogue. Raises as `path_of` does."""
    return [_find(data_set(name), file) for file in data_set(name).files]


def is_there(item: DataSet) -> bool:
    """Whether every file of a set is on this machine."""
    return all(root_of(file.path) for file in item.files)


def is_whole(file: DataFile, path: Path) -> bool:
    """Whether the bytes at `path` are the catalogue's; of a file packed anew, those inside."""
    return content_sha256(path) == file.content if file.content else sha256(path) == file.sha256


def content_sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes, unpacked when it is gzip, bzip2, xz, or a zip archive of one file.

    "" for what is packed and damaged.
    """
    digest = hashlib.sha256()
    try:
        with unpacked(path) as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    except (OSError, EOFError, ValueError, lzma.LZMAError, zipfile.BadZipFile, zlib.error):
        return ""
    return digest.hexdigest()


def unpacked(path: Path) -> BinaryIO:
    """A stream of a file's bytes, unpacked by what it holds and not by its name."""
    with path.open("rb") as stream:
        magic = stream.read(6)
    if magic.startswith(b"\x1f\x8b"):
        return cast(BinaryIO, gzip.open(path))
    if magic.startswith(b"BZh"):
        return cast(BinaryIO, bz2.open(path))
    if magic.startswith(b"\xfd7zXZ"):
        return cast(BinaryIO, lzma.open(path))
    if magic.startswith(b"PK\x03\x04"):
        archive = zipfile.ZipFile(path)
        members: Sequence[str] = [name for name in archive.namelist() if not name.startswith(("__MACOSX/", "."))]
        if len(members) != 1:
            archive.close()
            raise ValueError(f"{path} holds {len(members)} files, not one")
        return cast(BinaryIO, archive.open(members[0]))
    return path.open("rb")


def _find(item: DataSet, file: DataFile) -> Path:
    for folder in roots():
        if (folder / file.path).is_file():
            return folder / file.path
    raise DataError(
        f"{item.name} needs {file.path}: set PHARMAKON_DATA to a folder of public data sets that has it, "
        f"or run: pharmakon data fetch {item.name}"
    )

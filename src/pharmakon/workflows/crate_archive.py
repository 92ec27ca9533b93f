"""A crate as one zip file: the same files give the same bytes, and none of them can land outside of its folder."""

from __future__ import annotations

import lzma
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from pharmakon.core.errors import RecordError, UsageError
from pharmakon.core.files import replacing
from pharmakon.core.limits import beyond, limit, within

FIRST = (1980, 1, 1, 0, 0, 0)
"""The date of every file in a zip file, which has none of its own."""


def pack(folder: Path, target: Path) -> None:
    """Write every file of a folder to a zip file."""
    with replacing(target) as stream, zipfile.ZipFile(stream, "w") as archive:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), FIRST)
            entry.create_system, entry.external_attr = 3, 0o644 << 16  # the same bytes on every system
            entry.compress_type = zipfile.ZIP_DEFLATED
            with path.open("rb") as source, archive.open(entry, "w", force_zip64=True) as out:
                shutil.copyfileobj(source, out, 1 << 20)


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """A crate as a folder: itself, or what a zip file of it holds, for as long as the block runs.

    Raises RecordError that names the file which is damaged, or which would lie outside of the folder; DataError for one
    that unpacks to more than the limits allow.
    """
    if path.is_dir():
        yield path
        return
    if not path.is_file():
        raise UsageError(f"there is no crate at {path}")
    with tempfile.TemporaryDirectory(prefix="pharmakon-crate-") as place:
        try:
            with zipfile.ZipFile(path) as archive:
                _check(archive, path)
                for entry in archive.infolist():
                    _unpack(archive, entry, Path(place), path)
        except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, EOFError) as error:
            raise RecordError(f"{path} is not a whole zip file: {error}") from None
        except (RuntimeError, OSError) as error:  # encrypted; a name too long, or of a file and a folder
            raise RecordError(f"{path} cannot be unpacked: {error}") from None
        yield Path(place)


def _check(archive: zipfile.ZipFile, path: Path) -> None:
    """DataError for what unpacks to more than the limits allow, all entries together: a bomb may be of many."""
    entries = archive.infolist()
    within("FILES", len(entries), path)
    unpacked = within("UNPACKED", sum(entry.file_size for entry in entries), path)
    if unpacked > max(limit("RATIO") * path.stat().st_size, 1 << 20):
        raise beyond("RATIO", path)


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, place: Path, path: Path) -> None:
    name = PurePosixPath(entry.filename)
    if entry.is_dir():
        return
    if name.is_absolute() or ".." in name.parts or not name.parts or "\\" in entry.filename:
        raise RecordError(f"{path} holds {entry.filename!r}, which would lie outside of the crate")
    target = place / name
    if target.exists():
        raise RecordError(f"{path} holds {entry.filename!r} twice")
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(entry) as source, target.open("wb") as out:
        shutil.copyfileobj(source, out, 1 << 20)

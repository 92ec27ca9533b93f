"""A copy of everything that a server has: its tables as they were at one moment, its files, its jobs, its ledger.

The copy is one TAR archive: `tables/NAME.jsonl` (a row a line, in the words of JSON, so that it can be read back into
either kind of database), `data/...` (what lies in the server's folder), and last `manifest.json`, which has the
SHA-256 of each. The server may go on meanwhile. Sessions are left out: whoever comes back logs in again.

A server that was damaged is copied too, since that may be all there is of it, but never over an earlier copy, which
may have what is gone from this one.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

from pharmakon import __version__
from pharmakon.core.errors import UsageError
from pharmakon.core.files import replacing
from pharmakon.core.types import Progress, silent

from .database import Database, newest, revision
from .tables import files, jobs, metadata, sessions

MANIFEST, TABLES, DATA = "manifest.json", "tables", "data"
LEDGER, HEAD = "ledger.jsonl", "ledger.head.json"
OVER = ("done", "failed", "cancelled", "paused")
"""States of jobs whose files nobody writes to."""


@dataclass(slots=True)
class BackupResult:
    """What the archive holds, which uploads were to be in it and are gone, and what is wrong with the ledger.

    `path` is beside the one that was asked for where that is an earlier copy, and this one is of a damaged server.
    """

    path: Path
    rows: int = 0
    files: int = 0
    bytes: int = 0
    missing: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def backup(database: Database, folder: Path, output: Path, *, progress: Progress = silent) -> BackupResult:
    """Copy a server into an archive that only its owner may read.

    Raises UsageError where the tables are of another version: the manifest says of which.
    """
    if revision(database) != newest():
        raise UsageError(
            f"the tables are of revision {revision(database) or 'none'}: start the server once, then back up"
        )
    folder = folder.resolve()
    result = BackupResult(output, problems=_problems(folder / LEDGER))
    if output.is_file() and (result.problems or _is_short(database, folder)):
        result.path = output.with_stem(f"{output.stem}-damaged")
    with replacing(result.path, private=True) as stream, tarfile.open(fileobj=stream, mode="w|") as archive:
        made = _Archive(archive)
        over, uploads = _tables(database, made, result)
        ledger = _ledger(folder / LEDGER, made)
        wanted = sorted(_files(folder, over))
        for done, path in enumerate(wanted):
            progress(done, len(wanted), "")
            with contextlib.suppress(FileNotFoundError), path.open("rb") as source:  # it may be deleted this moment
                made.add(f"{DATA}/{path.relative_to(folder).as_posix()}", source, path.stat().st_size)
        result.missing = sorted(name for id, name in uploads.items() if f"{DATA}/files/{id}" not in made.files)
        result.files = sum(name.startswith(f"{DATA}/") for name in made.files)
        result.bytes = sum(int(one["size"]) for one in made.files.values())
        manifest = {"version": __version__, "revision": newest(), "ledger": ledger, "files": made.files}
        text = json.dumps(manifest, indent=1).encode()
        made.add(MANIFEST, io.BytesIO(text), len(text))
    return result


class _Archive:
    """An archive, and what went into it."""

    def __init__(self, archive: tarfile.TarFile) -> None:
        self._archive = archive
        self.files: dict[str, dict[str, Any]] = {}

    def add(self, name: str, source: IO[bytes], size: int) -> None:
        """Add `size` bytes of a stream. Raises OSError where it ends before."""
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = size, 0o600
        hashing = _Hashing(source)
        self._archive.addfile(entry, cast("IO[bytes]", hashing))
        self.files[name] = {"size": size, "sha256": hashing.digest.hexdigest()}


class _Hashing:
    """A stream that is hashed as it is read."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source, self.digest = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        part = self._source.read(size)
        self.digest.update(part)
        return part


def _tables(database: Database, made: _Archive, result: BackupResult) -> tuple[set[str], dict[str, str]]:
    """Every table as of one moment; the ids of the jobs that were over by then, and of the uploads with their names."""
    from sqlalchemy import select

    over: set[str] = set()
    uploads: dict[str, str] = {}
    with database.read() as connection:
        if database.kind == "postgresql":
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        else:
            connection.exec_driver_sql("BEGIN")
        for table in metadata.sorted_tables:
            if table is sessions:
                continue
            with tempfile.TemporaryFile() as text:
                for row in connection.execute(select(table)).mappings():
                    text.write(json.dumps(dict(row)).encode() + b"\n")
                    result.rows += 1
                    if table is jobs and row["state"] in OVER:
                        over.add(row["id"])
                    if table is files:
                        uploads[row["id"]] = row["name"]
                size = text.tell()
                text.seek(0)
                made.add(f"{TABLES}/{table.name}.jsonl", text, size)
    return over, uploads


def _problems(ledger: Path) -> list[str]:
    """What is wrong with a ledger, a sentence each; it is copied first, since others wait while nobody may write."""
    from pharmakon.record.ledger import verify

    if not ledger.is_file():
        return ["the ledger is gone, and its head is not"] if ledger.with_name(HEAD).is_file() else []
    with tempfile.TemporaryDirectory() as away:
        with _unwritten(ledger):
            for part in (ledger, ledger.with_name(HEAD)):
                if part.is_file():
                    shutil.copyfile(part, Path(away) / part.name)
        return [f"the ledger: {problem}" for problem in verify(Path(away) / ledger.name).problems]


def _is_short(database: Database, folder: Path) -> bool:
    """Whether the bytes of an upload are gone."""
    from sqlalchemy import select

    with database.read() as connection:
        return any(not (folder / "files" / id).is_file() for id in connection.execute(select(files.c.id)).scalars())


def _ledger(path: Path, made: _Archive) -> dict[str, Any]:
    """The ledger and its head, between two entries."""
    if not path.is_file():
        return {}
    with _unwritten(path):
        for part in (path, path.with_name(HEAD)):
            if part.is_file():
                content = part.read_bytes()
                made.add(f"{DATA}/{part.name}", io.BytesIO(content), len(content))
    return {"sha256": made.files[f"{DATA}/{path.name}"]["sha256"]}


@contextlib.contextmanager
def _unwritten(path: Path) -> Iterator[None]:
    """Nobody writes to a ledger while the block runs."""
    with path.open("rb") as held:
        if sys.platform != "win32":
            import fcntl

            fcntl.flock(held, fcntl.LOCK_SH)
        yield


def _files(folder: Path, over: set[str]) -> Iterator[Path]:
    """What lies in a server's folder, without the database, the ledger, and what running jobs are writing."""
    for path in folder.rglob("*"):
        inside = path.relative_to(folder).parts
        if not path.is_file() or path.is_symlink() or path.name.startswith("."):
            continue
        if len(inside) == 1 and inside[0].startswith(("server.db", "ledger.")):
            continue
        if inside[0] == "jobs" and (inside[1] not in over or inside[3:4] == ("inputs",)):
            continue
        yield path

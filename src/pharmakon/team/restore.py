"""A server made again from a backup, after every byte of it was checked.

Nothing is put in place before the whole archive was read and each SHA-256 found right. Afterwards the uploads, the
results of jobs and the chain of the ledger are checked against what the tables say.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from pharmakon.core.errors import DataError, UsageError
from pharmakon.core.files import sha256
from pharmakon.core.types import Progress, silent

from .backup import DATA, LEDGER, MANIFEST, TABLES
from .database import Database, migrate
from .tables import metadata

AWAY = ".restoring"
"""Where the archive is unpacked, in the server's folder, until it was found whole."""
MANY = 500
"""Rows that are written at a time."""


@dataclass(slots=True)
class RestoreResult:
    """What was restored, and what is wrong with it, a sentence each."""

    rows: int = 0
    files: int = 0
    entries: int = 0
    problems: list[str] = field(default_factory=list)


def restore(archive: Path, database: Database, folder: Path, *, progress: Progress = silent) -> RestoreResult:
    """Make a server again in an empty database and an empty folder.

    Raises UsageError where something is there already, DataError where the archive is damaged: then nothing is left.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _check_empty(database, folder)
    away = folder / AWAY
    shutil.rmtree(away, ignore_errors=True)
    away.mkdir(mode=0o700)
    try:
        manifest = _unpacked(archive, away, progress)
        result = RestoreResult()
        migrate(database, manifest["revision"])
        result.rows = _filled(database, away / TABLES)
        migrate(database)
        for path in sorted((away / DATA).iterdir()) if (away / DATA).is_dir() else ():
            path.rename(folder / path.name)
    finally:
        shutil.rmtree(away, ignore_errors=True)
    result.files = sum(name.startswith(f"{DATA}/") for name in manifest["files"])
    _checked(database, folder, result)
    return result


def _check_empty(database: Database, folder: Path) -> None:
    from sqlalchemy import inspect, select

    with database.read() as connection:
        there = set(inspect(connection).get_table_names())
        for table in metadata.sorted_tables:
            if table.name in there and connection.execute(select(table.c[0]).limit(1)).first():
                raise UsageError("the database is not empty: restore into a new one")
    if taken := [name for name in ("files", "jobs", LEDGER) if (folder / name).exists()]:
        raise UsageError(f"{folder} holds {', '.join(taken)} already: restore into an empty folder")


def _unpacked(path: Path, away: Path, progress: Progress) -> dict[str, Any]:
    """Unpack an archive while its hashes are made; its manifest, which they were found to agree with."""
    found: dict[str, str] = {}
    manifest: dict[str, Any] = {}
    try:
        with tarfile.open(path, mode="r|*") as archive:
            for entry in archive:
                source = archive.extractfile(entry) if entry.isfile() else None
                if source is None or not _sound(entry.name):
                    raise DataError(f"{path} is no backup: it holds {entry.name!r}")
                progress(len(found), 0, "")
                if entry.name == MANIFEST:
                    manifest = json.loads(source.read())
                    continue
                target, digest = away.joinpath(*PurePosixPath(entry.name).parts), hashlib.sha256()
                target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                with target.open("xb") as stream:
                    while part := source.read(1 << 20):
                        digest.update(part)
                        stream.write(part)
                target.chmod(0o600)
                found[entry.name] = digest.hexdigest()
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise DataError(f"{path} is damaged: {error}") from None
    except FileNotFoundError:
        raise DataError(f"there is no file {path}") from None
    if not manifest:
        raise DataError(f"{path} is damaged: its end, with the manifest, is missing")
    said = {name: str(one["sha256"]) for name, one in manifest["files"].items()}
    wrong = sorted(name for name in {*found, *said} if found.get(name) != said.get(name))
    if wrong:
        more = f" and {len(wrong) - 5} more" if len(wrong) > 5 else ""
        raise DataError(f"{path} is damaged, nothing was restored; not what was saved: {', '.join(wrong[:5])}{more}")
    return manifest


def _sound(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return name == MANIFEST or (len(parts) > 1 and parts[0] in (TABLES, DATA) and ".." not in parts)


def _filled(database: Database, folder: Path) -> int:
    """Write the rows into the tables as they are at the backup's revision; how many there are."""
    from sqlalchemy import MetaData, insert, update

    tables = MetaData()
    rows = 0
    with database.write() as connection:
        tables.reflect(connection)
        for table in tables.sorted_tables:
            path = folder / f"{table.name}.jsonl"
            for some in _batches(path) if path.is_file() else ():
                connection.execute(insert(table), some)
                rows += len(some)
        jobs = tables.tables["jobs"]  # their workers are gone: they go on where they stopped
        going = {"state": "queued", "resume": True, "lease": None, "lease_until": None}
        connection.execute(update(jobs).where(jobs.c.state == "running").values(**going))
    return rows


def _batches(path: Path) -> Iterator[list[Mapping[str, Any]]]:
    some: list[Mapping[str, Any]] = []
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            some.append(json.loads(line))
            if len(some) == MANY:
                yield some
                some = []
    if some:
        yield some


def _checked(database: Database, folder: Path, result: RestoreResult) -> None:
    """Find what does not agree: the bytes of uploads, what jobs wrote, the ledger."""
    from sqlalchemy import select

    from pharmakon.record.ledger import verify

    from .tables import files, jobs

    with database.read() as connection:
        for row in connection.execute(select(files)).mappings():
            _compare(folder / "files" / row["id"], row["sha256"], f"the upload {row['name']} ({row['id']})", result)
        for row in connection.execute(select(jobs).where(jobs.c.result.is_not(None))).mappings():
            said = json.loads(row["result"])
            place = folder / "jobs" / row["id"] / str(said.get("attempt", "")) / "output"
            for file in said.get("files", ()) if row["state"] != "queued" else ():
                _compare(place / file["name"], file["sha256"], f"{file['name']} of job {row['id']}", result)
    if (folder / LEDGER).is_file():
        found = verify(folder / LEDGER)
        result.entries = found.entries
        result.problems += [f"the ledger: {problem}" for problem in found.problems]


def _compare(path: Path, said: str, what: str, result: RestoreResult) -> None:
    if not path.is_file():
        result.problems.append(f"{what} is missing")
    elif sha256(path) != said:
        result.problems.append(f"{what} was altered: its SHA-256 is not the recorded one")
    elif path.parent.name == "files":
        path.chmod(0o400)

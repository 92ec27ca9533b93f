"""Files that people uploaded: their bytes in a folder of the server, what is known of them in the database."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pharmakon.core.errors import DataError, Denied, TooLarge, UnknownName, UsageError

from .database import Database, new_id, newest_first
from .roles import Caller
from .tables import files

if TYPE_CHECKING:
    from sqlalchemy import Select

_NAME = re.compile(r"[^/\\\x00-\x1f]{1,200}")


@dataclass(frozen=True, slots=True)
class File:
    """An uploaded file."""

    id: str
    project: str
    user: str
    name: str
    size: int
    sha256: str
    patient: bool
    created: float


class Files:
    """The uploaded files of a server: bytes lie in `folder`, each under its id."""

    def __init__(self, database: Database, folder: Path, *, largest: int) -> None:
        self._database, self.folder, self._largest = database, folder, largest

    def add(self, caller: Caller, name: str, parts: Iterable[bytes], *, patient: bool) -> File:
        """Keep a file; what the caller uploaded last under its name, if it is the same bytes, and not a copy of it.

        Raises TooLarge where it is that, UsageError for a name with a path in it.
        """
        from sqlalchemy import insert

        caller.check("patient.write" if patient else "file.write")
        name = file_name(name)
        id = new_id()
        self.folder.mkdir(parents=True, exist_ok=True)
        path, size, digest = self.folder / id, 0, hashlib.sha256()
        try:
            with path.open("xb") as target:
                for part in parts:
                    size += len(part)
                    if size > self._largest:
                        raise TooLarge(f"{name} is larger than {self._largest:,} bytes, the server's limit")  # noqa: TRY301
                    digest.update(part)
                    target.write(part)
                target.flush()
                os.fsync(target.fileno())
                path.chmod(0o400)  # jobs read the same bytes through a link, and none may change them
            with self._database.write() as connection:
                last = connection.execute(_latest(caller, name, patient=patient)).mappings().first()
                mine = last and (last["user"], last["sha256"]) == (caller.user, digest.hexdigest())
                if last and mine and (self.folder / last["id"]).is_file():
                    path.unlink()
                    return _file(last)
                now = self._database.now(connection)
                made = File(id, caller.project, caller.user, name, size, digest.hexdigest(), patient, now)
                connection.execute(insert(files).values(**{key: getattr(made, key) for key in File.__slots__}))
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return made

    def get(self, caller: Caller, id: str) -> File:
        """What is known of a file of the open project.

        Raises UnknownName where the project has none of this id, Denied for patients' data without the role.
        """
        from sqlalchemy import select

        caller.check("file.read")
        with self._database.read() as connection:
            query = select(files).where((files.c.id == id) & (files.c.project == caller.project))
            row = connection.execute(query).mappings().first()
        if row is None:
            raise UnknownName("file", id, ())
        if row["patient"]:
            caller.check("patient.read")
        return _file(row)

    def path(self, file: File) -> Path:
        """Where the bytes lie. Raises DataError where they are gone."""
        path = self.folder / file.id
        if not path.is_file():
            raise DataError(f"the bytes of {file.name} ({file.id}) are gone from the server")
        return path

    def list(self, caller: Caller, *, limit: int = 100, before: str = "") -> list[File]:
        """The project's files that the caller may read, the newest first; page on from the last one's id."""
        caller.check("file.read")
        query = newest_first(files, limit=limit, before=before).where(files.c.project == caller.project)
        if not caller.may("patient.read"):
            query = query.where(files.c.patient.is_(False))
        with self._database.read() as connection:
            return [_file(row) for row in connection.execute(query).mappings()]

    def remove(self, caller: Caller, id: str) -> File:
        """Delete a file. Raises as `get` does."""
        from sqlalchemy import delete

        caller.check("file.delete")
        file = self.get(caller, id)
        if file.patient:
            caller.check("patient.write")
        with self._database.write() as connection:
            connection.execute(delete(files).where(files.c.id == id))
        (self.folder / id).unlink(missing_ok=True)
        return file

    def known(self, project: str, ids: Iterable[str]) -> Iterator[File]:
        """Files of a project by id, for a job that may read them. Raises Denied for one that is not the project's."""
        from sqlalchemy import select

        for id in ids:
            with self._database.read() as connection:
                query = select(files).where((files.c.id == id) & (files.c.project == project))
                row = connection.execute(query).mappings().first()
            if row is None:
                raise Denied(f"the project has no file {id}")
            yield _file(row)


def file_name(name: str) -> str:
    """A name that is no path. Raises UsageError for another."""
    name = name.strip()
    if not _NAME.fullmatch(name) or name in (".", "..") or name.startswith("."):
        raise UsageError(f"{name!r} cannot be the name of a file")
    return name


def _latest(caller: Caller, name: str, *, patient: bool) -> Select[Any]:
    """What the project has under a name, the newest first: jobs and cohorts take the latest of a name."""
    same = (files.c.project == caller.project) & (files.c.name == name) & (files.c.patient == patient)
    return newest_first(files, limit=1).where(same)


def _file(row: Any) -> File:
    return File(**{key: row[key] for key in File.__slots__})

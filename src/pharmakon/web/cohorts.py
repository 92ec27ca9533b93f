"""Declared cohorts among a project's files: a TOML file of patients' data, and the tables that it names."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import Request

from pharmakon.core.config import read_toml
from pharmakon.core.errors import Denied, PharmakonError, UsageError
from pharmakon.team.containment import contained
from pharmakon.team.files import File
from pharmakon.team.roles import Caller
from pharmakon.workflows import cohort_check, cohort_columns, explain

from .cohort_form import file_name
from .copying import as_toml
from .guard import state

LOOKED = 500
"""Uploads among which a cohort's tables are looked for."""
LONGEST = 1 << 20
"""Bytes of a declaration."""
LARGEST = 40_000_000
"""Bytes of tables up to which a design is checked while a page waits; a discovery checks it anyway."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A cohort's file with its tables: the project's latest upload of each name. `missing` are not there."""

    file: File
    tables: Sequence[File]
    missing: Sequence[str]
    measured: Sequence[File] = ()
    """Those of the tables that measurements are read from."""

    @property
    def size(self) -> int:
        """Bytes of its tables."""
        return sum(table.size for table in self.tables)

    @property
    def ids(self) -> list[str]:
        """What a job reads."""
        return [self.file.id, *(table.id for table in self.tables)]


def patients_files(request: Request, caller: Caller) -> list[File]:
    """The project's files of patients' data, the newest first."""
    return [file for file in state(request).files.list(caller, limit=LOOKED) if file.patient]


def declared_cohorts(request: Request, caller: Caller) -> list[File]:
    """The TOML files of patients' data that declare a cohort, the newest of each name."""
    found: dict[str, File] = {}
    for file in patients_files(request, caller):
        if file.name.endswith(".toml"):
            found.setdefault(file.name, file)
    return [file for file in found.values() if file.size <= LONGEST and _declares(state(request).files.path(file))]


def _declares(path: Path) -> bool:
    """Whether a TOML file is meant for a cohort: that of a release, or of the rules for columns, is of another kind."""
    try:
        keys = read_toml(path).keys()
    except PharmakonError:
        return False
    return {"clinical", "outcome"} <= keys


def declared(request: Request, caller: Caller, id: str) -> Declared:
    """A cohort by the id of its file. Raises UnknownName, Denied, UsageError for a file that is no declaration."""
    file = state(request).files.get(caller, id)
    if not file.patient or not file.name.endswith(".toml"):
        raise UsageError(f"{file.name} is not the TOML file of a cohort, uploaded as patients' data")
    with laid_out(request, [file]) as folder:
        names = cohort_check.tables_of(folder / file.name)
        measured = cohort_check.measured_in(folder / file.name)
    there: dict[str, File] = {}
    for one in patients_files(request, caller):
        there.setdefault(one.name, one)
    missing = [name for name in names if name not in there]
    tables = [there[name] for name in names if name in there]
    return Declared(file, tables, missing, [table for table in tables if table.name in measured])


def keep_declaration(request: Request, caller: Caller, made: Mapping[str, Any]) -> File:
    """Keep what was declared as the TOML file of a cohort. Raises Denied for one that names what lies outside."""
    held, name, content = state(request), file_name(made["name"]), f"{as_toml(made)}\n".encode()
    with tempfile.TemporaryDirectory(prefix="look-", dir=held.settings.data) as place:
        path = Path(place) / name
        path.write_bytes(content)
        contained(path)
    kept = held.files.add(caller, name, [content], patient=True)
    held.journal.note("patients' data kept", caller, file=kept.id, sha256=kept.sha256)
    return kept


def unreadable(request: Request, caller: Caller, made: Mapping[str, Any], tables: Sequence[File]) -> dict[str, str]:
    """Why a declaration that is not kept yet cannot be read with its tables; nothing of what can, or is large."""
    if sum(table.size for table in tables) > LARGEST:
        return {}
    state(request).journal.note("patients' data read", caller, files=[table.id for table in tables])
    try:
        with laid_out(request, tables) as folder:
            path = folder / file_name(made["name"])
            path.write_text(f"{as_toml(made)}\n", encoding="utf-8")
            contained(path)
            cohort_check.refuse_unreadable(path)
    except UsageError as error:
        return {"": str(error)}
    return {}


def checked(request: Request, caller: Caller, cohort: Declared) -> cohort_check.CohortCheck:
    """The design check of a cohort. Raises UsageError with why it cannot be read as it is declared."""
    state(request).journal.note("patients' data read", caller, files=cohort.ids)
    with laid_out(request, [cohort.file, *cohort.tables]) as folder:
        return cohort_check.run(cohort_check.CohortCheckConfig(cohort=folder / cohort.file.name))


def check_patient(request: Request, caller: Caller, files: Sequence[File], cohort: str, patient: str) -> None:
    """Look a patient up in a cohort that is one of the files. Raises UsageError for one who is not in its table."""
    if sum(file.size for file in files) > LARGEST:
        return  # the job finds out
    state(request).journal.note("patients' data read", caller, files=[file.id for file in files])
    with laid_out(request, files) as folder:
        explain.check_patient(folder / cohort, patient)


def columns(request: Request, caller: Caller, id: str) -> tuple[File, cohort_columns.Columns]:
    """The columns of an uploaded table. Raises UsageError where it cannot be read."""
    held = state(request)
    file = held.files.get(caller, id)
    if file.patient:
        held.journal.note("patients' data read", caller, file=file.id)
    with laid_out(request, [file]) as folder:
        return file, cohort_columns.run(cohort_columns.ColumnsConfig(data=folder / file.name))


@contextmanager
def laid_out(request: Request, files: Sequence[File]) -> Iterator[Path]:
    """Files by their names in a folder, as a job would see them; none may name what lies outside.

    Raises UsageError where two have one name, and for whatever cannot be read there, without the path; Denied.
    """
    held, names = state(request), [file.name for file in files]
    if twice := [name for name in names if names.count(name) > 1]:
        raise UsageError(f"two of the files are called {twice[0]}: give one of them another name")
    with tempfile.TemporaryDirectory(prefix="look-", dir=held.settings.data) as place:
        folder = Path(place)
        for file in files:
            target = folder / file.name
            try:
                target.hardlink_to(held.files.path(file))
            except OSError:
                shutil.copyfile(held.files.path(file), target)
            contained(target)
        try:
            yield folder
        except Denied:
            raise
        except PharmakonError as error:
            raise UsageError(str(error).replace(f"{folder}/", "")) from None

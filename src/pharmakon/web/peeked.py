"""An uploaded table looked at before it is used."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from fastapi import Request

from pharmakon.core.errors import PharmakonError, UsageError
from pharmakon.team.roles import Caller
from pharmakon.workflows.table_peek import Peek, PeekConfig, run

from .guard import state


def peek_of(request: Request, caller: Caller, id: str) -> Peek:
    """What an uploaded file seems to hold. Raises UnknownName, Denied, DataError."""
    held = state(request)
    file = held.files.get(caller, id)
    if file.patient:
        held.journal.note("patients' data read", caller, file=file.id)
    with tempfile.TemporaryDirectory() as folder:  # its bytes lie under its id, and a table is told by its name
        path = Path(folder) / file.name
        try:
            path.symlink_to(held.files.path(file).resolve())
        except OSError:
            shutil.copyfile(held.files.path(file), path)
        try:
            return run(PeekConfig(data=path))
        except PharmakonError as error:
            raise UsageError(str(error).replace(str(path), file.name)) from None

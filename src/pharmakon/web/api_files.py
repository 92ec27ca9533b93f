"""Uploads over the API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, UploadFile
from pydantic import BaseModel
from starlette.responses import FileResponse, Response

from pharmakon.team.files import File
from pharmakon.team.roles import Caller

from .answers import Answer
from .described import binary
from .guard import allowed, state

router = APIRouter(prefix="/api/v1/files", tags=["files"])

PART = 1 << 20
"""Bytes that are held at a time."""


class FileOut(Answer):
    """An uploaded file."""

    id: str
    name: str
    size: int
    sha256: str
    patient: bool
    created: float


class FilePage(BaseModel):
    """Some files, the newest first; `next` goes on with the older ones."""

    items: list[FileOut]
    next: str | None


@router.post("", status_code=201)
def upload(
    request: Request,
    file: UploadFile,
    patient: Annotated[bool, Form(description="the data of patients: only a curator will read it")] = False,  # noqa: FBT002
    caller: Caller = allowed("file.write"),
) -> FileOut:
    """Upload a file. Its name is kept, its content is not looked at."""
    return FileOut.of(keep(request, caller, file, patient=patient))


def keep(request: Request, caller: Caller, file: UploadFile, *, patient: bool) -> File:
    """Keep an upload; one of patients' data is noted in the ledger."""
    held = state(request)
    kept = held.files.add(caller, file.filename or "unnamed", _parts(file), patient=patient)
    if patient:
        held.journal.note("patients' data kept", caller, file=kept.id, sha256=kept.sha256)
    return kept


@router.get("")
def list_files(
    request: Request,
    caller: Caller = allowed("file.read"),
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[str, Query(max_length=16, description="`next` of the page before")] = "",
) -> FilePage:
    """The project's files, the newest first."""
    found = state(request).files.list(caller, limit=limit, before=before)
    return FilePage(items=[FileOut.of(file) for file in found], next=found[-1].id if len(found) == limit else None)


@router.get("/{id}")
def get_file(request: Request, id: str, caller: Caller = allowed("file.read")) -> FileOut:
    """What is known of a file."""
    return FileOut.of(state(request).files.get(caller, id))


@router.get("/{id}/content", response_class=FileResponse, **binary("application/octet-stream"))
def read_file(request: Request, id: str, caller: Caller = allowed("file.read")) -> FileResponse:
    """The file's bytes."""
    held = state(request)
    file = held.files.get(caller, id)
    if file.patient:
        held.journal.note("patients' data read", caller, file=file.id)
    return FileResponse(held.files.path(file), media_type="application/octet-stream", filename=file.name)


@router.delete("/{id}", status_code=204, response_class=Response)
def delete_file(request: Request, id: str, caller: Caller = allowed("file.delete")) -> None:
    """Delete a file."""
    held = state(request)
    file = held.files.remove(caller, id)
    if file.patient:
        held.journal.note("patients' data deleted", caller, file=file.id, sha256=file.sha256)


def _parts(file: UploadFile) -> Iterator[bytes]:
    while part := file.file.read(PART):
        yield part

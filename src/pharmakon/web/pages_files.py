"""The page of the project's uploads."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, UploadFile
from starlette.responses import HTMLResponse, RedirectResponse

from pharmakon.team.roles import Caller

from .api_files import delete_file, keep
from .guard import allowed, state
from .pages import render

router = APIRouter(include_in_schema=False)

PAGE = 100
"""Files of a page."""


@router.get("/files")
def files(
    request: Request,
    caller: Caller = allowed("file.read"),
    before: Annotated[str, Query(max_length=16)] = "",
) -> HTMLResponse:
    """The project's files, the newest first, and where to drop more."""
    held = state(request)
    found = held.files.list(caller, limit=PAGE, before=before)
    return render(
        request,
        "files.html",
        caller,
        files=found,
        people={user.id: user.name for user in held.accounts.all()},
        older=found[-1].id if len(found) == PAGE else "",
        largest=held.settings.largest,
    )


@router.post("/files")
def upload(
    request: Request,
    file: list[UploadFile],
    patient: Annotated[str, Form(max_length=10)] = "",
    caller: Caller = allowed("file.write"),
) -> RedirectResponse:
    """Keep the files of the form."""
    for one in file:
        keep(request, caller, one, patient=bool(patient))
    return RedirectResponse("/files", 303)


@router.post("/files/{id}/delete")
def delete(request: Request, id: str, caller: Caller = allowed("file.delete")) -> RedirectResponse:
    """Delete a file."""
    delete_file(request, id, caller)
    return RedirectResponse("/files", 303)

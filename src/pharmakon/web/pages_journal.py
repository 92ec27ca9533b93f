"""The server's own ledger, for its administrators: who logged in, read patients' data, signed, was turned away."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse

from pharmakon.team.roles import Caller
from pharmakon.workflows import ledger

from .api_journal import opened
from .guard import allowed, state
from .pages import render

router = APIRouter(include_in_schema=False)

PAGE = 100
"""Entries of a page."""


@router.get("/journal")
def journal(
    request: Request,
    *,
    caller: Caller = allowed("server.read"),
    before: Annotated[int, Query(ge=0)] = 0,
    find: Annotated[str, Query(max_length=200)] = "",
    verify: bool = False,
) -> HTMLResponse:
    """The entries, the newest first; with `verify` the whole chain is checked."""
    path = opened(request, caller)
    book = ledger.entries(path, before=before, limit=PAGE, find=find.strip())
    found = ledger.verify(path) if verify else None
    names = {user.id: user.name for user in state(request).accounts.all()}
    return render(request, "journal.html", caller, book=book, found=found, find=find.strip(), names=names)

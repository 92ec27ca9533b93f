"""The server's own ledger over the API, for its administrators."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from pharmakon.team.roles import Caller
from pharmakon.workflows import ledger

from .answers import Answer
from .guard import allowed, state

router = APIRouter(prefix="/api/v1/journal", tags=["records"])


class EntryOut(Answer):
    """Something that happened on the server; its hash holds the one of the entry before."""

    seq: int
    time: str = Field(description="UTC")
    event: str
    by: dict[str, Any]
    data: dict[str, Any]
    previous: str
    hash: str


class JournalPage(BaseModel):
    """Entries, the newest first."""

    items: list[EntryOut]
    next: int | None = Field(description="`before` of the page after; null where there is none")
    altered: list[int] = Field(description="lines among these that are not what was written")


class JournalStanding(BaseModel):
    """Whether the ledger is what was written."""

    ok: bool
    entries: int
    head: str = Field(description="hash of the last entry: kept elsewhere, it shows a ledger cut short")
    problems: list[str]


@router.get("")
def list_entries(
    request: Request,
    *,
    caller: Caller = allowed("server.read"),
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[int, Query(ge=0, description="`next` of the page before")] = 0,
    find: Annotated[str, Query(max_length=200, description="text that an entry holds")] = "",
) -> JournalPage:
    """Who logged in, was turned away, read patients' data, signed."""
    book = ledger.entries(opened(request, caller), before=before, limit=limit, find=find.strip())
    return JournalPage(
        items=[EntryOut.of(entry) for entry in book.entries], next=book.before or None, altered=list(book.unreadable)
    )


@router.get("/standing")
def verify_journal(request: Request, caller: Caller = allowed("server.read")) -> JournalStanding:
    """Check the whole chain."""
    found = ledger.verify(opened(request, caller))
    return JournalStanding(ok=found.ok, entries=found.entries, head=found.head, problems=list(found.problems))


def opened(request: Request, caller: Caller) -> Path:
    """The ledger's file; there is an entry in it from now on."""
    journal = state(request).journal
    if not journal.path.is_file():
        journal.note("ledger opened", caller)
    return journal.path

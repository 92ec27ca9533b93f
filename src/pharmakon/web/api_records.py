"""Records over the API: what runs say side by side, whether they are whole, who signed them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from pharmakon.record.state import Meaning
from pharmakon.team.roles import Caller
from pharmakon.team.signing import Record
from pharmakon.workflows import ledger

from .api_results import note_read
from .guard import allowed, reauthenticated
from .records import compared, folder, kept, record, sign

router = APIRouter(prefix="/api/v1/records", tags=["records"])


class RecordOut(BaseModel):
    """A record in the list: the job that left it, its folder there, and where it stands."""

    job: str
    folder: str
    kind: str
    title: str
    verb: str
    state: str


class RecordPage(BaseModel):
    """Some records, the newest first; `next` goes on with the older ones."""

    items: list[RecordOut]
    next: str | None


class SignatureOut(BaseModel):
    """A signature; `problem` says why it does not count."""

    seq: int
    meaning: Meaning
    name: str
    email: str
    key: str
    time: str
    why: str
    sha256: str
    problem: str


class Standing(BaseModel):
    """Whether a record is as it was written, and who signed it."""

    job: str
    kind: str
    state: str
    entries: int
    closed: bool
    head: str
    problems: list[str]
    remarks: list[str]
    signatures: list[SignatureOut]


class NewSignature(BaseModel):
    """A signature to give. The passphrase opens the signer's identity, and is kept nowhere."""

    model_config = ConfigDict(extra="forbid")

    meaning: Meaning
    why: str = Field(min_length=1, max_length=2000)
    passphrase: str = Field(max_length=1024)


@router.get("")
def list_records(
    request: Request,
    *,
    caller: Caller = allowed("record.read"),
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[str, Query(max_length=16, description="`next` of the page before")] = "",
) -> RecordPage:
    """The project's records, the newest first."""
    found, older = kept(request, caller, limit=limit, before=before)
    items = [
        RecordOut(
            job=one.record.job.id,
            folder=one.record.name,
            kind=one.record.kind,
            title=one.record.job.title,
            verb=one.record.job.verb,
            state=one.state,
        )
        for one in found
    ]
    return RecordPage(items=items, next=older or None)


@router.get("/compare")
def compare_records(
    request: Request,
    run: Annotated[list[str], Query(max_length=6, description="jobs of the runs, two or more")],
    caller: Caller = allowed("record.read"),
) -> dict[str, Any]:
    """Runs side by side: request, inputs, results, versions, each fact with its value in each run."""
    found, told = compared(request, caller, run)
    return {"runs": [one.job.id for one in found], "parts": told.plain()}


@router.get("/{id}")
def get_record(request: Request, id: str, caller: Caller = allowed("record.read")) -> Standing:
    """Check a record anew: its ledger, every file, every signature."""
    found = record(request, caller, id)
    note_read(request, caller, found.job, found.name)
    return _standing(request, found)


@router.post("/{id}/signatures", status_code=201)
def sign_record(
    request: Request,
    id: str,
    asked: NewSignature,
    caller: Caller = allowed("record.author"),
    _: None = reauthenticated,
) -> Standing:
    """Sign a record, in person: a token cannot, and the password was given a moment ago."""
    found = record(request, caller, id)
    sign(request, caller, found, asked.meaning, why=asked.why, passphrase=asked.passphrase)
    return _standing(request, found)


def _standing(request: Request, found: Record) -> Standing:
    place = folder(request, found)
    checked, given = ledger.verify(place), ledger.state(place)
    names = [name for name in SignatureOut.model_fields if name != "time"]
    signatures = [
        SignatureOut(time=one.time.isoformat(), **{name: getattr(one, name) for name in names})
        for one in given.signatures
    ]
    return Standing(
        job=found.job.id,
        kind=found.kind,
        state=given.state,
        entries=checked.entries,
        closed=checked.closed,
        head=given.head or checked.head,
        problems=list(checked.problems),
        remarks=list(checked.remarks),
        signatures=signatures,
    )

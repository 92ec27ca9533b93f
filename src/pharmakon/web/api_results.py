"""What a job wrote, over the API: one file, the first rows of a table, everything in an archive."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel
from starlette.responses import FileResponse, StreamingResponse

from pharmakon.core.errors import DataError, UnknownName, UsageError
from pharmakon.team.containment import below
from pharmakon.team.queue import Job
from pharmakon.team.roles import Caller
from pharmakon.workflows.deidentify import KEY

from .archive import zipped
from .described import binary
from .guard import allowed, state
from .preview import first_rows
from .security import SANDBOX

router = APIRouter(prefix="/api/v1/jobs/{id}", tags=["jobs"])

SHOWN = {".html": "text/html", ".svg": "image/svg+xml", ".png": "image/png"}
"""What a browser may show; anything else it keeps as a file."""
KINDS = {".json": "application/json", ".csv": "text/csv", ".toml": "application/toml", ".zip": "application/zip"}

PARTIAL = "PARTIAL.txt"
_PARTIAL_TEXT = (
    "The job was stopped before its end. What lies here is a part of what it was to make, and may end in the middle."
)


class Rows(BaseModel):
    """The first rows of a table; `more` where it goes on."""

    columns: list[str]
    rows: list[list[str]]
    more: bool


@router.get("/files/{name:path}", response_class=FileResponse, **binary("*/*"))
def job_file(request: Request, id: str, name: str, caller: Caller = allowed("job.read")) -> FileResponse:
    """One file that a job wrote."""
    job = state(request).jobs.get(caller, id)
    path = place_of(request, job, name)
    note_read(request, caller, job, name)
    suffix = path.suffix.lower()
    answer = FileResponse(path, media_type=SHOWN.get(suffix) or KINDS.get(suffix, "application/octet-stream"))
    answer.headers["Content-Security-Policy"] = SANDBOX
    if suffix not in SHOWN:
        answer.headers["Content-Disposition"] = as_file(path.name)
    return answer


@router.get("/preview/{name:path}")
def preview(
    request: Request,
    id: str,
    name: str,
    caller: Caller = allowed("job.read"),
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Rows:
    """The first rows of a CSV or TSV file that a job wrote."""
    job = state(request).jobs.get(caller, id)
    path = place_of(request, job, name)
    note_read(request, caller, job, name)
    columns, rows, more = first_rows(path, limit)
    return Rows(columns=columns, rows=rows, more=more)


@router.get("/archive.zip", response_class=StreamingResponse, **binary("application/zip"))
def archive(request: Request, id: str, caller: Caller = allowed("job.read")) -> StreamingResponse:
    """Everything that a job wrote but a key, as a ZIP archive made while it is sent.

    Of a job that was stopped the archive's name ends in `-partial`, and PARTIAL.txt in it says how far it was.
    """
    held = state(request)
    job = held.jobs.get(caller, id)
    files = {name: place_of(request, job, name) for name in names_of(job) if not is_key(name)}
    note_read(request, caller, job, "archive.zip")
    part = part_of(job)
    texts = {PARTIAL: f"{job.verb} {job.id} is {part}\n\n{_PARTIAL_TEXT}\n"} if part else {}
    headers = {"Content-Disposition": as_file(f"{job.verb}-{job.id}{'-partial' if part else ''}.zip")}
    return StreamingResponse(zipped(files, texts), media_type="application/zip", headers=headers)


def part_of(job: Job) -> str:
    """How far a job was when it was stopped before its end, such as "partial: stopped after 40 of 200"; else ""."""
    if not (job.over and job.result.get("partial")):
        return ""
    return f"partial: stopped after {job.done:,}{f' of {job.total:,}' if job.total else ''}"


def names_of(job: Job) -> list[str]:
    """The files that a job says it wrote."""
    return [str(file["name"]) for file in job.result.get("files", ())]


def is_key(name: str) -> bool:
    """Whether a file is the key of a de-identification: it never travels with the data that it leads back from."""
    return name.endswith(KEY)


def place_of(request: Request, job: Job, name: str) -> Path:
    """Where a file of a job lies. Raises UnknownName for one that it did not write, DataError where it is gone."""
    names = names_of(job)
    if name not in names:  # a list of names, so that no path leads out
        raise UnknownName("file", name, names)
    try:
        return below(state(request).made(job), name)
    except UsageError:
        raise DataError(f"{name} is gone from the server") from None


def note_read(request: Request, caller: Caller, job: Job, name: str) -> None:
    """Write down that patients' data were read."""
    if job.patient:
        state(request).journal.note("patients' data read", caller, job=job.id, file=name)


def as_file(name: str) -> str:
    """The header by which a browser keeps an answer under a name."""
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}"


def facts_of(job: Job) -> list[dict[str, Any]]:
    """The files of a job for its page: what can be shown of each."""
    found = []
    for file in job.result.get("files", ()):
        suffix = Path(file["name"]).suffix.lower()
        found.append(
            {
                **file,
                "url": f"/api/v1/jobs/{job.id}/files/{quote(file['name'])}",
                "report": suffix == ".html",
                "table": suffix in (".csv", ".tsv"),
                "picture": suffix in (".svg", ".png"),
                "key": is_key(file["name"]),
            }
        )
    return found

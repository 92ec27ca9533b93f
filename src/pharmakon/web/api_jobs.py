"""Jobs over the API: started, followed, stopped, gone on with, and what they made."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import FileResponse, StreamingResponse

from pharmakon.core.errors import UnknownName
from pharmakon.team.queue import Job
from pharmakon.team.roles import Caller
from pharmakon.team.verbs import check, verb, verbs

from .guard import allowed, state
from .security import SANDBOX

router = APIRouter(prefix="/api/v1", tags=["jobs"])

LOOK = 0.5
"""Seconds between two looks at a job whose events are followed."""


class NewJob(BaseModel):
    """A job to start. `config` is the verb's configuration; files are named in it as they were uploaded."""

    model_config = ConfigDict(extra="forbid")

    verb: str = Field(max_length=40)
    config: dict[str, Any] = Field(default_factory=dict)
    files: list[str] = Field(default_factory=list, max_length=1000, description="ids of uploaded files it may read")
    title: str = Field("", max_length=200)


class JobOut(BaseModel):
    """A job as it stands."""

    id: str
    verb: str
    title: str
    config: dict[str, Any]
    files: list[str]
    patient: bool
    state: Literal["queued", "running", "paused", "done", "failed", "cancelled"]
    created: float
    started: float | None
    ended: float | None
    attempts: int
    done: int
    total: int
    note: str
    result: dict[str, Any]
    error: str

    @classmethod
    def of(cls, job: Job) -> JobOut:
        """Everything but what is the worker's own."""
        return cls(**{name: getattr(job, name) for name in cls.model_fields})


class JobPage(BaseModel):
    """Some jobs, the newest first; `next` goes on with the older ones."""

    items: list[JobOut]
    next: float | None


class VerbOut(BaseModel):
    """A verb that runs as a job."""

    name: str
    title: str
    patient: bool
    config: dict[str, Any] = Field(description="JSON schema of its configuration")


@router.get("/verbs")
def list_verbs(caller: Caller = allowed("job.read")) -> list[VerbOut]:
    """The verbs that run as jobs, each with the schema of its configuration."""
    return [
        VerbOut(name=v.name, title=v.title, patient=v.patient, config=v.model.model_json_schema())
        for v in verbs().values()
    ]


@router.post("/jobs", status_code=201)
def start_job(
    request: Request,
    asked: NewJob,
    caller: Caller = allowed("job.start"),
    idempotency_key: Annotated[str, Header(max_length=200)] = "",
) -> JobOut:
    """Start a job. The same Idempotency-Key is the same job, however often it is sent."""
    return JobOut.of(start(request, caller, asked, key=idempotency_key))


def start(request: Request, caller: Caller, asked: NewJob, *, key: str = "") -> Job:
    """Check what is asked, and put it into the queue."""
    held = state(request)
    what = verb(asked.verb)
    known = [held.files.get(caller, id) for id in asked.files]
    check(what, asked.config, [file.name for file in known])
    patient = what.patient or any(file.patient for file in known)
    job = held.jobs.add(
        caller,
        asked.verb,
        asked.config,
        files=asked.files,
        title=asked.title or what.title,
        patient=patient,
        key=key,
    )
    if patient:
        held.journal.note("patients' data used", caller, job=job.id, verb=job.verb, files=[f.sha256 for f in known])
    return job


@router.get("/jobs")
def list_jobs(
    request: Request,
    caller: Caller = allowed("job.read"),
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: float | None = None,
    verb: str = "",
) -> JobPage:
    """The project's jobs, the newest first."""
    found = state(request).jobs.list(caller, limit=limit, before=before, verbs=[verb] if verb else [])
    return JobPage(items=[JobOut.of(job) for job in found], next=found[-1].created if len(found) == limit else None)


@router.get("/jobs/{id}")
def get_job(request: Request, id: str, caller: Caller = allowed("job.read")) -> JobOut:
    """A job as it stands."""
    return JobOut.of(state(request).jobs.get(caller, id))


@router.post("/jobs/{id}/{what}")
def change_job(
    request: Request, id: str, what: Literal["cancel", "pause", "resume"], caller: Caller = allowed("job.stop")
) -> JobOut:
    """Cancel or pause a job, or let it go on where it stopped. What it wrote by then stays, marked as partial."""
    jobs = state(request).jobs
    if what == "resume":
        return JobOut.of(jobs.resume(caller, id))
    return JobOut.of(jobs.stop(caller, id, pause=what == "pause"))


@router.get("/jobs/{id}/events")
async def follow_job(request: Request, id: str, caller: Caller = allowed("job.read")) -> StreamingResponse:
    """The job's progress as server-sent events, each a job as JSON, until it is over."""
    jobs = state(request).jobs
    first = await run_in_threadpool(jobs.get, caller, id)

    async def events() -> AsyncIterator[str]:
        job, said = first, ""
        while True:
            text = JobOut.of(job).model_dump_json()
            if text != said:
                said = text
                yield f"event: {job.state}\ndata: {text}\n\n"
            if job.over or await request.is_disconnected():
                return
            await asyncio.sleep(LOOK)
            job = await run_in_threadpool(jobs.get, caller, id)

    return StreamingResponse(events(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


@router.get("/jobs/{id}/files/{name:path}")
def job_file(request: Request, id: str, name: str, caller: Caller = allowed("job.read")) -> FileResponse:
    """One file that a job wrote."""
    held = state(request)
    job = held.jobs.get(caller, id)
    names = [file["name"] for file in job.result.get("files", ())]
    if name not in names:  # a list of names, so that no path leads out
        raise UnknownName("file", name, names)
    if job.patient:
        held.journal.note("patients' data read", caller, job=job.id, file=name)
    path = held.made(job) / name
    kind = {".html": "text/html", ".json": "application/json", ".csv": "text/csv", ".svg": "image/svg+xml"}
    answer = FileResponse(path, media_type=kind.get(path.suffix.lower(), "application/octet-stream"))
    answer.headers["Content-Security-Policy"] = SANDBOX
    if path.suffix.lower() not in (".html", ".svg"):
        answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{_quoted(path.name)}"
    return answer


def _quoted(name: str) -> str:
    from urllib.parse import quote

    return quote(name, safe="")


def plain(value: Any) -> str:
    """A value as JSON for a script of a page."""
    return json.dumps(value, sort_keys=True)

"""Jobs over the API: started, followed, stopped, gone on with, and what they made."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import StreamingResponse

from pharmakon.core.errors import Unavailable
from pharmakon.team.queue import Job, State
from pharmakon.team.roles import Caller
from pharmakon.team.verbs import check, jobs_named, verb, verbs

from .answers import Answer
from .described import binary
from .guard import allowed, state

router = APIRouter(prefix="/api/v1", tags=["jobs"])

LOOK = 0.5
"""Seconds between two looks at a job whose events are followed."""
ALIVE = 15.0
"""Seconds of silence after which a follower is told that the server is still there: proxies close what is silent."""


class NewJob(BaseModel):
    """A job to start. `config` is the verb's configuration; files are named in it as they were uploaded."""

    model_config = ConfigDict(extra="forbid")

    verb: str = Field(max_length=40)
    config: dict[str, Any] = Field(default_factory=dict)
    files: list[str] = Field(default_factory=list, max_length=1000, description="ids of uploaded files it may read")
    title: str = Field("", max_length=200)


class JobOut(Answer):
    """A job as it stands."""

    id: str
    verb: str
    title: str
    config: dict[str, Any]
    files: list[str]
    patient: bool
    state: State
    created: float
    started: float | None
    ended: float | None
    attempts: int
    done: int
    total: int
    note: str
    result: dict[str, Any]
    error: str


class JobPage(BaseModel):
    """Some jobs, the newest first; `next` goes on with the older ones."""

    items: list[JobOut]
    next: str | None


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
    read = [
        held.jobs.get(caller, id) for id in jobs_named(what, asked.config)
    ]  # of the project, and the caller's to read
    theirs = what.patient or any(asked.config.get(key) for key in what.patients)
    patient = theirs or any(f.patient for f in known) or any(job.patient for job in read)
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
    *,
    caller: Caller = allowed("job.read"),
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[str, Query(max_length=16, description="`next` of the page before")] = "",
    verb: str = "",
    in_state: Annotated[State | None, Query(alias="state")] = None,
) -> JobPage:
    """The project's jobs, the newest first."""
    found = state(request).jobs.list(
        caller, limit=limit, before=before, verbs=[verb] if verb else [], states=[in_state] if in_state else []
    )
    return JobPage(items=[JobOut.of(job) for job in found], next=found[-1].id if len(found) == limit else None)


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


@router.get("/jobs/{id}/events", response_class=StreamingResponse, **binary("text/event-stream"))
async def follow_job(request: Request, id: str, caller: Caller = allowed("job.read")) -> StreamingResponse:
    """The job's progress as server-sent events `job`, each a job as JSON, until it is over."""
    jobs = state(request).jobs
    first = await run_in_threadpool(jobs.get, caller, id)

    async def events() -> AsyncIterator[str]:
        job, said, quiet = first, "", 0.0
        while True:  # until it is over, or the reader has gone and the response is cancelled
            text = JobOut.of(job).model_dump_json()
            if text != said:
                said, quiet = text, 0.0
                yield f"event: job\ndata: {text}\n\n"
            elif quiet >= ALIVE:
                quiet = 0.0
                yield ": still there\n\n"
            if job.over:
                return
            await asyncio.sleep(LOOK)
            quiet += LOOK
            with contextlib.suppress(Unavailable):  # the database is away for a moment
                job = await run_in_threadpool(jobs.get, caller, id)

    return StreamingResponse(events(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})

"""The trust pages: what can be asked of data and models, what came of it, and a budget seen before it is spent."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, UploadFile
from starlette.responses import HTMLResponse, RedirectResponse

from pharmakon.core.access import ACCESS_CLASSES
from pharmakon.core.errors import PharmakonError, UsageError
from pharmakon.team.queue import Job
from pharmakon.team.roles import Caller
from pharmakon.team.verbs import verb
from pharmakon.workflows.trust_read import READ, Told

from .api_files import keep
from .api_jobs import NewJob, start
from .api_results import names_of
from .api_trust import planned, told
from .cohorts import declared, declared_cohorts
from .copying import copies_of, help_of
from .guard import allowed, state
from .pages import render

router = APIRouter(include_in_schema=False)

JOBS, LATEST = 200, 3
"""Jobs that are looked through; results of a card."""
ASKS = {
    "audit": "What is wrong with this table before a model is made of it?",
    "audit-cohort": "For whom does this cohort and its model work, and for whom do they fail?",
    "deidentify": "What identifies people in these files, and what is left without it?",
    "anonymise": "How coarse must this table be for nobody to be singled out?",
    "release": "Which numbers can be published, and how much of the budget do they cost?",
    "attack": "Can somebody tell whose data this model was made with?",
    "monitor": "Do new data still look like those that the model was made of?",
}
CLASSES = {
    "open": "Anybody may have it.",
    "controlled": "Whoever a committee lets may have it.",
    "restricted": "Nobody else may have it.",
}
Id = Annotated[str, Query(max_length=16)]


@router.get("/trust")
def overview(request: Request, caller: Caller = allowed("job.read")) -> HTMLResponse:
    """A card for each question."""
    latest: dict[str, list[Job]] = {name: [] for name in ASKS}
    for job in state(request).jobs.list(caller, limit=JOBS, verbs=list(ASKS)):
        if len(latest[job.verb]) < LATEST:
            latest[job.verb].append(job)
    cards = [(verb(name), ask, latest[name]) for name, ask in ASKS.items()]
    classes = [(name, CLASSES[name]) for name in ACCESS_CLASSES]
    return render(request, "trust.html", caller, cards=cards, classes=classes)


@router.get("/trust/release")
def plan(
    request: Request, cohort: Id = "", asked: Id = "", *, caller: Caller = allowed("patient.read")
) -> HTMLResponse:
    """Choose a cohort and what is to be released of it; then its price, before anything is spent."""
    found, problem, copies = None, "", help_of(verb("release"))
    if cohort and asked:
        try:
            found = planned(request, caller, cohort, asked)
            file, config = declared(request, caller, cohort).file, state(request).files.get(caller, asked)
            copies = copies_of(verb("release"), {"cohort": file.name, "config": config.name})
        except UsageError as error:
            problem = str(error)
    return render(
        request,
        "trust_release.html",
        caller,
        cohorts=declared_cohorts(request, caller),
        cohort=cohort,
        asked=asked,
        found=found,
        problem=problem,
        copies=copies,
    )


@router.post("/trust/release")
def asked_for(
    request: Request,
    file: UploadFile,
    cohort: Annotated[str, Form(max_length=16)],
    caller: Caller = allowed("patient.read"),
) -> RedirectResponse:
    """Keep the request, and show what it would cost."""
    if not (file.filename or "").endswith(".toml"):
        raise UsageError("what is to be released stands in a TOML file")
    chosen, config = declared(request, caller, cohort), keep(request, caller, file, patient=False)
    return RedirectResponse(f"/trust/release?cohort={chosen.file.id}&asked={config.id}", 303)


@router.post("/trust/release/spend")
def spend(
    request: Request,
    cohort: Annotated[str, Form(max_length=16)],
    asked: Annotated[str, Form(max_length=16)],
    caller: Caller = allowed("patient.read"),
) -> RedirectResponse:
    """Release, and spend."""
    found, config = declared(request, caller, cohort), state(request).files.get(caller, asked)
    files = [*found.ids, config.id]
    job = start(
        request,
        caller,
        NewJob(
            verb="release",
            config={"cohort": found.file.name, "config": config.name},
            files=files,
            title=f"Release from {found.file.name.removesuffix('.toml')}",
        ),
    )
    return RedirectResponse(f"/trust/{job.id}", 303)


@router.get("/trust/{id}")
def result(request: Request, id: str, caller: Caller = allowed("job.read")) -> HTMLResponse:
    """What came of one question: the verdict, its lines, the whole report."""
    job = state(request).job_of(caller, id, READ, "result")
    found: Told | None = None
    problem = job.error
    if job.state == "done":
        try:
            found = told(request, caller, job)
        except PharmakonError as error:
            problem = str(error)
    report = found.report if found and found.report in names_of(job) else ""
    return render(
        request,
        "trust_result.html",
        caller,
        job=job,
        ask=ASKS[job.verb],
        found=found,
        problem=problem,
        report=f"/api/v1/jobs/{job.id}/files/{report}" if report else "",
        copies=copies_of(verb(job.verb), job.config),
    )

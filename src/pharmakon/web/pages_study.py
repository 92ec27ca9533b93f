"""The page of one discovery: followed while it runs, its verdict first when it is done, and one patient explained."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse

from pharmakon.core.errors import PharmakonError
from pharmakon.team.queue import Job
from pharmakon.team.roles import Caller
from pharmakon.team.verbs import verb
from pharmakon.workflows.study_read import StudyConfig
from pharmakon.workflows.study_read import run as read_study

from .api_jobs import NewJob, start
from .api_results import note_read
from .copying import copies_of
from .guard import allowed, state
from .pages import render
from .study_drawing import forest

router = APIRouter(include_in_schema=False)

FOLDER, REPORT = "study", "study/report.html"


@router.get("/cohort/{id}")
def study(request: Request, id: str, caller: Caller = allowed("patient.read")) -> HTMLResponse:
    """A discovery, as far as it is."""
    job, found, problem = _job(request, caller, id), None, ""
    if job.state == "done":
        note_read(request, caller, job, FOLDER)
        try:
            found = read_study(StudyConfig(study=state(request).made(job) / FOLDER))
        except PharmakonError as error:
            problem = str(error)
    return render(
        request,
        "study.html",
        caller,
        job=job,
        found=found,
        problem=problem,
        notes=job.result.get("notes", ()),
        chart=forest(found.scores, found.measure) if found and found.scores else "",
        report=f"/api/v1/jobs/{job.id}/files/{REPORT}",
        made=f"job:{job.id}/{FOLDER}/signature",
        copies=copies_of(verb("discover"), job.config),
    )


@router.post("/cohort/{id}/explain")
def explain(
    request: Request,
    id: str,
    patient: Annotated[str, Form(min_length=1, max_length=200)],
    caller: Caller = allowed("patient.read"),
) -> RedirectResponse:
    """Say why the signature gives a patient of its cohort this risk."""
    job = _job(request, caller, id)
    config = {"signature": f"job:{id}/{FOLDER}/signature", "cohort": job.config["cohort"], "patient": patient.strip()}
    asked = NewJob(verb="explain", config=config, files=list(job.files), title=f"Why {patient.strip()} has this risk")
    return RedirectResponse(f"/jobs/{start(request, caller, asked).id}", 303)


def _job(request: Request, caller: Caller, id: str) -> Job:
    return state(request).job_of(caller, id, ["discover"], "discovery")

"""The page of one discovery: followed while it runs, its verdict first when it is done, and one patient explained."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from pharmakon.core.errors import PharmakonError, UsageError
from pharmakon.team.queue import Job
from pharmakon.team.roles import Caller
from pharmakon.team.verbs import verb
from pharmakon.workflows.study_read import StudyConfig
from pharmakon.workflows.study_read import run as read_study

from .api_jobs import NewJob, start
from .api_results import note_read
from .cohorts import check_patient
from .copying import copies_of
from .guard import allowed, state
from .pages import render
from .patient_ways import cohort_of, ways
from .study_drawing import forest

router = APIRouter(include_in_schema=False)

FOLDER, REPORT = "study", "study/report.html"


@router.get("/cohort/{id}")
def study(request: Request, id: str, caller: Caller = allowed("patient.read")) -> HTMLResponse:
    """A discovery, as far as it is."""
    return _page(request, caller, id)


def _page(request: Request, caller: Caller, id: str, *, said: str = "", patient: str = "") -> HTMLResponse:
    """`said` is what is wrong with the patient who was asked for."""
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
        said=said,
        patient=patient,
        notes=job.result.get("notes", ()),
        chart=forest(found.scores, found.measure) if found and found.scores else "",
        report=f"/api/v1/jobs/{job.id}/files/{REPORT}",
        made=f"job:{job.id}/{FOLDER}",
        ways=ways(request, caller, cohort_of(request, caller, job)),
        copies=copies_of(verb("discover"), job.config),
    )


@router.post("/cohort/{id}/explain")
def explain(
    request: Request,
    id: str,
    patient: Annotated[str, Form(min_length=1, max_length=200)],
    caller: Caller = allowed("patient.read"),
) -> Response:
    """Say why the signature gives a patient of its cohort this risk."""
    job, who = _job(request, caller, id), patient.strip()
    config = {"signature": f"job:{id}/{FOLDER}/signature", "cohort": job.config["cohort"], "patient": who}
    asked = NewJob(verb="explain", config=config, files=list(job.files), title=f"Why {who} has this risk")
    try:
        files = [state(request).files.get(caller, file) for file in job.files]
        check_patient(request, caller, files, job.config["cohort"], who)
        return RedirectResponse(f"/jobs/{start(request, caller, asked).id}", 303)
    except UsageError as error:
        page = _page(request, caller, id, said=str(error), patient=who)
        page.status_code = 422
        return page


def _job(request: Request, caller: Caller, id: str) -> Job:
    return state(request).job_of(caller, id, ["discover"], "discovery")

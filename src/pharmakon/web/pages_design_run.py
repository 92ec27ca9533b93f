"""The page of one design run: watched while it goes on, read when it is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse

from pharmakon.core.errors import UnknownName
from pharmakon.record.charts import TrajectoryPoint, trajectory
from pharmakon.team.queue import Job
from pharmakon.team.roles import Caller
from pharmakon.team.verbs import verb
from pharmakon.workflows.design_results import Results, front_of
from pharmakon.workflows.design_watch import Progress

from .api_results import part_of
from .copying import copies_of
from .design_drawing import scatter
from .design_runs import FOLDER, PASSPORT, VERB, design_job, progress_of, results_of, start_passport
from .guard import allowed, state
from .pages import render

router = APIRouter(include_in_schema=False)

WIDTHS = (960, 480)
"""Of the curve: for a desk and for a hand."""


@router.get("/design/{id}")
def run(
    request: Request,
    id: str,
    caller: Caller = allowed("job.read"),
    x: Annotated[str, Query(max_length=2000)] = "",
    y: Annotated[str, Query(max_length=2000)] = "",
) -> HTMLResponse:
    """One run."""
    job = design_job(request, caller, id)
    progress = progress_of(request, job)
    found = results_of(request, caller, job) if job.state == "done" else None
    return render(
        request,
        "design_run.html",
        caller,
        job=job,
        progress=progress,
        left=_time_left(job, progress),
        partial=bool(part_of(job)),
        curves=[_curve(progress, width) for width in WIDTHS],
        found=found,
        files=f"/api/v1/jobs/{job.id}/files/{FOLDER}",
        copies=copies_of(verb(VERB), job.config),
        **(_pareto(found, x, y) if found is not None else {}),
    )


@router.post("/design/{id}/passport")
def passport(
    request: Request,
    id: str,
    design: Annotated[str, Form(pattern=r"^D\d{3,4}$")],
    caller: Caller = allowed("job.start"),
) -> RedirectResponse:
    """Have the passport of a design made, once."""
    made = start_passport(request, caller, design_job(request, caller, id), design)
    return RedirectResponse(f"/design/{id}/passport/{made.id}", 303)


@router.get("/design/{id}/passport/{made}")
def read_passport(request: Request, id: str, made: str, caller: Caller = allowed("job.read")) -> HTMLResponse:
    """The passport of a design, or how far it is."""
    run_job, job = design_job(request, caller, id), state(request).jobs.get(caller, made)
    if job.verb != PASSPORT or job.config.get("run") != f"job:{id}/{FOLDER}":
        raise UnknownName("passport", made, ())
    copies = copies_of(verb(PASSPORT), {**job.config, "run": FOLDER})
    return render(request, "design_passport.html", caller, run=run_job, job=job, copies=copies)


@router.post("/design/{id}/{what}")
def change(
    request: Request, id: str, what: Literal["pause", "cancel", "resume"], caller: Caller = allowed("job.stop")
) -> RedirectResponse:
    """Pause the run, stop it, or let it go on where it stopped."""
    job, jobs = design_job(request, caller, id), state(request).jobs
    if what == "resume":
        jobs.resume(caller, job.id)
    else:
        jobs.stop(caller, job.id, pause=what == "pause")
    return RedirectResponse(f"/design/{id}", 303)


def _curve(progress: Progress, width: int) -> str:
    points = [TrajectoryPoint(one.call, one.best, one.mean) for one in progress.points]
    return trajectory(points, scores=progress.scores, width=width, height=300)


def _time_left(job: Job, progress: Progress) -> str:
    if job.state != "running" or progress.seconds_left is None:
        return ""
    if progress.calls >= progress.of:
        return "explaining the designs and writing the report"
    minutes = progress.seconds_left / 60
    return (
        "less than a minute left" if minutes < 1 else f"about {minutes:.0f} minute{'s' if minutes >= 1.5 else ''} left"
    )


def _pareto(found: Results, x: str, y: str) -> dict[str, Any]:
    """Two terms of all designs against each other: those asked for, or the first two goals."""
    keys = [term.key for term in found.terms]
    goals = [term.key for term in found.terms if not term.constraint] or keys
    across = x if x in keys else goals[0] if goals else ""
    up = y if y in keys else next((key for key in goals[1:] or keys if key != across), across)
    if not across or not found.designs:
        return {"chart": "", "axes": ("", ""), "front": []}
    front = front_of(found, list(dict.fromkeys((across, up))))
    titles = {
        term.key: term.title + (f" ({term.unit})" if term.unit not in ("", "count", "score") else "")
        for term in found.terms
    }
    return {
        "chart": scatter(_points(found, across, up, front), titles=(titles[across], titles[up])),
        "axes": (across, up),
        "front": front,
    }


def _points(found: Results, x: str, y: str, front: Sequence[str]) -> list[tuple[str, float, float, bool]]:
    points = []
    for one in found.designs:
        a, b = one.terms[x].value, one.terms[y].value
        if a is not None and b is not None:
            points.append((one.name, a, b, one.name in front))
    return points

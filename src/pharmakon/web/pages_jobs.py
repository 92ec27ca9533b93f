"""The job pages: what is asked of the server, how it goes, and what it made."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse

from pharmakon.core.errors import PharmakonError
from pharmakon.core.units import show as number
from pharmakon.record.beside import SUFFIX
from pharmakon.team.queue import Job, State
from pharmakon.team.roles import Caller
from pharmakon.team.verbs import verbs

from .api_jobs import change_job
from .api_results import facts_of, note_read, place_of
from .copying import as_toml, copies_of
from .guard import allowed, api_routes, state
from .pages import render
from .preview import first_rows

router = APIRouter(include_in_schema=False)

PAGE, ROWS = 50, 50
"""Jobs of a page; rows of a table that are shown."""
OWN_PAGES = {"library": "/library/{}", "design": "/design/{}", "discover": "/cohort/{}"}
"""Where a verb's results have a page of their own, if the server has it."""


@router.get("/jobs")
def jobs(
    request: Request,
    *,
    caller: Caller = allowed("job.read"),
    verb: Annotated[str, Query(max_length=40)] = "",
    in_state: Annotated[str, Query(alias="state", max_length=20)] = "",
    before: Annotated[str, Query(max_length=16)] = "",
) -> HTMLResponse:
    """The project's jobs, the newest first."""
    held = state(request)
    states = [in_state] if in_state in get_args(State) else []
    found = held.jobs.list(caller, limit=PAGE, before=before, verbs=[verb] if verb in verbs() else [], states=states)
    return render(
        request,
        "jobs.html",
        caller,
        jobs=[(job, progress_of(job)) for job in found],
        people={user.id: user.name for user in held.accounts.all()},
        verbs=verbs(),
        states=get_args(State),
        verb=verb,
        state=in_state,
        older=found[-1].id if len(found) == PAGE else "",
        newest=not before,
    )


@router.get("/jobs/{id}")
def job(
    request: Request,
    id: str,
    caller: Caller = allowed("job.read"),
    show: Annotated[str, Query(max_length=1000)] = "",
) -> HTMLResponse:
    """One job: what was asked, how it goes, what it made."""
    held = state(request)
    found = held.jobs.get(caller, id)
    every = facts_of(found)
    files = [file for file in every if f"{SUFFIX}/" not in file["name"] and not file["key"]]
    keys = [file for file in every if file["key"]]
    what = verbs().get(found.verb)
    return render(
        request,
        "job.html",
        caller,
        job=found,
        told=progress_of(found),
        who=held.accounts.get(found.user).name,
        verb=what,
        config=[(name, _words(value)) for name, value in found.config.items()],
        inputs=_inputs(request, caller, found),
        files=files,
        keys=keys,
        beside=len(every) - len(files) - len(keys),
        notes=found.result.get("notes", ()),
        partial=bool(found.result.get("partial")),
        shown=_shown(request, caller, found, files, show),
        copies=copies_of(what, found.config) if what else {},
        own=_own_page(request, found),
    )


@router.get("/jobs/{id}/again")
def again(request: Request, id: str, caller: Caller = allowed("job.start")) -> RedirectResponse:
    """The form of its verb, filled in as this job was asked."""
    found = state(request).jobs.get(caller, id)
    given: list[tuple[str, str]] = []
    for name, value in found.config.items():
        if isinstance(value, list) and not any(isinstance(one, dict) for one in value):
            given += [(name, str(one)) for one in value]
        elif isinstance(value, (dict, list)):
            given.append((name, as_toml({name: value})))
        elif value is not False:
            given.append((name, "yes" if value is True else str(value)))
    given += [("also.files", file) for file in found.files]
    return RedirectResponse(f"/run/{found.verb}?{urlencode(given)}", 303)


@router.post("/jobs/{id}/{what}")
def change(
    request: Request, id: str, what: Literal["cancel", "pause", "resume"], caller: Caller = allowed("job.stop")
) -> RedirectResponse:
    """Cancel, pause or go on, from the buttons of a page."""
    change_job(request, id, what, caller)
    return RedirectResponse(f"/jobs/{id}", 303)


def progress_of(job: Job) -> dict[str, Any]:
    """How far a job is, in words and as a share."""
    share = job.done / job.total if job.total else None
    took = (job.ended or 0.0) - (job.started or 0.0) if job.ended and job.started else None
    return {
        "share": min(1.0, share) if share is not None else None,
        "words": f"{job.done:,} of {job.total:,}" if job.total else f"{job.done:,}" if job.done else "",
        "took": _span(took) if took is not None else "",
    }


def _span(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _words(value: Any) -> list[str]:
    """A value of a configuration, a line for each of its parts."""
    if isinstance(value, dict):
        return [f"{name}: {' '.join(_words(inner))}" for name, inner in value.items()]
    if isinstance(value, list):
        return [", ".join(_words(inner)) for inner in value]
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    return [number(value) if isinstance(value, float) else str(value)]


def _inputs(request: Request, caller: Caller, job: Job) -> list[tuple[str, str]]:
    """(id, name) of the uploads that a job may read; without a name where one was deleted since."""
    found = []
    for id in job.files:
        try:
            found.append((id, state(request).files.get(caller, id).name))
        except PharmakonError:
            found.append((id, ""))
    return found


def _shown(request: Request, caller: Caller, job: Job, files: list[dict[str, Any]], asked: str) -> dict[str, Any]:
    """The file that the page shows: the one that is asked for, else the first report, table or picture."""
    kinds = ("report", "table", "picture")
    choice = next((file for file in files if file["name"] == asked and any(file[kind] for kind in kinds)), None)
    for kind in kinds:
        choice = choice or next((file for file in files if file[kind]), None)
    if choice is None or (job.patient and not asked):  # patients' data are read when somebody asks for them
        return {}
    choice = {**choice, "problem": ""}
    if not choice["table"]:
        return choice
    note_read(request, caller, job, choice["name"])
    try:
        columns, rows, more = first_rows(place_of(request, job, choice["name"]), ROWS)
    except PharmakonError as error:
        return {**choice, "problem": str(error)}
    return {**choice, "columns": columns, "rows": rows, "more": more}


def _own_page(request: Request, job: Job) -> str:
    """The page that shows a job's results best; "" where there is none."""
    place = OWN_PAGES.get(job.verb, "").format(job.id)
    pattern = OWN_PAGES.get(job.verb, "").replace("{}", "{id}")
    served = {route.path for route in api_routes(request.app.routes)}
    return place if pattern in served else ""

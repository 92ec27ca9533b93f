"""A page to start any verb from, made of its configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.responses import HTMLResponse, RedirectResponse, Response

from pharmakon.core.errors import Denied, PharmakonError
from pharmakon.record.beside import SUFFIX
from pharmakon.team.files import File
from pharmakon.team.queue import Job
from pharmakon.team.roles import Caller
from pharmakon.team.verbs import Verb, mistakes, verb, verbs

from .api_files import keep
from .api_jobs import NewJob, start
from .copying import copies_of, help_of
from .forms import Field, Filled, fields_of, filled
from .guard import allowed, state
from .pages import render

router = APIRouter(include_in_schema=False)

OFFERED = 200
"""Uploads and finished jobs that a form offers."""
ALSO, PATIENT, TITLE, SHOW = "also.files", "patient.data", "job.title", "job.show"
"""Fields of the form itself; a verb's own have no point in their names."""


@router.get("/run")
def all_verbs(request: Request, caller: Caller = allowed("job.start")) -> HTMLResponse:
    """Everything that can be started."""
    found = [one for one in verbs().values() if caller.may("patient.read") or not one.patient]
    return render(request, "verbs.html", caller, verbs=found)


@router.get("/run/{name}")
def form(request: Request, name: str, caller: Caller = allowed("job.start")) -> HTMLResponse:
    """The form of a verb; what stands in the address is filled in."""
    what = verb(name)
    given = {key: request.query_params.getlist(key) for key in request.query_params}
    fields = fields_of(what)
    brought = [one.label for one in fields if any(given.get(one.name, ()))]
    return _page(request, caller, what, fields=fields, values=given, found=Filled(), brought=brought)


@router.post("/run/{name}")
async def started(request: Request, name: str, caller: Caller = allowed("job.start")) -> Response:
    """Start the job; or show the form again, with what is wrong beside it, or with the request in other words."""
    async with request.form() as sent:
        return await run_in_threadpool(_started, request, caller, verb(name), sent)


def _started(request: Request, caller: Caller, what: Verb, sent: FormData) -> Response:
    fields = fields_of(what)
    values = _texts(request, caller, sent)
    found = filled(fields, values, {file.id: file.name for file in _files(request, caller)})
    found.files = list(dict.fromkeys([*found.files, *values.get(ALSO, [])]))
    if not found.errors:
        found.errors = mistakes(what, found.config)
    if not found.errors and SHOW in sent:
        return _page(
            request, caller, what, fields=fields, values=values, found=found, copies=copies_of(what, found.config)
        )
    if not found.errors:
        title = (values.get(TITLE) or [""])[-1][:200]
        try:
            asked = NewJob(verb=what.name, config=found.config, files=found.files, title=title)
            job = start(request, caller, asked)
            return RedirectResponse(f"/jobs/{job.id}", 303)
        except PharmakonError as error:
            found.errors[""] = str(error)
    page = _page(request, caller, what, fields=fields, values=values, found=found)
    page.status_code = 422
    return page


def _texts(request: Request, caller: Caller, sent: FormData) -> dict[str, list[str]]:
    """The form's texts by field; what was uploaded is kept, and its id stands among the texts of its field."""
    values: dict[str, list[str]] = {}
    patient = bool(sent.get(PATIENT))
    for name, value in sent.multi_items():
        if isinstance(value, UploadFile):
            if value.filename:
                place = name.removeprefix("upload.")
                values.setdefault(place, []).append(keep(request, caller, value, patient=patient).id)  # type: ignore[arg-type]
        else:
            values.setdefault(name, []).append(value)
    return values


def _page(
    request: Request,
    caller: Caller,
    what: Verb,
    *,
    fields: list[Field],
    values: dict[str, list[str]],
    found: Filled,
    copies: Mapping[str, str] | None = None,
    brought: Sequence[str] = (),
) -> HTMLResponse:
    if what.patient and not caller.may("patient.read"):
        raise Denied(f"{what.title} reads patients' data: it takes a role of curator")
    files, jobs = _files(request, caller), state(request).jobs.list(caller, limit=OFFERED, states=["done"])
    loose = {name: said for name, said in found.errors.items() if name not in {one.name for one in fields}}
    return render(
        request,
        "run.html",
        caller,
        verb=what,
        first=[one for one in fields if _is_first(what, one)],
        others=[one for one in fields if not _is_first(what, one)],
        values=values,
        errors=found.errors,
        problem="; ".join(f"{name}: {said}" if name else said for name, said in loose.items()),
        files=files,
        offered={one.name: _offered(what, one, files, jobs, values.get(one.name, ())) for one in fields},
        brought=brought,
        verbs=verbs(),
        shipped=_shipped() if any(one.kind == "name" for one in fields) else (),
        also=ALSO,
        patient=PATIENT,
        title=TITLE,
        show=SHOW,
        copies=copies or help_of(what),
        asked=bool(copies),
    )


def _is_first(what: Verb, field: Field) -> bool:
    return field.required or field.name in what.first


def _files(request: Request, caller: Caller) -> list[File]:
    return state(request).files.list(caller, limit=OFFERED)


def _offered(
    what: Verb, field: Field, files: list[File], jobs: list[Job], chosen: Sequence[str]
) -> tuple[list[File], list[tuple[str, str]]]:
    """Uploads and what jobs made that a field can take; what was chosen stays, for the check to complain of."""
    if field.kind not in ("file", "files", "name"):
        return [], []
    if makers := what.makers.get(field.name):
        made = _folders([job for job in jobs if job.verb in makers])
        return [], made + [(one, one) for one in chosen if one and one not in dict(made)]
    if field.name in what.patients:
        files = [file for file in files if file.patient or file.id in chosen]
        jobs = [job for job in jobs if job.patient]
    return files, _made(jobs)


def _folders(jobs: list[Job]) -> list[tuple[str, str]]:
    """(how a request names it, how a reader does) of each folder that finished jobs made."""
    made = [(job, output) for job in jobs if job.verb in verbs() for output in verb(job.verb).outputs]
    return [
        (f"job:{job.id}/{output.rstrip('/')}", f"{job.title}: all of {output.rstrip('/')}")
        for job, output in made
        if output.endswith("/")
    ]


def _made(jobs: list[Job]) -> list[tuple[str, str]]:
    """The same of each folder, and of each file."""
    found = []
    for job in jobs:
        found += _folders([job])
        names = [name for file in job.result.get("files", ()) if f"{SUFFIX}/" not in (name := str(file["name"]))]
        found += [(f"job:{job.id}/{name}", f"{job.title}: {name}") for name in names[:20]]
    return found


def _shipped() -> list[str]:
    from pharmakon.predict.panel import shipped_names

    return list(shipped_names())

"""The cohort pages: tables uploaded, a cohort declared on them, its design checked, a discovery started."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, UploadFile
from fastapi.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from pharmakon.core.errors import PharmakonError, UsageError
from pharmakon.team.files import File
from pharmakon.team.roles import Caller
from pharmakon.team.verbs import verb
from pharmakon.workflows.cohort_check import mistakes

from .api_files import keep
from .api_jobs import NewJob, start
from .cohort_form import KINDS, MEASURED, SHOW, TRANSFORMS, USES, declaration, file_name, guesses, placed
from .cohorts import LARGEST, checked, columns, declared, declared_cohorts, keep_declaration, unreadable
from .copying import as_toml, copies_of
from .guard import allowed, state
from .pages import render
from .patient_ways import ways

router = APIRouter(include_in_schema=False)

JOBS, BLOCKS = 30, 8
"""Discoveries that are listed; tables of measurements of one cohort."""
ASIDE = ("validate", "match", "dose", "explain", "audit-cohort")
"""Verbs of a patient or a cohort that have a form of their own."""
Blocks = Annotated[list[str] | None, Query(max_length=BLOCKS)]


@router.get("/cohort")
def cohorts(request: Request, caller: Caller = allowed("patient.read")) -> HTMLResponse:
    """The project's cohorts, what was discovered in them, and where to begin."""
    jobs = state(request).jobs.list(caller, limit=JOBS, verbs=["discover"])
    aside = [verb(name) for name in ASIDE]
    known, on = declared_cohorts(request, caller), ways(request, caller)
    return render(request, "cohorts.html", caller, cohorts=known, jobs=jobs, aside=aside, ways=on)


@router.post("/cohort/tables")
def upload(
    request: Request,
    clinical: UploadFile,
    blocks: list[UploadFile] | None = None,
    caller: Caller = allowed("patient.write"),
) -> RedirectResponse:
    """Keep the tables, and go on to the declaration."""
    first = keep(request, caller, clinical, patient=True)
    others = [keep(request, caller, one, patient=True) for one in blocks or () if one.filename]
    chosen = [("clinical", first.id), *(("block", one.id) for one in others)]
    return RedirectResponse(f"/cohort/new?{urlencode(chosen)}", 303)


@router.post("/cohort/declared")
def upload_declared(
    request: Request,
    declaration: UploadFile,
    tables: list[UploadFile] | None = None,
    caller: Caller = allowed("patient.write"),
) -> RedirectResponse:
    """Keep a cohort's file that is ready, with its tables."""
    if not (declaration.filename or "").endswith(".toml"):
        raise UsageError("the declaration of a cohort is a TOML file")
    for one in tables or ():
        if one.filename:
            keep(request, caller, one, patient=True)
    return RedirectResponse(f"/cohort/file/{keep(request, caller, declaration, patient=True).id}", 303)


@router.get("/cohort/new")
def declare(
    request: Request,
    clinical: Annotated[str, Query(max_length=16)],
    block: Blocks = None,
    caller: Caller = allowed("patient.read"),
) -> HTMLResponse:
    """The declaration, with what the columns' names suggest filled in."""
    return _form(request, caller, clinical, block or [])


@router.post("/cohort/new")
async def declared_so(request: Request, caller: Caller = allowed("patient.write")) -> Response:
    """Keep the declaration, or show the form again with what is wrong beside it."""
    async with request.form() as sent:
        given: dict[str, list[str]] = {}
        for key, value in sent.multi_items():
            if isinstance(value, str):
                given.setdefault(key, []).append(value)
    return await run_in_threadpool(_declared_so, request, caller, given)


def _declared_so(request: Request, caller: Caller, given: dict[str, list[str]]) -> Response:
    clinical, blocks = (given.get("table") or [""])[-1], given.get("block", [])[:BLOCKS]
    files = [state(request).files.get(caller, id) for id in (clinical, *blocks)]
    made = declaration(given, clinical=files[0].name, blocks=[file.name for file in files[1:]])
    if not (wrong := mistakes(made)) and SHOW in given:
        copies = copies_of(verb("discover"), {"cohort": file_name(made["name"])}) | {"TOML": as_toml(made)}
        return _form(request, caller, clinical, blocks, given=given, copies=copies)
    if not wrong:
        wrong = unreadable(request, caller, made, files)
    if wrong:
        page = _form(request, caller, clinical, blocks, given=given, wrong=placed(wrong, len(blocks)))
        page.status_code = 422
        return page
    return RedirectResponse(f"/cohort/file/{keep_declaration(request, caller, made).id}", 303)


def _form(
    request: Request,
    caller: Caller,
    clinical: str,
    blocks: list[str],
    *,
    given: dict[str, list[str]] | None = None,
    wrong: dict[str, str] | None = None,
    copies: Mapping[str, str] | None = None,
) -> HTMLResponse:
    table, found = columns(request, caller, clinical)
    measured = [columns(request, caller, id) for id in blocks]
    names = [file.name for file, _ in measured]
    return render(
        request,
        "cohort_new.html",
        caller,
        table=table,
        found=found,
        measured=measured,
        given=given if given is not None else guesses(found, names),
        wrong=wrong or {},
        uses=USES,
        kinds=KINDS,
        measures=MEASURED,
        transforms=TRANSFORMS,
        show=SHOW,
        copies=copies or {},
    )


@router.get("/cohort/file/{id}")
def cohort(request: Request, id: str, caller: Caller = allowed("patient.read")) -> HTMLResponse:
    """A declared cohort: its design check, and what a discovery in it may do."""
    return _cohort(request, caller, id)


@router.post("/cohort/file/{id}/discover")
def discover(
    request: Request,
    id: str,
    *,
    permutations: Annotated[int, Form(ge=1, le=200)] = 5,
    folds: Annotated[int, Form(ge=2, le=20)] = 5,
    without: Annotated[list[str] | None, Form()] = None,
    accept: Annotated[list[str] | None, Form()] = None,
    combat: Annotated[bool, Form()] = False,
    caller: Caller = allowed("patient.read"),
) -> Response:
    """Start a discovery."""
    found = declared(request, caller, id)
    config: dict[str, Any] = {"cohort": found.file.name, "permutations": permutations, "folds": folds}
    config |= {key: names for key, names in (("without", without), ("accept", accept)) if names}
    config |= {"correction": "combat"} if combat else {}
    title = f"Discovery in {found.file.name.removesuffix('.toml')}"
    try:
        job = start(request, caller, NewJob(verb="discover", config=config, files=found.ids, title=title))
    except PharmakonError as error:
        page = _cohort(request, caller, id, said=str(error))
        page.status_code = 422
        return page
    return RedirectResponse(f"/cohort/{job.id}", 303)


def _cohort(request: Request, caller: Caller, id: str, *, said: str = "") -> HTMLResponse:
    held, found = state(request), declared(request, caller, id)
    check, problem = None, ""
    if not found.missing and found.size <= LARGEST:
        try:
            check = checked(request, caller, found)
        except UsageError as error:
            problem = str(error)
    jobs = held.jobs.list(caller, limit=JOBS, verbs=["discover"])
    return render(
        request,
        "cohort.html",
        caller,
        cohort=found,
        check=check,
        problem=problem,
        said=said,
        ways=ways(request, caller, found),
        jobs=[job for job in jobs if found.file.id in job.files],
        copies=copies_of(verb("discover"), {"cohort": found.file.name}) | {"TOML": _text(request, found.file)},
    )


def _text(request: Request, file: File) -> str:
    return state(request).files.path(file).read_text(encoding="utf-8-sig")

"""The design pages: the project's runs, and the builder of what a new one is asked for."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.datastructures import UploadFile
from starlette.responses import HTMLResponse, RedirectResponse, Response

from pharmakon.core.config import parse_toml
from pharmakon.core.errors import PharmakonError, UsageError
from pharmakon.design.modes import KEYS
from pharmakon.team.roles import Caller
from pharmakon.workflows.design_choices import WHY_NO_REWARD
from pharmakon.workflows.design_examples import examples
from pharmakon.workflows.slice import SliceConfig, Sliced
from pharmakon.workflows.slice import run as cuts_of

from .design_draft import judged, menu, own_properties, start_design
from .design_form import FILES, SHAPES, Draft, draft_of, new_wish, read_form
from .guard import allowed, state
from .pages import render

router = APIRouter(include_in_schema=False)

MODES = {
    "de_novo": "De novo: anything goes",
    "decorate": "Decorate a scaffold",
    "link": "Link two fragments",
    "grow": "Grow a fragment",
    "hop": "Hop to another core",
    "analogues": "Analogues of a molecule",
    "keep": "Keep a substructure",
}
FRESH: Mapping[str, Any] = {"calls": 200, "designs": 12, "seed": 0}
"""What a new form begins with: a run that takes a minute or two."""
REFUSED = ("scorers", "cache", "output", "workers", "resume")
"""Keys of a goal file that a server does not take: own code, and where things go."""
LARGEST = 1 << 20
"""Bytes of a goal file."""


async def _fields(request: Request) -> AsyncIterator[dict[str, Any]]:
    """The form that a request brings; what was uploaded with it is closed at the end."""
    async with request.form() as form:
        yield dict(form)


@router.get("/design")
def designs(request: Request, caller: Caller = allowed("job.read")) -> HTMLResponse:
    """The project's design runs, and goals to start from."""
    found = state(request).jobs.list(caller, limit=200, verbs=["design"])
    return render(request, "designs.html", caller, runs=found, examples=examples().values())


@router.get("/design/new")
def builder(
    request: Request,
    *,
    caller: Caller = allowed("job.start"),
    example: Annotated[str, Query(max_length=40)] = "",
    run: Annotated[str, Query(max_length=16)] = "",
    molecule: Annotated[str, Query(max_length=2000)] = "",
    patient: Annotated[str, Query(max_length=16)] = "",
    response: Annotated[str, Query(max_length=16)] = "",
) -> HTMLResponse:
    """An empty form; that of an example; that of an earlier run, and with a molecule, of analogues of that.

    With the id of a file of profiles, or of a job that made a response model, one for these patients.
    """
    config: dict[str, Any] = dict(FRESH)
    if example in examples():
        config = dict(examples()[example].goal)
    if run:
        config = dict(state(request).jobs.get(caller, run).config)
    if molecule:
        config |= {"mode": {"kind": "analogues", "molecule": molecule}}
        config.pop("start", None)
        config["name"] = f"{config['name']}: analogues" if config.get("name") else "Analogues"
    if patient or response:
        config |= _for_patients(request, caller, patient, response)
    return _page(request, caller, draft_of(config), brought=bool(patient or response))


def _for_patients(request: Request, caller: Caller, patient: str, response: str) -> dict[str, Any]:
    """The keys of a goal file for the profiles of a file, by the response model of a job; either may be unknown."""
    from pharmakon.workflows.design_patient import goals_of_response

    held, made = state(request), goals_of_response()
    if patient:
        caller.check("patient.read")
        file = held.files.get(caller, patient)
        made |= {"patient": file.name, "name": f"Designs for {file.name.partition('.')[0]}"}
    if response:
        made["response"] = f"job:{held.job_of(caller, response, ['train-response'], 'response model').id}/response"
    return made


@router.post("/design/new")
def build(
    request: Request,
    form: Annotated[dict[str, Any], Depends(_fields)],
    caller: Caller = allowed("job.start"),
) -> Response:
    """The form after a step: a wish more or less, a goal file read, a cut proposed or taken; or the run is started."""
    draft, what = read_form(form), str(form.get("do", ""))
    try:
        if what == "start":
            shown = judged(request, caller, draft)
            if not shown.mistakes:
                return RedirectResponse(f"/design/{start_design(request, caller, shown.config).id}", 303)
        if what == "load":
            return _page(request, caller, _loaded(form.get("goal")))
        if what == "slice":
            molecule = str(form.get("slice", "")).strip()
            sliced = cuts_of(SliceConfig(smiles=(molecule[:2000],), best=3)).molecules[0] if molecule else None
            return _page(request, caller, draft, sliced=sliced)
    except PharmakonError as error:
        page = _page(request, caller, draft, said=str(error))
        page.status_code = 422
        return page
    return _page(request, caller, _stepped(request, caller, draft, what, form), added=what == "add")


def _stepped(request: Request, caller: Caller, draft: Draft, what: str, form: Mapping[str, Any]) -> Draft:
    """The draft after one step of its form."""
    do, _, at = what.partition(":")
    wishes = list(draft.wishes)
    place = int(at) if at.isdigit() and int(at) < len(wishes) else -1
    own = own_properties(request, caller)
    if do == "add" and (new := new_wish(str(form.get("add", "")), own)):
        wishes.append(new)
    elif do == "remove" and place >= 0:
        del wishes[place]
    elif do in ("domain", "similarity") and place >= 0:
        if new := new_wish(f"{wishes[place].kind}.{do}", own):
            wishes.append(new)
    elif do == "use":
        return replace(draft, values={**draft.values, **_mode(at)})
    return replace(draft, wishes=tuple(wishes))


def _mode(text: str) -> dict[str, str]:
    """A proposed cut as fields of the form."""
    try:
        return {key: text for key, text in draft_of({"mode": json.loads(text)}).values.items() if key != "start"}
    except (ValueError, TypeError, AttributeError):
        return {}


def _loaded(file: Any) -> Draft:
    """A goal file as a form. Raises ConfigError, UsageError."""
    if not isinstance(file, UploadFile) or not file.filename:
        raise UsageError("choose a goal file first")
    content = file.file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise UsageError(f"{file.filename} is larger than {LARGEST:,} bytes: no goal file is")
    try:
        config = parse_toml(content.decode("utf-8-sig"), where=file.filename)
    except UnicodeDecodeError:
        raise UsageError(f"{file.filename} is no text") from None
    for key in REFUSED:
        if key in config:
            raise UsageError(f"{file.filename} sets {key!r}, which is the server's to say: take it out")
    return draft_of(config)


def _page(
    request: Request,
    caller: Caller,
    draft: Draft,
    *,
    said: str = "",
    sliced: Sliced | None = None,
    added: bool = False,
    brought: bool = False,
) -> HTMLResponse:
    shown = judged(request, caller, draft)
    own = own_properties(request, caller)
    tables = state(request).files.list(caller, limit=200) if caller.may("file.read") else []
    return render(
        request,
        "design_new.html",
        caller,
        draft=draft,
        shown=shown,
        said=said,
        sliced=sliced,
        cuts=[(one, json.dumps(one.mode.model_dump(exclude_defaults=True, mode="json"))) for one in sliced.proposals]
        if sliced
        else [],
        added=len(shown.rows) - 1 if added else -1,
        brought=brought,
        menu=menu(own),
        modes=MODES,
        keys=KEYS,
        shapes=SHAPES,
        why=WHY_NO_REWARD,
        examples=examples().values(),
        more=json.dumps(dict(draft.more)),
        tables=sorted({file.name for file in tables if not file.patient}),
        patients=sorted({file.name for file in tables if file.patient}),
        files=FILES,
        responses=state(request).jobs.list(caller, limit=50, verbs=["train-response"], states=["done"]),
    )

"""What people do with a table of their own: train a model on it, recalibrate one to it, monitor one on it.

A table is looked at before it is used, and audited before a model is made of it.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, UploadFile
from starlette.responses import HTMLResponse, RedirectResponse

from pharmakon.core.errors import DataError, PharmakonError
from pharmakon.core.types import Better
from pharmakon.team.queue import Job
from pharmakon.team.roles import Caller
from pharmakon.team.verbs import JOB, verb
from pharmakon.workflows.monitor_result import WATCH
from pharmakon.workflows.table_peek import Peek

from .api_files import keep
from .api_jobs import NewJob, start
from .api_models import shipped_card
from .api_results import note_read, place_of
from .copying import copies_of, help_of
from .guard import allowed, state
from .own_models import own_model
from .pages import render
from .peeked import peek_of

router = APIRouter(include_in_schema=False)

Purpose = Literal["train", "recalibrate", "monitor"]
TITLES: dict[Purpose, str] = {
    "train": "Train a model on your own measurements",
    "recalibrate": "Recalibrate {}",
    "monitor": "Monitor {}",
}
LEADS: dict[Purpose, str] = {
    "train": "A table of structures and measured values becomes a model with a card. It is audited first.",
    "recalibrate": "Values and intervals are fitted to your measurements, 20 or more; the weights stay as they are.",
    "monitor": "New molecules, measured or not, against what the model was made of: which limits still hold.",
}
AUDIT = "findings.json"
Text = Annotated[str, Form(max_length=300)]


@router.post("/models/table")
def upload(
    request: Request,
    file: UploadFile,
    purpose: Annotated[Purpose, Form()],
    model: Text = "",
    caller: Caller = allowed("file.write"),
) -> RedirectResponse:
    """Keep a table, and go on to its columns."""
    kept = keep(request, caller, file, patient=False)
    return RedirectResponse(f"/models/table/{purpose}?{urlencode({'model': model, 'file': kept.id})}", 303)


@router.get("/models/audit/{id}")
def audited(request: Request, id: str, caller: Caller = allowed("job.read")) -> HTMLResponse:
    """What the audit of a table found, and what the model is to be."""
    job = _audit(request, caller, id)
    found: dict[str, Any] = {}
    if job.state == "done":
        note_read(request, caller, job, AUDIT)
        try:
            found = json.loads(place_of(request, job, AUDIT).read_bytes())
        except ValueError:
            raise DataError("the audit's findings cannot be read") from None
    return render(request, "model_audit.html", caller, job=job, found=found, said="")


@router.post("/models/audit/{id}")
def train(
    request: Request,
    id: str,
    *,
    title: Text = "",
    unit: Text = "",
    better: Annotated[Better, Form()] = "none",
    threshold: Text = "",
    log: Annotated[bool, Form()] = False,
    hazard: Annotated[bool, Form()] = False,
    caller: Caller = allowed("job.start"),
) -> RedirectResponse:
    """Train on an audited table."""
    audit = _audit(request, caller, id)
    config = dict(audit.config)
    given = {"title": title.strip(), "unit": unit.strip(), "threshold": threshold.strip()}
    config |= {key: value for key, value in given.items() if value}
    config |= {"better": better, "log": log, "hazard": hazard}
    name = title.strip() or str(audit.config.get("value") or "model")
    asked = NewJob(verb="train", config=config, files=list(audit.files), title=name)
    return RedirectResponse(f"/models/job/{start(request, caller, asked).id}", 303)


@router.get("/models/table/{purpose}")
def choose(
    request: Request,
    purpose: Purpose,
    model: Annotated[str, Query(max_length=300)] = "",
    file: Annotated[str, Query(max_length=40)] = "",
    caller: Caller = allowed("job.start"),
) -> HTMLResponse:
    """Choose a table, and then say which of its columns are which."""
    return _page(request, caller, purpose, model, file)


@router.post("/models/table/{purpose}")
def use(
    request: Request,
    purpose: Purpose,
    *,
    file: Text,
    model: Text = "",
    smiles: Text = "",
    value: Text = "",
    id: Text = "",
    positive: Text = "",
    caller: Caller = allowed("job.start"),
) -> Any:
    """Start what the table is for: of training, first the audit."""
    held = state(request)
    table = held.files.get(caller, file)
    config: dict[str, Any] = {"data": table.name}
    given = {"smiles": smiles, "value": value, "id": id, "positive": positive}
    config |= {key: text.strip() for key, text in given.items() if text.strip()}
    if purpose == "train":
        asked = NewJob(verb="audit", config=config, files=[file], title=f"Audit of {table.name}")
    else:
        title = f"{'Recalibration' if purpose == 'recalibrate' else 'Check'} of {_title(request, caller, model)}"
        if purpose == "monitor" and (earlier := _record(request, caller, model)):
            config["since"] = earlier
        asked = NewJob(verb=purpose, config=config | {"model": model}, files=[file], title=title)
    try:
        job = start(request, caller, asked)
    except PharmakonError as error:
        page = _page(request, caller, purpose, model, file, said=str(error))
        page.status_code = 422
        return page
    place = {"train": "/models/audit", "recalibrate": "/models/job", "monitor": "/jobs"}[purpose]
    return RedirectResponse(f"{place}/{job.id}", 303)


def _record(request: Request, caller: Caller, model: str) -> str:
    """The record of a model's last check, for the next one to go on from; "" where there is none yet."""
    held = state(request)
    for job in held.jobs.list(caller, limit=200, verbs=["monitor"], states=["done"]):
        if job.config.get("model") == model and (held.made(job) / "monitor" / WATCH).is_file():
            return f"job:{job.id}/monitor"
    return ""


def _page(request: Request, caller: Caller, purpose: Purpose, model: str, file: str, *, said: str = "") -> HTMLResponse:
    held = state(request)
    title = "" if purpose == "train" else _title(request, caller, model)
    peek = chosen = None
    if file:
        chosen = held.files.get(caller, file)
        try:
            peek = peek_of(request, caller, file)
        except PharmakonError as error:
            said = said or str(error)
    return render(
        request,
        "model_data.html",
        caller,
        purpose=purpose,
        title=TITLES[purpose].format(title),
        lead=LEADS[purpose],
        model=model,
        back=_address(model),
        chosen=chosen,
        peek=peek,
        said=said,
        copies=_copies(purpose, model, chosen.name if chosen else "", peek),
        tables=[one for one in held.files.list(caller, limit=50) if not one.patient],
    )


def _copies(purpose: Purpose, model: str, table: str, peek: Peek | None) -> dict[str, str]:
    """What the form asks for as it is first shown; a model of the project has no name outside of it."""
    if peek is None or JOB.fullmatch(model):
        return help_of(verb(purpose))
    config = {"data": table, "smiles": peek.structure, "value": peek.value, "id": peek.id, "model": model}
    return copies_of(verb(purpose), {name: text for name, text in config.items() if text})


def _audit(request: Request, caller: Caller, id: str) -> Job:
    return state(request).job_of(caller, id, ["audit"], "audit")


def _title(request: Request, caller: Caller, model: str) -> str:
    """What a model is called. Raises UnknownName, Denied."""
    if match := JOB.fullmatch(model):
        return own_model(request, caller, match[1]).what.title
    return str(shipped_card(model)["property"]["title"])


def _address(model: str) -> str:
    match = JOB.fullmatch(model)
    return f"/models/job/{match[1]}" if match else f"/models/{model}" if model else "/models"

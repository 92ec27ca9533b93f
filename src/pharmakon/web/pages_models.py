"""The models pages: every model there is, and the card of one."""

from __future__ import annotations

import json
import shlex
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse

from pharmakon.core.types import Estimates
from pharmakon.record.card import html
from pharmakon.team.queue import Job
from pharmakon.team.roles import Caller
from pharmakon.workflows.model_list import listed
from pharmakon.workflows.predict import PredictConfig
from pharmakon.workflows.predict import run as predict

from .api_models import shipped_card, shipped_models
from .copying import over_api
from .guard import allowed, state
from .own_models import OwnModel, own_model, own_models
from .pages import copies, render, server_of

router = APIRouter(include_in_schema=False)

RECENT, SHOWN = 60, 6
"""Jobs that are looked through for models lately used, and how many are shown."""
WAITING = ("queued", "running", "paused", "failed")


@router.get("/models")
def models(request: Request, caller: Caller = allowed("model.read")) -> HTMLResponse:
    """The project's own models, and the shipped ones by group."""
    own = own_models(request, caller)
    jobs = state(request).jobs.list(caller, limit=RECENT)
    return render(
        request,
        "models.html",
        caller,
        own=[(one, listed(one.card)) for one in own],
        making=[job for job in jobs if job.verb in ("train", "recalibrate") and job.state in WAITING],
        groups=shipped_models(),
        recent=_recent(jobs, own),
    )


@router.get("/models/job/{id}")
def own_card(
    request: Request,
    id: str,
    caller: Caller = allowed("model.read"),
    smiles: Annotated[str, Query(max_length=2000)] = "",
) -> HTMLResponse:
    """The card of a model of the project, and what it says of a molecule."""
    job = state(request).jobs.get(caller, id)
    if job.state != "done":
        return render(request, "model_made.html", caller, job=job)
    one = own_model(request, caller, id)
    asked = predict(PredictConfig(smiles=(smiles.strip(),), models=(str(one.folder),))) if smiles.strip() else None
    said = _said(next(iter(asked.table.values()))) if asked is not None and asked.table else {}
    return render(
        request,
        "model.html",
        caller,
        name=one.what.name,
        title=one.what.title,
        what=one.what,
        card=_card(one.card),
        job=job,
        reference=one.reference,
        smiles=smiles,
        said=said,
        structure=asked.structures[0] if asked else "",
        problem=asked.reasons[0] if asked else "",
        checks=_checks(request, caller, one.reference),
        copies=over_api(
            server_of(request),
            f"/api/v1/models/job/{id}",
            f'workbench.model("job/{id}").card',
            token=state(request).settings.accounts,
        ),
    )


@router.get("/models/{name}")
def card(request: Request, name: str, caller: Caller = allowed("model.read")) -> HTMLResponse:
    """The card of a shipped model."""
    from pharmakon.workflows.design_choices import own_property

    found = shipped_card(name)
    return render(
        request,
        "model.html",
        caller,
        name=name,
        title=found["property"]["title"],
        what=own_property(found),
        card=_card(found),
        job=None,
        reference=name,
        smiles="",
        said={},
        structure="",
        problem="",
        checks=_checks(request, caller, name),
        copies=copies(
            cli=f"pharmakon models {shlex.quote(name)}",
            python=f"import pharmakon\n\npharmakon.list_models([{json.dumps(name)}])[0]",
        ),
    )


def _card(card: dict[str, Any]) -> str:
    """The card as a part of a page; its own title is that of the page."""
    text = html(card, level=1)
    return text[: text.index("<h1>")] + text[text.index("</h1>") + len("</h1>") :]


def _said(got: Estimates) -> dict[str, Any]:
    return {
        "value": float(got.value[0]),
        "low": float(got.low[0]),
        "high": float(got.high[0]),
        "in_domain": bool(got.in_domain[0]),
        "verdict": str(got.verdict[0]),
        "nearest_id": str(got.nearest_id[0]),
        "nearest_value": float(got.nearest_value[0]),
        "nearest_similarity": float(got.nearest_similarity[0]),
    }


def _checks(request: Request, caller: Caller, reference: str) -> list[Job]:
    """The jobs that monitored a model."""
    found = state(request).jobs.list(caller, limit=RECENT, verbs=["monitor"])
    return [job for job in found if job.config.get("model") == reference]


def _recent(jobs: list[Job], own: list[OwnModel]) -> list[tuple[str, str]]:
    """(address, title) of the models that jobs lately named."""
    mine = {one.reference: (f"/models/job/{one.job.id}", one.what.title) for one in own}
    names = {one.name: (f"/models/{one.name}", one.title) for models in shipped_models().values() for one in models}
    found: dict[tuple[str, str], None] = {}
    for job in jobs:
        asked = [job.config.get("model"), *(job.config.get("models") or ())]
        asked += [term.get("property") for term in job.config.get("goals", ()) if isinstance(term, dict)]
        for name in asked:
            if place := mine.get(str(name)) or names.get(str(name)):
                found[place] = None
    return list(found)[:SHOWN]

"""The record pages: every run, two side by side, one with its ledger and its signatures."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from pharmakon.core.errors import PharmakonError
from pharmakon.record.entry import LEDGER
from pharmakon.record.state import PERMITTED, Meaning
from pharmakon.store.keys import SHORTEST
from pharmakon.team.queue import Job
from pharmakon.team.roles import Caller
from pharmakon.team.sessions import PROVED
from pharmakon.team.signing import Record
from pharmakon.team.verbs import verbs
from pharmakon.workflows import ledger
from pharmakon.workflows.compare_runs import CompareRunsConfig
from pharmakon.workflows.compare_runs import run as facts
from pharmakon.workflows.reproduce_verbs import CONFIGS

from .api_results import names_of, note_read
from .copying import over_api
from .guard import allowed, reauthenticated, state
from .pages import render, server_of
from .records import compared, folder, kept, possible, record, same, sign

router = APIRouter(include_in_schema=False)

PAGE, ENTRIES, LINKED = 40, 50, 100
"""Records of a page; entries of a ledger; jobs among which those about a record are looked for."""
Ids = Annotated[list[str] | None, Query(max_length=16)]
Passphrase = Annotated[str, Form(max_length=1024)]


@router.get("/record")
def records(
    request: Request,
    caller: Caller = allowed("record.read"),
    before: Annotated[str, Query(max_length=16)] = "",
) -> HTMLResponse:
    """The project's records, the newest first."""
    found, older = kept(request, caller, limit=PAGE, before=before)
    return render(request, "records.html", caller, found=found, older=older, newest=not before, verbs=verbs())


@router.get("/record/compare")
def side_by_side(
    request: Request, run: Ids = None, *, every: bool = False, caller: Caller = allowed("record.read")
) -> HTMLResponse:
    """Runs side by side: where they differ, or every fact."""
    found, told = compared(request, caller, run or [])
    ids = [one.job.id for one in found]
    address = "&".join(f"run={id}" for id in ids)
    path, call = f"/api/v1/records/compare?{address}", f"workbench.compare({ids})"
    copies = over_api(server_of(request), path, call, token=state(request).settings.accounts)
    return render(
        request,
        "record_compare.html",
        caller,
        found=found,
        told=told,
        every=every,
        address=address,
        verbs=verbs(),
        copies=copies,
    )


@router.get("/record/{id}")
def one(
    request: Request,
    id: str,
    *,
    caller: Caller = allowed("record.read"),
    before: Annotated[int, Query(ge=0)] = 0,
    form: Annotated[str, Query(max_length=200)] = "",
    done: Annotated[str, Query(max_length=20)] = "",
    meaning: Annotated[str, Query(max_length=20)] = "",
    why: Annotated[str, Query(max_length=2000)] = "",
) -> HTMLResponse:
    """One record; the form of a signature is filled in with what the address says of it."""
    found = record(request, caller, id)
    return _page(request, caller, found, before=before, form=form, done=done, meaning=meaning, why=why)


@router.post("/record/{id}/sign")
def signed(
    request: Request,
    id: str,
    meaning: Annotated[Meaning, Form()],
    why: Annotated[str, Form(min_length=1, max_length=2000)],
    passphrase: Passphrase,
    *,
    caller: Caller = allowed("record.author"),
    _: None = reauthenticated,
) -> Response:
    """Sign it."""
    found = record(request, caller, id)
    try:
        sign(request, caller, found, meaning, why=why, passphrase=passphrase)
    except PharmakonError as error:
        page = _page(request, caller, found, refused=str(error), meaning=meaning, why=why)
        page.status_code = 422
        return page
    return RedirectResponse(f"/record/{id}?done=signed#signatures", 303)


@router.post("/record/{id}/identity")
def identity(
    request: Request,
    id: str,
    passphrase: Passphrase,
    again: Passphrase,
    *,
    caller: Caller = allowed("record.author"),
    _: None = reauthenticated,
) -> Response:
    """Make the identity that one signs with, and come back to the record."""
    held, found = state(request), record(request, caller, id)
    try:
        made = held.signing.make(caller, same(passphrase, again))
    except PharmakonError as error:
        page = _page(request, caller, found, refused=str(error))
        page.status_code = 422
        return page
    held.journal.note("identity made", caller, key=made.key)
    return RedirectResponse(f"/record/{id}?done=identity#signatures", 303)


DONE = {"signed": "You signed this record.", "identity": "Your identity was made: you can sign with it now."}


def _page(
    request: Request,
    caller: Caller,
    found: Record,
    *,
    before: int = 0,
    form: str = "",
    done: str = "",
    refused: str = "",
    meaning: str = "",
    why: str = "",
) -> HTMLResponse:
    held, job, place = state(request), found.job, folder(request, found)
    note_read(request, caller, job, found.name)
    checked, given = ledger.verify(place), ledger.state(place)
    book = ledger.entries(place / LEDGER, before=before, limit=ENTRIES) if found.kind == "run" else None
    mine = held.signing.identity(caller) if caller.may("record.author") and not caller.token else None
    return render(
        request,
        "record.html",
        caller,
        record=found,
        job=job,
        verb=verbs().get(job.verb),
        who=held.accounts.get(job.user).name,
        checked=checked,
        given=given,
        steps=("draft", "reviewed", "approved", "released"),
        facts=facts(CompareRunsConfig(runs=(place,))),
        book=book,
        mine=mine,
        meanings=possible(caller, job, given, mine.key if mine else ""),
        leads={meaning: after for meaning, (_, after) in PERMITTED.items()},
        own=job.user == caller.user,
        proved=getattr(request.state, "proved", None) is not None and request.state.proved < PROVED - 30,
        shortest=SHORTEST,
        again=found.kind == "run" and job.verb in CONFIGS and caller.may("job.start"),
        copies=_copies(found),
        done=DONE.get(done, ""),
        refused=refused,
        meant=meaning,
        why=why,
        **_about(request, caller, found, form),
    )


def _about(request: Request, caller: Caller, found: Record, form: str) -> dict[str, Any]:
    """Jobs that are about a record: dossiers with their forms, and repetitions with what came of them."""
    name = f"job:{found.job.id}/{found.name}"
    jobs = state(request).jobs.list(caller, limit=LINKED, verbs=["dossier", "reproduce"])
    dossiers = [job for job in jobs if job.verb == "dossier" and job.config.get("subject") == name]
    shown = ""
    for job in dossiers:
        for file in _forms(job):
            if form == f"{job.id}/{file}":
                shown = f"/api/v1/jobs/{job.id}/files/dossier/{file}"
    return {
        "dossiers": [(job, _forms(job)) for job in dossiers],
        "repeated": [job for job in jobs if job.verb == "reproduce" and job.config.get("run") == name],
        "form": shown,
        "subject": name,
    }


def _forms(job: Job) -> list[str]:
    names = [name.removeprefix("dossier/") for name in names_of(job)]
    return [name for name in names if name.endswith(".html") and name != "index.html" and "/" not in name]


def _copies(found: Record) -> dict[str, str]:
    name = found.name
    cli = [f"pharmakon ledger verify {name}", f'pharmakon sign {name} --meaning reviewed --why "..."']
    python = ["import pharmakon", "", f'pharmakon.verify_ledger("{name}")']
    if found.kind == "run":
        cli += [f"pharmakon crate {name} -o {name}.zip", f"pharmakon crate verify {name}.zip"]
        python += [f'pharmakon.make_crate("{name}", output="{name}.zip")']
    return {"CLI": "\n".join(cli), "Python": "\n".join(python)}

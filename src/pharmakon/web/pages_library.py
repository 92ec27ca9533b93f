"""The library pages: the project's libraries, and one of them as a table, a grid, a plot and a selection."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, UploadFile
from starlette.responses import HTMLResponse, RedirectResponse

from pharmakon.core.errors import PharmakonError
from pharmakon.core.types import Profile
from pharmakon.team.queue import Job
from pharmakon.team.roles import Caller
from pharmakon.workflows.library_filter import SIMILARITY, LibraryFilter, Order
from pharmakon.workflows.library_view import Library

from .api_files import keep
from .api_libraries import NewLibrary, make_library
from .copying import behind_main, over_api
from .guard import allowed, state
from .libraries import VERB, filter_of, job_of, library_of, picked, selections
from .pages import copies, render, server_of
from .peeked import peek_of

router = APIRouter(include_in_schema=False)

SHOWN = ("mw", "logp", "tpsa", "qed", "solubility", "herg", "ames", "bbb", "hia")
"""Columns at first."""
FIRST = 50
"""Rows of the page before its script takes over."""


@router.get("/library")
def libraries(request: Request, caller: Caller = allowed("library.read")) -> HTMLResponse:
    """The project's libraries, and the form to make one."""
    found = state(request).jobs.list(caller, limit=200, verbs=[VERB])
    return render(request, "libraries.html", caller, libraries=found)


@router.post("/library")
def make(
    request: Request,
    file: UploadFile,
    profile: Annotated[Profile, Form()] = "fast",
    smiles_column: Annotated[str, Form(max_length=300)] = "",
    caller: Caller = allowed("job.start"),
) -> RedirectResponse:
    """Keep the upload, and make a library of it."""
    kept = keep(request, caller, file, patient=False)
    asked = NewLibrary(file=kept.id, title=kept.name, profile=profile, smiles_column=smiles_column or None)
    return RedirectResponse(f"/library/{make_library(request, asked, caller, '').id}", 303)


@router.get("/library/{id}")
def library(
    request: Request,
    id: str,
    *,
    caller: Caller = allowed("library.read"),
    filter: Annotated[str, Query(max_length=4_000)] = "",
    sort: Annotated[str, Query(max_length=300)] = "",
    down: bool = False,
    columns: Annotated[str, Query(max_length=10_000)] = "",
    offset: Annotated[int, Query(ge=0, le=2_000_000)] = 0,
) -> HTMLResponse:
    """One library: its first rows as they were asked for, and the script that goes on from there."""
    job = job_of(request, caller, id)
    if job.state != "done":
        headers = _headers(request, caller, job) if job.state == "failed" else ()
        return render(request, "library_made.html", caller, job=job, headers=headers)
    opened, asked = library_of(request, caller, id), filter_of(filter)
    shown = _shown(columns, opened)
    searching = bool(asked.smarts.strip()) and not opened.search(asked.smarts).over.is_set()
    order = Order(sort=sort, down=down)
    rows = opened.find(asked, order, picked=picked(request, caller, id, opened, asked), whole=False)
    return render(
        request,
        "library.html",
        caller,
        job=job,
        facts=opened.facts,
        marked=opened.marked,
        columns=[opened.columns[name] for name in shown],
        rows=opened.page(rows[offset : offset + FIRST].tolist(), shown),
        total=len(rows),
        searching=searching,
        offset=offset,
        step=FIRST,
        asked={"filter": filter, "sort": sort, "down": "true" if down else "false", "columns": columns},
        told=json.dumps(_told(caller, job, opened, asked, shown)),
        copies=(_view(request, job, asked, order, shown) or _copies(opened))
        | _picked(request, caller, job, order, shown),
        similarity=SIMILARITY,
    )


@router.post("/library/{id}/again")
def make_again(
    request: Request,
    id: str,
    smiles_column: Annotated[str, Form(max_length=300)] = "",
    caller: Caller = allowed("job.start"),
) -> RedirectResponse:
    """Make a library of the same file once more, perhaps with another structure column."""
    job = job_of(request, caller, id)
    asked = NewLibrary(
        file=job.files[0],
        title=job.title,
        profile=job.config["profile"],
        smiles_column=smiles_column or None,
        id_column=job.config.get("id_column"),
    )
    return RedirectResponse(f"/library/{make_library(request, asked, caller, '').id}", 303)


def _headers(request: Request, caller: Caller, job: Job) -> Sequence[str]:
    """The columns of a job's file, to choose one of; none where it cannot be read, or is no longer there."""
    try:
        return peek_of(request, caller, job.files[0]).columns
    except PharmakonError:
        return ()


def _shown(columns: str, library: Library) -> list[str]:
    """The columns that are asked for, as JSON; else those of SHOWN that there are, and the file's first numbers."""
    try:
        wanted = json.loads(columns) if columns else []
    except ValueError:
        wanted = []
    known = [name for name in wanted if isinstance(name, str) and name in library.columns]
    if known:
        return known
    own = [
        name for name, column in library.columns.items() if column["group"] == "input" and column["kind"] == "number"
    ]
    return [*own[:3], *(name for name in SHOWN if name in library.columns)]


def _told(caller: Caller, job: Job, library: Library, asked: LibraryFilter, shown: list[str]) -> dict[str, Any]:
    """What the script of the page starts with."""
    return {
        "id": job.id,
        "rows": library.rows,
        "columns": list(library.choosable.values()),
        "filter": asked.model_dump(mode="json"),
        "shown": shown,
        "selects": caller.may("selection.write"),
    }


def _view(request: Request, job: Job, asked: LibraryFilter, order: Order, shown: list[str]) -> dict[str, str]:
    """The rows that the page shows, from the server; nothing where it shows all of them as they stand in the file."""
    filter = asked.model_dump(mode="json", exclude_defaults=True)
    if not filter and not order.sort:
        return {}
    told: dict[str, Any] = {"filter": filter} if filter else {}
    told |= {"sort": order.sort, "down": order.down} if order.sort else {}
    words = told | ({"filter": json.dumps(filter)} if filter else {}) | ({"down": "true"} if order.down else {})
    query = urlencode(words | {"columns": shown}, doseq=True)
    options = "".join(f", {name}={value!r}" for name, value in (told | {"columns": shown}).items())
    return over_api(
        server_of(request),
        f"/api/v1/libraries/{job.id}/export?{query}",
        f'workbench.export("{job.id}", "molecules.csv"{options})',
        token=state(request).settings.accounts,
    )


def _picked(request: Request, caller: Caller, job: Job, order: Order, shown: list[str]) -> dict[str, str]:
    """The same of the caller's working selection; nothing while nothing is selected."""
    own = next((one for one in selections(request).list(caller, job.id) if not one.name and one.count), None)
    words = _view(request, job, LibraryFilter(selection=own.id), order, shown) if own else {}
    return {f"{kind}, the selection": text for kind, text in words.items()}


def _copies(library: Library) -> dict[str, str]:
    name = str(library.facts["name"])
    profile = str(library.facts["profile"])
    query = "SELECT id, smiles, mw, logp FROM 'library/molecules.parquet' WHERE problem = '' ORDER BY mw"
    python = "import duckdb\nimport pharmakon\n\n" + behind_main(
        f'pharmakon.make_library({json.dumps(name)}, output="library", profile={json.dumps(profile)})\n'
        f'duckdb.sql("{query}").show()'
    )
    return copies(
        cli=f"pharmakon library {shlex.quote(name)} -o library --profile {profile}",
        python=python,
    )

"""The library pages: the project's libraries, and one of them as a table, a grid, a plot and a selection."""

from __future__ import annotations

import json
import shlex
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, UploadFile
from starlette.responses import HTMLResponse, RedirectResponse

from pharmakon.core.types import Profile
from pharmakon.team.queue import Job
from pharmakon.team.roles import Caller
from pharmakon.workflows.library_filter import SIMILARITY, LibraryFilter, Order
from pharmakon.workflows.library_view import Library

from .api_files import keep
from .api_libraries import NewLibrary, make_library
from .copying import behind_main
from .guard import allowed, state
from .libraries import VERB, filter_of, job_of, library_of, picked
from .pages import copies, render

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
        return render(request, "library_made.html", caller, job=job)
    opened, asked = library_of(request, caller, id), filter_of(filter)
    shown = _shown(columns, opened)
    rows = opened.find(asked, Order(sort=sort, down=down), picked=picked(request, caller, id, opened, asked))
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
        offset=offset,
        step=FIRST,
        asked={"filter": filter, "sort": sort, "down": "true" if down else "false", "columns": columns},
        told=json.dumps(_told(caller, job, opened, asked, shown)),
        copies=_copies(opened),
        similarity=SIMILARITY,
    )


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

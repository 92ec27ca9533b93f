"""Libraries over the API: made from an uploaded file by a job, then paged, filtered, selected from, exported."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Header, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response, StreamingResponse

from pharmakon.core.errors import UsageError
from pharmakon.core.types import Profile
from pharmakon.team.roles import Caller
from pharmakon.team.selections import Selection
from pharmakon.workflows.library_export import Format, exported
from pharmakon.workflows.library_filter import LibraryFilter, Order
from pharmakon.workflows.library_view import PAGE

from .api_jobs import JobOut, JobPage, NewJob, start
from .described import binary
from .guard import allowed, state
from .libraries import VERB, filter_of, job_of, library_of, mask_of, picked, runs_of_mask, selections

router = APIRouter(prefix="/api/v1/libraries", tags=["libraries"])

DRAWINGS = 60
"""Structures that are drawn in one answer."""
KINDS = {"csv": "text/csv; charset=utf-8", "sdf": "chemical/x-mdl-sdfile", "parquet": "application/vnd.apache.parquet"}
FilterText = Annotated[
    str, Query(alias="filter", max_length=4_000, description="a filter as JSON; none lets all through")
]
Names = Annotated[list[Annotated[str, Query(max_length=300)]], Query(max_length=500, description="names of columns")]


class NewLibrary(BaseModel):
    """A library to make from an uploaded file."""

    model_config = ConfigDict(extra="forbid")

    file: str = Field(max_length=16, description="id of the uploaded file")
    title: str = Field("", max_length=200)
    smiles_column: str | None = Field(None, max_length=300)
    id_column: str | None = Field(None, max_length=300)
    profile: Profile = "fast"


class LibraryOut(BaseModel):
    """A finished library and its columns; `repeats` is how many rows have the structure of an earlier one."""

    id: str
    title: str
    name: str
    rows: int
    problems: int
    repeats: int
    profile: str
    columns: list[dict[str, Any]]


class RowPage(BaseModel):
    """Some rows; `total` met the filter. While a substructure is searched for, `searched` of `to_search` are done."""

    total: int
    offset: int
    items: list[dict[str, Any]]
    searched: int = 0
    to_search: int = 0


class SelectionOut(BaseModel):
    """A selection; the caller's working one has no name."""

    id: str
    name: str
    own: bool
    count: int
    changed: float

    @classmethod
    def of(cls, one: Selection, caller: Caller) -> SelectionOut:
        """What is known of it."""
        return cls(id=one.id, name=one.name, own=one.user == caller.user, count=one.count, changed=one.changed)


class NewSelection(BaseModel):
    """Rows to select: by number, by a filter, or both; they replace, join or leave those of the selection.

    A substructure in the filter is searched for to its end.
    """

    model_config = ConfigDict(extra="forbid")

    name: str = Field("", max_length=200, description="none: the caller's working selection")
    rows: list[Annotated[int, Field(ge=0, le=2_000_000)]] | None = Field(
        None,
        max_length=1_000_000,
        description="counted from 0; an empty list in place of what is selected selects none",
    )
    filter: LibraryFilter | None = None
    mode: Literal["replace", "add", "remove"] = "replace"


@router.get("")
def list_libraries(
    request: Request,
    caller: Caller = allowed("library.read"),
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[str, Query(max_length=16, description="`next` of the page before")] = "",
) -> JobPage:
    """The project's libraries, the newest first, as the jobs that make them."""
    found = state(request).jobs.list(caller, limit=limit, before=before, verbs=[VERB])
    return JobPage(items=[JobOut.of(job) for job in found], next=found[-1].id if len(found) == limit else None)


@router.post("", status_code=201)
def make_library(
    request: Request,
    asked: NewLibrary,
    caller: Caller = allowed("job.start"),
    idempotency_key: Annotated[str, Header(max_length=200)] = "",
) -> JobOut:
    """Make a library: a job, which is followed like any other; the library has its id."""
    file = state(request).files.get(caller, asked.file)
    config = {"data": file.name, "profile": asked.profile}
    config |= {key: value for key in ("smiles_column", "id_column") if (value := getattr(asked, key))}
    job = NewJob(verb=VERB, config=config, files=[file.id], title=asked.title or file.name)
    return JobOut.of(start(request, caller, job, key=idempotency_key))


@router.get("/{id}")
def get_library(request: Request, id: str, caller: Caller = allowed("library.read")) -> LibraryOut:
    """What a library holds."""
    job, library = job_of(request, caller, id), library_of(request, caller, id)
    facts = library.facts
    told = {name: facts[name] for name in ("name", "rows", "problems", "profile", "columns")}
    return LibraryOut(id=id, title=job.title, repeats=facts.get("repeats", 0), **told)


@router.get("/{id}/rows")
def list_rows(
    request: Request,
    id: str,
    *,
    caller: Caller = allowed("library.read"),
    filter: FilterText = "",
    sort: Annotated[str, Query(max_length=300)] = "",
    down: bool = False,
    offset: Annotated[int, Query(ge=0, le=2_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=PAGE)] = 100,
    columns: Names = [],  # noqa: B006 - FastAPI copies it
) -> RowPage:
    """Rows that meet a filter, in order."""
    library, asked = library_of(request, caller, id), filter_of(filter)
    chosen = picked(request, caller, id, library, asked)
    search = library.search(asked.smarts) if asked.smarts.strip() else None
    going = search is not None and not search.over.is_set()  # looked at before the rows, which may be more by then
    rows = library.find(asked, Order(sort=sort, down=down), picked=chosen, whole=not going)
    page = library.page(rows[offset : offset + limit].tolist(), columns)
    if asked.similar is not None:
        alike = library.similarity(asked.similar.smiles)
        for item in page:
            item["values"]["similarity"] = round(float(alike[item["row"]]), 3)
    return RowPage(
        total=len(rows),
        offset=offset,
        items=page,
        searched=search.done if search and going else 0,
        to_search=max(search.total, 1) if search and going else 0,
    )


@router.get("/{id}/values", response_class=Response, **binary("application/octet-stream"))
def read_values(
    request: Request,
    id: str,
    column: Annotated[str, Query(max_length=300)],
    caller: Caller = allowed("library.read"),
) -> Response:
    """A column of numbers of all rows: little-endian 32-bit floats, NaN where there is none."""
    body = library_of(request, caller, id).values(column).astype("<f4").tobytes()
    return Response(body, media_type="application/octet-stream", headers={"Cache-Control": "private, max-age=3600"})


@router.get("/{id}/mask", response_class=Response, **binary("application/octet-stream"))
def read_mask(request: Request, id: str, caller: Caller = allowed("library.read"), filter: FilterText = "") -> Response:
    """Which rows meet a filter: a bit a row, the first row in the highest bit of the first byte."""
    library, asked = library_of(request, caller, id), filter_of(filter)
    rows = library.find(asked, picked=picked(request, caller, id, library, asked))
    mask = np.zeros(library.rows, dtype=bool)
    mask[rows] = True
    return Response(np.packbits(mask).tobytes(), media_type="application/octet-stream")


@router.get("/{id}/drawings")
def read_drawings(
    request: Request,
    id: str,
    *,
    rows: Annotated[str, Query(pattern=r"^\d{1,7}(,\d{1,7}){0,59}$", description="rows, joined by commas, 60 at most")],
    caller: Caller = allowed("library.read"),
    width: Annotated[int, Query(ge=40, le=600)] = 160,
    height: Annotated[int, Query(ge=40, le=600)] = 100,
) -> dict[str, str]:
    """The structures of some rows as SVG, by row."""
    from pharmakon.chem.depict import svg
    from pharmakon.chem.parse import parse

    library = library_of(request, caller, id)
    wanted = [row for row in dict.fromkeys(map(int, rows.split(","))) if row < library.rows]
    page = library.page(wanted, [])
    return {str(item["row"]): svg(parse(item["smiles"]).mol, size=(width, height)) for item in page}


@router.get(
    "/{id}/export", response_class=StreamingResponse, **binary(*(kind.partition(";")[0] for kind in KINDS.values()))
)
def export_rows(
    request: Request,
    id: str,
    *,
    caller: Caller = allowed("library.read"),
    format: Format = "csv",
    filter: FilterText = "",
    sort: Annotated[str, Query(max_length=300)] = "",
    down: bool = False,
    columns: Names = [],  # noqa: B006 - FastAPI copies it
) -> StreamingResponse:
    """The rows that meet a filter, sent while they are read; all columns where none are named."""
    library, asked = library_of(request, caller, id), filter_of(filter)
    rows = library.find(asked, Order(sort=sort, down=down), picked=picked(request, caller, id, library, asked))
    names = columns or list(library.choosable)
    stem = (
        "".join(c if c.isalnum() or c in "-_" else "-" for c in str(library.facts["name"]).split(".")[0]) or "library"
    )
    disposition = f'attachment; filename="{stem.encode("ascii", "replace").decode().replace("?", "-")}.{format}"'
    parts = exported(library, rows, names, format)
    first = next(parts, b"")  # what is wrong is said before the answer begins

    def whole() -> Any:
        yield first
        yield from parts

    return StreamingResponse(whole(), media_type=KINDS[format], headers={"Content-Disposition": disposition})


@router.get("/{id}/selections")
def list_selections(request: Request, id: str, caller: Caller = allowed("library.read")) -> list[SelectionOut]:
    """The caller's working selection and the named ones of a library."""
    job_of(request, caller, id)
    return [SelectionOut.of(one, caller) for one in selections(request).list(caller, id)]


@router.put("/{id}/selections")
def keep_selection(
    request: Request, id: str, asked: NewSelection, caller: Caller = allowed("selection.write")
) -> SelectionOut:
    """Select rows; the selection stays on the server."""
    if asked.rows is None and asked.filter is None:
        raise UsageError('which rows? Give "rows", a list of numbers, or a "filter"; an empty list selects none')
    library, kept = library_of(request, caller, id), selections(request)
    mask = np.zeros(library.rows, dtype=bool)
    rows = asked.rows or []
    if any(row >= library.rows for row in rows):
        raise UsageError(f"the library has {library.rows:,} rows, counted from 0")
    mask[rows] = True
    if asked.filter is not None:
        mask[library.find(asked.filter, picked=picked(request, caller, id, library, asked.filter))] = True
    if asked.mode != "replace":
        before = next((one for one in kept.list(caller, id) if one.name == asked.name.strip()), None)
        old = mask_of(before.runs if before else [], library.rows)
        mask = old | mask if asked.mode == "add" else old & ~mask
    return SelectionOut.of(kept.keep(caller, id, runs_of_mask(mask), name=asked.name), caller)


@router.delete("/{id}/selections/{selection}", status_code=204, response_class=Response)
def forget_selection(request: Request, id: str, selection: str, caller: Caller = allowed("selection.write")) -> None:
    """Forget a selection; the rows stay."""
    job_of(request, caller, id)
    selections(request).remove(caller, id, selection)

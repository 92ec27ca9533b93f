"""What leaves with a record and comes back: its crate, the check of somebody's crate, the run repeated."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request, UploadFile
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse

from pharmakon.core.errors import PharmakonError
from pharmakon.team.roles import Caller

from .api_crates import CRATE, AskedCrate, check_crate, download_crate
from .api_jobs import NewJob, start
from .guard import allowed
from .pages import render
from .records import record

router = APIRouter(include_in_schema=False)


@router.get("/record/{id}/crate.zip")
def download(
    request: Request, id: str, asked: Annotated[AskedCrate, Depends()], caller: Caller = allowed("record.read")
) -> FileResponse:
    """The run as an RO-Crate in one ZIP file, with its signatures, and with its inputs where that is asked for."""
    return download_crate(request, id, asked, caller)


@router.get("/crate")
def check_form(request: Request, caller: Caller = allowed("record.read")) -> HTMLResponse:
    """Where somebody's crate is checked."""
    return render(request, "crate.html", caller, found=None, name="", problem="")


@router.post("/crate")
def check(request: Request, file: UploadFile, caller: Caller = allowed("record.read")) -> HTMLResponse:
    """Check an uploaded crate; it is looked at and not kept."""
    try:
        found, problem = check_crate(file, caller), ""
    except PharmakonError as error:
        found, problem = None, str(error)
    name = Path(file.filename or CRATE).name
    page = render(request, "crate.html", caller, found=found, name=name, problem=problem)
    page.status_code = 422 if problem else 200
    return page


@router.post("/record/{id}/again")
def again(request: Request, id: str, caller: Caller = allowed("job.start")) -> RedirectResponse:
    """Run it again as a job, and compare what comes out."""
    found = record(request, caller, id)
    config = {"run": f"job:{id}/{found.name}"}
    made = start(request, caller, NewJob(verb="reproduce", config=config, title=f"Again: {found.job.title}"[:200]))
    return RedirectResponse(f"/jobs/{made.id}", 303)

"""What leaves with a record and comes back: its crate, the check of somebody's crate, the run repeated."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request, UploadFile
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse

from pharmakon.core.errors import PharmakonError, UsageError
from pharmakon.team.roles import Caller
from pharmakon.workflows.crate import CrateConfig
from pharmakon.workflows.crate import run as crate
from pharmakon.workflows.crate_verify import verify

from .api_jobs import NewJob, start
from .api_results import note_read
from .guard import allowed, state
from .pages import render
from .records import folder, record

router = APIRouter(include_in_schema=False)

CRATE = "crate.zip"


@router.get("/record/{id}/crate.zip")
def download(
    request: Request,
    id: str,
    *,
    inputs: bool = False,
    sbom: bool = False,
    permission: Annotated[str, Query(max_length=500)] = "",
    caller: Caller = allowed("record.read"),
) -> FileResponse:
    """The run as an RO-Crate in one ZIP file, with its signatures, and with its inputs where that is asked for."""
    found = record(request, caller, id)
    if found.kind != "run":
        raise UsageError("a model makes no crate: download its folder, whose SHA256SUMS name every file")
    place = Path(tempfile.mkdtemp(prefix="pharmakon-crate-"))
    try:
        asked = CrateConfig(
            run=folder(request, found), output=place / CRATE, with_inputs=inputs, sbom=sbom, permission=permission
        )
        crate(asked)
    except BaseException as error:
        shutil.rmtree(place, ignore_errors=True)
        if isinstance(error, PharmakonError):
            raise UsageError(_plain(error, folder(request, found), found.name)) from None
        raise
    note_read(request, caller, found.job, CRATE)
    if permission.strip():
        state(request).journal.note("handed on", caller, job=found.job.id, inputs=inputs, permission=permission.strip())
    done = BackgroundTask(shutil.rmtree, place, ignore_errors=True)
    return FileResponse(place / CRATE, filename=f"{found.job.verb}-{id}.zip", background=done)


@router.get("/crate")
def check_form(request: Request, caller: Caller = allowed("record.read")) -> HTMLResponse:
    """Where somebody's crate is checked."""
    return render(request, "crate.html", caller, found=None, name="", problem="")


@router.post("/crate")
def check(request: Request, file: UploadFile, caller: Caller = allowed("record.read")) -> HTMLResponse:
    """Check an uploaded crate; it is looked at and not kept."""
    name = Path(file.filename or CRATE).name
    with tempfile.TemporaryDirectory(prefix="pharmakon-crate-") as place:
        path = Path(place) / CRATE
        with path.open("wb") as target:
            shutil.copyfileobj(file.file, target)
        try:
            found, problem = verify(path), ""
        except PharmakonError as error:
            found, problem = None, _plain(error, path, name)
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


def _plain(error: PharmakonError, path: Path, name: str) -> str:
    """What an error says, with a name in place of where it lies on the server."""
    return str(error).replace(str(path), name)

"""Crates over the API: a run handed on whole, and the check of one that came back."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, UploadFile
from starlette.background import BackgroundTask
from starlette.responses import FileResponse

from pharmakon.core.errors import PharmakonError, UsageError
from pharmakon.team.roles import Caller
from pharmakon.workflows.crate import CrateConfig
from pharmakon.workflows.crate import run as crate
from pharmakon.workflows.crate_verify import verify

from .answers import Answer
from .api_results import note_read
from .described import binary
from .guard import allowed, state
from .records import folder, record

router = APIRouter(prefix="/api/v1", tags=["records"])

CRATE = "crate.zip"


@dataclass(frozen=True)
class AskedCrate:
    """What goes out with a run."""

    inputs: Annotated[bool, Query(description="its inputs too; else they are named by their SHA-256")] = False
    sbom: Annotated[bool, Query(description="a software bill of materials")] = False
    permission: Annotated[
        str, Query(max_length=500, description="who permitted handing people's data on, when, and where that stands")
    ] = ""


class CheckedCrate(Answer):
    """Whether a crate is as it was written: no problem, or a sentence for each."""

    ok: bool
    files: int
    entries: int
    signer: str
    problems: list[str]
    remarks: list[str]


@router.get("/records/{id}/crate.zip", response_class=FileResponse, **binary("application/zip"))
def download_crate(
    request: Request, id: str, asked: Annotated[AskedCrate, Depends()], caller: Caller = allowed("record.read")
) -> FileResponse:
    """A run as an RO-Crate in one ZIP file, with its signatures, and with its inputs where that is asked for."""
    found = record(request, caller, id)
    if found.kind != "run":
        raise UsageError("a model makes no crate: download its folder, whose SHA256SUMS name every file")
    permission = asked.permission.strip()
    place = Path(tempfile.mkdtemp(prefix="pharmakon-crate-"))
    try:
        crate(
            CrateConfig(
                run=folder(request, found),
                output=place / CRATE,
                with_inputs=asked.inputs,
                sbom=asked.sbom,
                permission=permission,
            )
        )
    except BaseException as error:
        shutil.rmtree(place, ignore_errors=True)
        if isinstance(error, PharmakonError):
            raise _plain(error, folder(request, found), found.name) from None
        raise
    note_read(request, caller, found.job, CRATE)
    if permission:
        state(request).journal.note("handed on", caller, job=found.job.id, inputs=asked.inputs, permission=permission)
    done = BackgroundTask(shutil.rmtree, place, ignore_errors=True)
    return FileResponse(place / CRATE, filename=f"{found.job.verb}-{id}.zip", background=done)


@router.post("/crates/check")
def check_crate(file: UploadFile, caller: Caller = allowed("record.read")) -> CheckedCrate:
    """Check somebody's crate: every file, the ledger, the signatures. It is looked at and not kept."""
    with tempfile.TemporaryDirectory(prefix="pharmakon-crate-") as place:
        path = Path(place) / CRATE
        with path.open("wb") as target:
            shutil.copyfileobj(file.file, target)
        try:
            return CheckedCrate.of(verify(path))
        except PharmakonError as error:
            raise _plain(error, path, Path(file.filename or CRATE).name) from None


def _plain(error: PharmakonError, path: Path, name: str) -> UsageError:
    """An error as a refusal, with a name in place of where it lies on the server."""
    return UsageError(str(error).replace(str(path), name))

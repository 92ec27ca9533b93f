"""Design runs behind the pages and the API: found by their jobs, followed while they are written."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path

from fastapi import Request

from pharmakon.core.errors import UsageError
from pharmakon.team.queue import Job
from pharmakon.team.roles import Caller
from pharmakon.workflows.design_results import Results, results
from pharmakon.workflows.design_watch import DesignWatch, Progress

from .api_jobs import NewJob, start
from .api_results import note_read
from .design_draft import own_properties
from .guard import state

VERB, FOLDER, PASSPORT = "design", "run", "passport"
FOLLOWED = 32
"""Runs whose journals are kept open to look at."""
_watches: OrderedDict[Path, DesignWatch] = OrderedDict()
_lock = threading.Lock()


def design_job(request: Request, caller: Caller, id: str) -> Job:
    """The job of a design run. Raises UnknownName, Denied."""
    return state(request).job_of(caller, id, [VERB], "design")


def progress_of(request: Request, job: Job) -> Progress:
    """How far a run is, now."""
    folder = state(request).made(job) / FOLDER
    with _lock:
        watch = _watches.pop(folder, None) or DesignWatch(folder)
        _watches[folder] = watch
        while len(_watches) > FOLLOWED:
            _watches.popitem(last=False)
    return watch.look()


def results_of(request: Request, caller: Caller, job: Job) -> Results:
    """The designs of a finished run. Raises UsageError for one that is not."""
    if job.state != "done":
        raise UsageError(f"the run is {job.state}: its designs are there when it is done")
    note_read(request, caller, job, f"{FOLDER}/designs.csv")
    return results(state(request).made(job) / FOLDER, own_properties(request, caller))


def start_passport(request: Request, caller: Caller, job: Job, design: str) -> Job:
    """The job that makes, or made, the passport of a design: one for each."""
    asked = NewJob(
        verb=PASSPORT,
        config={"run": f"job:{job.id}/{FOLDER}", "designs": [design]},
        title=f"Passport of {design}: {job.title}"[:200],
    )
    return start(request, caller, asked, key=f"passport {job.id} {design}")

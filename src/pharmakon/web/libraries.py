"""Libraries behind the pages and the API: found by their jobs, opened once, kept open."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path

import numpy as np
from fastapi import Request
from numpy.typing import NDArray

from pharmakon.core.config import build
from pharmakon.core.errors import UsageError
from pharmakon.team.queue import Job
from pharmakon.team.roles import Caller
from pharmakon.team.selections import Selections
from pharmakon.workflows.library_filter import LibraryFilter
from pharmakon.workflows.library_view import Library

from .guard import state

VERB = "library"
OPEN = 8
"""Libraries that are kept open."""
_open: OrderedDict[Path, Library] = OrderedDict()
_lock = threading.Lock()


def job_of(request: Request, caller: Caller, id: str) -> Job:
    """The job that made, or makes, a library. Raises UnknownName, Denied."""
    return state(request).job_of(caller, id, [VERB], "library")


def library_of(request: Request, caller: Caller, id: str) -> Library:
    """An open library. Raises UnknownName, Denied, UsageError where it is not finished."""
    held, job = state(request), job_of(request, caller, id)
    if job.state != "done":
        raise UsageError(f"the library is {job.state}: it opens when it is done")
    if job.patient:
        held.journal.note("patients' data read", caller, job=job.id, file="library")
    folder = held.made(job) / "library"
    with _lock:
        if folder in _open:
            _open.move_to_end(folder)
            return _open[folder]
    opened = Library(folder)
    with _lock:
        _open[folder] = opened
        while len(_open) > OPEN:
            _open.popitem(last=False)
    return opened


def selections(request: Request) -> Selections:
    """The selections of the server."""
    return Selections(state(request).database)


def filter_of(text: str) -> LibraryFilter:
    """A filter as a request brings it: JSON. Raises ConfigError, UsageError."""
    import json

    try:
        given = json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError):
        raise UsageError("the filter is not JSON") from None
    if not isinstance(given, dict):
        raise UsageError("the filter is not a JSON object")
    return build(LibraryFilter, given)


def picked(
    request: Request, caller: Caller, id: str, library: Library, asked: LibraryFilter
) -> NDArray[np.bool_] | None:
    """The selection that a filter names, as a mask of the rows."""
    if not asked.selection:
        return None
    return mask_of(selections(request).get(caller, id, asked.selection).runs, library.rows)


def mask_of(runs: object, rows: int) -> NDArray[np.bool_]:
    """Runs of rows as a mask."""
    mask = np.zeros(rows, dtype=bool)
    for first, length in runs:  # type: ignore[attr-defined]
        mask[first : first + length] = True
    return mask


def runs_of_mask(mask: NDArray[np.bool_]) -> list[list[int]]:
    """A mask as runs of rows."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return [[int(first), int(end - first)] for first, end in edges.reshape(-1, 2)]

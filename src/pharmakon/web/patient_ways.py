"""Where a cohort leads for its patients: treatments, doses and designs, in forms that hold what is known."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import Request

from pharmakon.core.errors import PharmakonError
from pharmakon.team.queue import Job
from pharmakon.team.roles import Caller

from .cohorts import Declared, declared
from .guard import state

RESPONSE = "train-response"
"""The verb that makes a response model."""


@dataclass(frozen=True, slots=True)
class Ways:
    """Addresses of forms that are filled in with the tables and the response model that are known."""

    match: str
    dose: str
    design: str
    profiles: str = ""
    """The table of the patients' profiles by its name; "" where none is known."""
    model: Job | None = None
    """The job that made the project's newest response model."""


def ways(request: Request, caller: Caller, cohort: Declared | None = None) -> Ways:
    """The ways on from a cohort, or from none: then only the model is known."""
    models = state(request).jobs.list(caller, limit=1, verbs=[RESPONSE], states=["done"])
    model = models[0] if models else None
    profiles = next(iter(cohort.measured), None) if cohort else None
    patients = cohort.tables[0] if cohort and not cohort.missing else None
    made = f"job:{model.id}/response" if model else ""
    return Ways(
        _address("/run/match", patients=profiles.id if profiles else "", model=made),
        _address("/run/dose", drug="warfarin", patients=patients.id if patients else ""),
        _address("/design/new", patient=profiles.id if profiles else "", response=model.id if model else ""),
        profiles.name if profiles else "",
        model,
    )


def cohort_of(request: Request, caller: Caller, job: Job) -> Declared | None:
    """The cohort that a job read, as it is now; None where it is there no more, or is not to be read."""
    held, name = state(request), job.config.get("cohort")
    try:
        files = [held.files.get(caller, id) for id in job.files]
        return next((declared(request, caller, file.id) for file in files if file.name == name), None)
    except PharmakonError:
        return None


def _address(path: str, **given: str) -> str:
    known = {key: text for key, text in given.items() if text}
    return f"{path}?{urlencode(known)}" if known else path

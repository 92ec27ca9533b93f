"""Cohorts over the API: declared on uploaded tables of patients, and their design checked before anything runs."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request
from pydantic import Field

from pharmakon.biomarkers.declaration import Declaration
from pharmakon.core.errors import UsageError
from pharmakon.store.plain import plain
from pharmakon.team.roles import Caller

from .answers import Answer
from .api_files import FileOut
from .cohorts import LARGEST, checked, declared, declared_cohorts, keep_declaration
from .guard import allowed

router = APIRouter(prefix="/api/v1/cohorts", tags=["cohorts"])


class CohortOut(Answer):
    """A declared cohort: the TOML file that declares it, and the tables that it names."""

    file: FileOut
    tables: list[FileOut] = Field(description="the project's latest upload of each name")
    missing: list[str] = Field(description="tables that are not among the project's files of patients' data")


class CheckOut(Answer):
    """One matter that was looked into. `measures` are the numbers behind the sentence."""

    name: str
    severity: Literal["refused", "warning", "info", "passed"]
    title: str
    sentence: str
    advice: str
    forbids: str | None = Field(description="what a refusal stands in the way of")
    measures: dict[str, float | None]


class DesignCheck(Answer):
    """Who is in a cohort, and what its design allows."""

    name: str
    outcome: str
    kind: str
    context_of_use: str
    patients: int
    events: int
    features: list[tuple[str, int]] = Field(description="name and number of features of each block")
    flow: list[tuple[str, int]] = Field(description="who is left after each step")
    checks: list[CheckOut] = Field(description="the worst first")
    notes: list[str]
    forbidden: list[CheckOut] = Field(description="what stands in the way of every analysis")
    signature: list[CheckOut] = Field(description="what stands in the way of a signature, unless it is accepted")


@router.get("")
def list_cohorts(request: Request, caller: Caller = allowed("patient.read")) -> list[FileOut]:
    """The files that declare the project's cohorts, the newest of each name; a cohort has the id of its file."""
    return [FileOut.of(file) for file in declared_cohorts(request, caller)]


@router.post("", status_code=201)
def declare_cohort(request: Request, asked: Declaration, caller: Caller = allowed("patient.write")) -> CohortOut:
    """Declare a cohort, by the keys of a cohort's TOML file; tables are named as they were uploaded."""
    made = asked.model_dump(mode="json", exclude_defaults=True)
    return get_cohort(request, keep_declaration(request, caller, made).id, caller)


@router.get("/{id}")
def get_cohort(request: Request, id: str, caller: Caller = allowed("patient.read")) -> CohortOut:
    """A cohort, declared here or by a TOML file that was uploaded as patients' data."""
    return CohortOut.of(declared(request, caller, id))


@router.get("/{id}/check")
def check_cohort(request: Request, id: str, caller: Caller = allowed("patient.read")) -> DesignCheck:
    """Check a cohort's design, before anything is fitted: what a discovery refuses, and what it warns of."""
    cohort = declared(request, caller, id)
    if cohort.missing:
        raise UsageError(f"it names {', '.join(cohort.missing)}: upload what is missing, as patients' data")
    if cohort.size > LARGEST:
        raise UsageError(f"its tables are larger than {LARGEST:,} bytes: a discovery checks the design when it begins")
    return DesignCheck.of(plain(checked(request, caller, cohort)))

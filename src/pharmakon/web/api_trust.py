"""Trust over the API: a table audited, a result in a sentence and its lines, a budget seen before it is spent."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from pharmakon.core.errors import PharmakonError, UsageError
from pharmakon.store.plain import plain
from pharmakon.team.kept import kept, not_kept
from pharmakon.team.queue import Job
from pharmakon.team.roles import Caller
from pharmakon.team.verbs import verb
from pharmakon.workflows.release import ReleaseConfig, ReleaseResult
from pharmakon.workflows.release import run as release
from pharmakon.workflows.trust_read import READ, Sign, Told, TrustConfig
from pharmakon.workflows.trust_read import run as tell

from .answers import Answer
from .api_jobs import JobOut, NewJob, start
from .api_results import names_of, note_read
from .cohorts import declared, laid_out
from .guard import allowed, state

router = APIRouter(prefix="/api/v1/trust", tags=["trust"])

Id = Annotated[str, Query(max_length=16)]


class NewAudit(BaseModel):
    """A table to audit before a model is made of it. Columns that are not named are guessed."""

    model_config = ConfigDict(extra="forbid")

    file: str = Field(max_length=16, description="id of the uploaded table")
    against: str = Field("", max_length=16, description="id of a second table, the test set")
    smiles: str | None = Field(None, max_length=300, description="column of structures")
    value: str | None = Field(None, max_length=300, description="column of measured values")
    id: str | None = Field(None, max_length=300, description="column of names")
    positive: str | None = Field(None, max_length=300, description="the text that stands for class 1")
    split_column: str | None = Field(None, max_length=300, description="column that names the part of a row")


class Verdict(Answer):
    """What a question about data or a model came to; `lines` have a cell for each of the `headings`."""

    job: str
    verb: str
    sign: Sign
    sentence: str
    headings: list[str]
    lines: list[list[str]]
    remarks: list[str]
    report: str = Field(description="the job's file that tells all of it; empty where there is none")


class Budget(Answer):
    """Epsilon and delta."""

    epsilon: float
    delta: float


class PricedStatistic(Answer):
    """A statistic before it is released: what it costs, and the error that 1 release in 20 exceeds."""

    name: str
    kind: str
    price: Budget
    error: float | None
    meaning: str = Field(description="of what the error is")


class PaidRelease(Answer):
    """A release that was paid before: when (UTC), of which file, and whether that held the very same data."""

    time: str
    file: str
    same: bool
    price: Budget
    statistics: list[str]


class PriceOut(Answer):
    """What a release would cost, what is left of the budget before it, and what was paid from that, the first first."""

    total: Budget
    budget: Budget
    left: Budget
    affordable: bool
    before: list[PaidRelease]
    statistics: list[PricedStatistic]


@router.post("/audits", status_code=201)
def audit_table(
    request: Request,
    asked: NewAudit,
    caller: Caller = allowed("job.start"),
    idempotency_key: Annotated[str, Header(max_length=200)] = "",
) -> JobOut:
    """Audit a table: a job, which is followed like any other, and whose verdict stands here under its id."""
    held = state(request)
    tables = [held.files.get(caller, id) for id in (asked.file, *([asked.against] if asked.against else []))]
    config = dict(zip(("data", "against"), (table.name for table in tables), strict=False))
    config |= asked.model_dump(exclude={"file", "against"}, exclude_none=True)
    files, title = [table.id for table in tables], f"Audit of {tables[0].name}"
    job = NewJob(verb="audit", config=config, files=files, title=title[:200])
    return JobOut.of(start(request, caller, job, key=idempotency_key))


@router.get("/price")
def price_release(request: Request, cohort: Id, asked: Id, caller: Caller = allowed("patient.read")) -> PriceOut:
    """What a release would cost: `asked` is the id of its uploaded TOML file. Nothing is spent."""
    found = planned(request, caller, cohort, asked)
    told = plain(
        {
            "total": found.total,
            "budget": found.account.total,
            "left": found.account.left,
            "affordable": found.affordable,
            "before": found.before,
            "statistics": [
                {
                    "name": one.statistic.name,
                    "kind": one.statistic.kind,
                    "price": one.price,
                    "error": one.error,
                    "meaning": one.meaning,
                }
                for one in found.expected
            ],
        }
    )
    return PriceOut.of(told)


@router.get("/{id}")
def read_verdict(request: Request, id: str, caller: Caller = allowed("job.read")) -> Verdict:
    """What an audit, a de-identification, a release, an attack or a check of a model came to."""
    job = state(request).job_of(caller, id, READ, "result")
    if job.state != "done":
        raise UsageError(f"the job is {job.state}: its verdict is there when it is done")
    found = told(request, caller, job)
    report = found.report if found.report in names_of(job) else ""
    return Verdict.of(
        {
            "job": id,
            "verb": job.verb,
            "sign": found.sign,
            "sentence": found.sentence,
            "headings": found.headings,
            "lines": [[str(cell) for cell in line] for line in found.lines],
            "remarks": [str(one) for one in found.remarks],
            "report": report,
        }
    )


def told(request: Request, caller: Caller, job: Job) -> Told:
    """What a finished job came to. Raises RecordError where it cannot be read."""
    note_read(request, caller, job, "result")
    return tell(TrustConfig(verb=job.verb, output=state(request).made(job)))


def planned(request: Request, caller: Caller, cohort: str, asked: str) -> ReleaseResult:
    """The price of a release and what is left of the budget. Raises UsageError with why there is none."""
    held = state(request)
    found, config = declared(request, caller, cohort), held.files.get(caller, asked)
    account = held.settings.data / "kept" / caller.project
    held.journal.note("patients' data read", caller, files=found.ids)
    not_kept([one.name for one in (found.file, *found.tables, config)], verb("release").kept)
    with (
        laid_out(request, [found.file, *found.tables, config]) as folder,
        kept(account, folder, verb("release").kept),
    ):
        try:
            return release(ReleaseConfig(cohort=folder / found.file.name, config=folder / config.name, plan=True))
        except PharmakonError as error:
            raise UsageError(str(error).replace(f"{folder}/", "")) from None

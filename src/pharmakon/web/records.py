"""Records behind the pages and the API: runs and models that jobs left, what they say, and who signed them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from fastapi import Request

from pharmakon.core.errors import PharmakonError, UnknownName, UsageError
from pharmakon.record.state import JUDGED, PERMITTED, Meaning
from pharmakon.team.queue import Job
from pharmakon.team.roles import Caller
from pharmakon.team.signing import Record, record_of
from pharmakon.workflows import ledger
from pharmakon.workflows.compare_runs import Compared, CompareRunsConfig
from pharmakon.workflows.compare_runs import run as compare
from pharmakon.workflows.sign import trusted

from .api_results import note_read
from .guard import state
from .login import count_try

MOST = 6
"""Runs side by side."""
LOOKED = 500
"""Jobs that are read at a time, to find those that left a record."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A record in the list. `state` is draft, reviewed, approved, released, withdrawn, or why it cannot be read."""

    record: Record
    who: str
    state: str
    doubtful: bool


def record(request: Request, caller: Caller, id: str) -> Record:
    """The record of a job. Raises UnknownName for a job that there is not, or that left none, Denied."""
    job = state(request).jobs.get(caller, id)
    found = record_of(job)
    if found is None:
        raise UnknownName("record", id, (), hint=f"the job is {job.state}, and left no run's or model's folder")
    return found


def kept(request: Request, caller: Caller, *, limit: int, before: str = "") -> tuple[list[Kept], str]:
    """The project's records, the newest first, and from which job on the older ones are."""
    held = state(request)
    people = {user.id: user.name for user in held.accounts.all()}
    found: list[Kept] = []
    while True:  # most jobs may have left none
        jobs = held.jobs.list(caller, limit=LOOKED, before=before, states=["done"])
        for job in jobs:
            if (one := record_of(job)) is not None:
                found.append(_kept(request, one, people.get(job.user, "")))
                if len(found) == limit:
                    return found, job.id if job is not jobs[-1] or len(jobs) == LOOKED else ""
        if len(jobs) < LOOKED:
            return found, ""
        before = jobs[-1].id


def _kept(request: Request, one: Record, who: str) -> Kept:
    try:
        given = ledger.state(folder(request, one))
    except PharmakonError:
        return Kept(one, who, "not readable", doubtful=True)
    return Kept(one, who, given.state, doubtful=bool(given.problems))


def folder(request: Request, one: Record) -> Path:
    """Where a record lies. Raises UsageError where it is gone."""
    place = state(request).signing.folder(one)
    if not place.is_dir():
        raise UsageError("the files of this record are gone from the server")
    return place


def compared(request: Request, caller: Caller, ids: list[str]) -> tuple[list[Record], Compared]:
    """Runs side by side. Raises UsageError for fewer than two, or too many."""
    ids = list(dict.fromkeys(ids))
    if not 2 <= len(ids) <= MOST:
        raise UsageError(f"choose two to {MOST} runs")
    found = [record(request, caller, id) for id in ids]
    for one in found:
        note_read(request, caller, one.job, one.name)
    return found, compare(CompareRunsConfig(runs=tuple(folder(request, one) for one in found)))


def possible(caller: Caller, job: Job, given: ledger.Approval, key: str) -> list[Meaning]:
    """What somebody with a key may sign a record as, after the signatures that were given."""
    done = {one.meaning for one in given.signatures if one.key == key and not one.problem}
    own = job.user == caller.user
    listed = trusted(None)
    both = listed is not None and listed.reviewer_may_approve
    found: list[Meaning] = []
    for meaning in get_args(Meaning):
        action = "record.author" if meaning == "authored" else "record.sign"
        judged_own = own and meaning in JUDGED
        allowed = caller.may(action) and not judged_own and (own or meaning != "authored")
        allowed = allowed and (both or meaning != "approved" or "reviewed" not in done)
        if allowed and given.state in PERMITTED[meaning][0] and meaning not in done:
            found.append(meaning)
    return found


def same(passphrase: str, again: str) -> str:
    """A new passphrase, typed twice. Raises UsageError where the two differ."""
    if passphrase != again:
        raise UsageError("the two passphrases are not the same; nothing was made")
    return passphrase


def sign(
    request: Request, caller: Caller, one: Record, meaning: Meaning, *, why: str, passphrase: str
) -> ledger.Approval:
    """Sign a record in the caller's name, and write it into the server's ledger. Raises as `Signing.sign` does."""
    held = state(request)
    count_try(request, f"identity of {caller.user}")  # a passphrase cannot be guessed at more than a password can
    said = {"job": one.job.id, "meaning": meaning}
    try:
        found = held.signing.sign(caller, one, meaning, why, passphrase)
    except PharmakonError as error:
        held.journal.note("signature refused", caller, why=str(error), **said)
        raise
    held.journal.note("signed", caller, sha256=found.signatures[-1].sha256, head=found.head, **said)
    return found

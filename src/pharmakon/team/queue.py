"""The queue of jobs in the database: claimed for a time, kept alive by beats, ended once.

A worker claims a job and gets a lease: a secret, and a time by the database's clock. While it works it beats, and the
lease goes on. Who stops beating loses the job to the next worker, and can no longer end it, since ending it takes the
lease. So a job survives whatever dies, and has one result.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pharmakon.core.errors import TooMany, UnknownName, UsageError

from .database import ADDING, CLAIMING, Database, new_id, newest_first
from .roles import Caller
from .tables import jobs

State = Literal["queued", "running", "paused", "done", "failed", "cancelled"]
LEASE = 30.0
"""Seconds for which a claim holds without a beat."""
TRIES = 5
"""Workers that may die over a job before it is given up."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one user may have at a time."""

    running: int = 2
    waiting: int = 100


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it stands. `lease` is told to the worker that claimed it, and to nobody else."""

    id: str
    project: str
    user: str
    verb: str
    title: str
    config: Mapping[str, Any]
    files: Sequence[str]
    patient: bool
    state: State
    created: float
    started: float | None
    ended: float | None
    attempts: int
    resume: bool
    done: int
    total: int
    note: str
    result: Mapping[str, Any]
    error: str
    cancel: bool = False
    pause: bool = False
    lease: str = field(default="", repr=False)

    @property
    def over(self) -> bool:
        """Whether nothing more will happen unless somebody asks."""
        return self.state in ("done", "failed", "cancelled", "paused")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a job's worker is told at a beat."""

    cancel: bool
    pause: bool


class Queue:
    """The jobs of a database."""

    def __init__(self, database: Database, limits: Limits | None = None) -> None:
        self.database, self._limits = database, limits or Limits()

    def add(
        self,
        caller: Caller,
        verb: str,
        config: Mapping[str, Any],
        *,
        files: Sequence[str] = (),
        title: str = "",
        patient: bool = False,
        key: str = "",
    ) -> Job:
        """A new job of the open project; with a `key` that the caller gave before, the job it was given for.

        Raises Denied where the caller may not, TooMany where enough of the caller's are waiting, UsageError where the
        key belongs to a job that asks for something else.
        """
        from sqlalchemy import func, insert, select
        from sqlalchemy.exc import IntegrityError

        caller.check("job.start")
        if patient:
            caller.check("patient.read")
        row: dict[str, Any] = {
            "id": new_id(),
            "project": caller.project,
            "user": caller.user,
            "verb": verb,
            "title": (title or verb)[:200],
            "config": json.dumps(config, sort_keys=True),
            "files": json.dumps(list(files)),
            "patient": patient,
            "state": "queued",
            "attempts": 0,
            "resume": False,
            "cancel": False,
            "pause": False,
            "done": 0,
            "total": 0,
            "note": "",
            "key": key or None,
        }
        mine = (jobs.c.user == caller.user) & jobs.c.state.in_(("queued", "running"))
        same = (jobs.c.project == caller.project) & (jobs.c.user == caller.user) & (jobs.c.key == key)
        try:
            with self.database.write() as connection:
                if key and (there := connection.execute(select(jobs).where(same)).mappings().first()):
                    return _same(there, row)
                self.database.alone(connection, ADDING, caller.user)
                if connection.execute(select(func.count()).where(mine)).scalar_one() >= self._limits.waiting:
                    raise TooMany(f"{self._limits.waiting} of your jobs are waiting: let some end, or cancel them")
                row["created"] = self.database.now(connection)
                connection.execute(insert(jobs).values(**row))
        except IntegrityError:  # the same key, twice at once: the other won
            with self.database.read() as connection:
                there = connection.execute(select(jobs).where(same)).mappings().first() if key else None
            if there is None:
                raise
            return _same(there, row)
        return self._one(row["id"])

    def get(self, caller: Caller, id: str) -> Job:
        """A job of the open project. Raises UnknownName where there is none, Denied for one on patients' data."""
        caller.check("job.read")
        job = self._one(id)
        if job.project != caller.project:
            raise UnknownName("job", id, ())
        if job.patient:
            caller.check("patient.read")
        return job

    def of_project(self, project: str, id: str) -> Job:
        """A finished job of a project, for another job that reads what it made. Raises UnknownName, UsageError."""
        job = self._one(id)
        if job.project != project:
            raise UnknownName("job", id, ())
        if job.state != "done":
            raise UsageError(f"job {id} is {job.state}: there is nothing to read yet")
        return job

    def list(
        self,
        caller: Caller,
        *,
        limit: int = 50,
        before: str = "",
        verbs: Sequence[str] = (),
        states: Sequence[str] = (),
    ) -> list[Job]:
        """The project's jobs that the caller may see, the newest first; page on from the last one's id."""
        caller.check("job.read")
        query = newest_first(jobs, limit=limit, before=before).where(jobs.c.project == caller.project)
        if verbs:
            query = query.where(jobs.c.verb.in_(verbs))
        if states:
            query = query.where(jobs.c.state.in_(states))
        if not caller.may("patient.read"):
            query = query.where(jobs.c.patient.is_(False))
        with self.database.read() as connection:
            return [_job(row) for row in connection.execute(query).mappings()]

    def stop(self, caller: Caller, id: str, *, pause: bool = False) -> Job:
        """Cancel a job, or pause it: a waiting one at once, a running one when its worker hears of it."""
        from sqlalchemy import update

        caller.check("job.stop")
        self.get(caller, id)
        end: State = "paused" if pause else "cancelled"
        with self.database.write() as connection:
            now = self.database.now(connection)
            waits = (jobs.c.id == id) & jobs.c.state.in_(("queued", "paused"))
            connection.execute(update(jobs).where(waits).values(state=end, ended=now))
            runs = (jobs.c.id == id) & (jobs.c.state == "running")
            connection.execute(update(jobs).where(runs).values(**({"pause": True} if pause else {"cancel": True})))
        return self._one(id)

    def resume(self, caller: Caller, id: str) -> Job:
        """Put a job that was paused, cancelled or failed back into the queue, to go on where it stopped."""
        from sqlalchemy import update

        caller.check("job.start")
        self.get(caller, id)
        with self.database.write() as connection:
            again = connection.execute(
                update(jobs)
                .where((jobs.c.id == id) & jobs.c.state.in_(("paused", "cancelled", "failed")))
                .values(state="queued", resume=True, cancel=False, pause=False, ended=None, error=None, attempts=0)
            )
        if not again.rowcount:
            raise UsageError("only a job that was paused, cancelled or failed can go on")
        return self._one(id)

    def claim(self, worker: str, *, lease: float = LEASE) -> Job | None:
        """The job that waits longest and that nobody works on, with a lease; none where none waits.

        A user who has enough running waits for them. A job whose worker was lost too often fails instead.
        """
        from sqlalchemy import func, or_, select, update

        secret = secrets.token_hex(16)
        with self.database.write() as connection:
            self.database.alone(connection, CLAIMING)  # of two that count what a user has running, one counts later
            now = self.database.now(connection)
            lost = (jobs.c.state == "running") & (jobs.c.lease_until < now)
            connection.execute(
                update(jobs)
                .where(lost & (jobs.c.attempts >= TRIES))
                .values(
                    state="failed", ended=now, lease=None, error=f"its worker was lost {TRIES} times: most often memory"
                )
            )
            connection.execute(
                update(jobs).where(lost & jobs.c.cancel).values(state="cancelled", ended=now, lease=None)
            )
            other = jobs.alias()
            busy = (
                select(other.c.user)
                .where((other.c.state == "running") & (other.c.lease_until >= now))
                .group_by(other.c.user)
                .having(func.count() >= self._limits.running)
            )
            free = or_(jobs.c.state == "queued", lost) & jobs.c.user.not_in(busy)
            pick = select(jobs.c.id).where(free).order_by(jobs.c.created).limit(1)
            if self.database.kind == "postgresql":
                pick = pick.with_for_update(skip_locked=True)
            row = (
                connection.execute(
                    update(jobs)
                    .where(jobs.c.id == pick.scalar_subquery())
                    .values(
                        state="running",
                        lease=secret,
                        lease_until=now + lease,
                        worker=worker,
                        started=func.coalesce(jobs.c.started, now),
                        resume=or_(jobs.c.resume, jobs.c.state == "running"),
                        attempts=jobs.c.attempts + 1,
                    )
                    .returning(*jobs.c)
                )
                .mappings()
                .first()
            )
        return _job(row, lease=secret) if row else None

    def beat(self, job: Job, *, done: int, total: int, note: str, lease: float = LEASE) -> Asked | None:
        """Say that the job is alive and how far it is; what its users ask for. None where the lease was lost."""
        from sqlalchemy import update

        with self.database.write() as connection:
            row = connection.execute(
                update(jobs)
                .where((jobs.c.id == job.id) & (jobs.c.lease == job.lease))
                .values(lease_until=self.database.now(connection) + lease, done=done, total=total, note=note[:500])
                .returning(jobs.c.cancel, jobs.c.pause)
            ).first()
        return Asked(bool(row.cancel), bool(row.pause)) if row else None

    def end(self, job: Job, state: State, *, result: Mapping[str, Any] | None = None, error: str = "") -> bool:
        """End a job that one holds the lease of; whether one did, and the result counts."""
        from sqlalchemy import update

        with self.database.write() as connection:
            ended = connection.execute(
                update(jobs)
                .where((jobs.c.id == job.id) & (jobs.c.lease == job.lease))
                .values(
                    state=state,
                    lease=None,
                    lease_until=None,
                    ended=self.database.now(connection),
                    result=json.dumps(result or {}),
                    error=error or None,
                )
            )
        return bool(ended.rowcount)

    def rewrite(self, job: Job, files: Sequence[Mapping[str, Any]]) -> None:
        """Write down anew which files lie in the folder of a finished job: a signature was added to what it made."""
        from sqlalchemy import update

        result = json.dumps({**job.result, "files": list(files)})
        finished = (jobs.c.id == job.id) & (jobs.c.state == "done")
        with self.database.write() as connection:
            connection.execute(update(jobs).where(finished).values(result=result))

    def give_back(self, job: Job) -> None:
        """Let another worker have it now: this one is told to stop, and it is no failure of the job."""
        from sqlalchemy import update

        with self.database.write() as connection:
            connection.execute(
                update(jobs)
                .where((jobs.c.id == job.id) & (jobs.c.lease == job.lease))
                .values(state="queued", lease=None, lease_until=None, resume=True, attempts=jobs.c.attempts - 1)
            )

    def counts(self) -> dict[str, int]:
        """How many jobs are in each state."""
        from sqlalchemy import func, select

        with self.database.read() as connection:
            query = select(jobs.c.state, func.count().label("n")).group_by(jobs.c.state)
            return {row.state: int(row.n) for row in connection.execute(query)}

    def waiting(self) -> float:
        """Seconds for which the job that has waited longest waits; 0.0 where none does."""
        from sqlalchemy import func, select

        with self.database.read() as connection:
            first = connection.execute(select(func.min(jobs.c.created)).where(jobs.c.state == "queued")).scalar()
            return max(0.0, self.database.now(connection) - first) if first is not None else 0.0

    def _one(self, id: str) -> Job:
        from sqlalchemy import select

        with self.database.read() as connection:
            row = connection.execute(select(jobs).where(jobs.c.id == id)).mappings().first()
        if row is None:
            raise UnknownName("job", id, ())
        return _job(row)


def _same(there: Any, row: Mapping[str, Any]) -> Job:
    if any(there[key] != row[key] for key in ("verb", "config", "files")):
        raise UsageError("this idempotency key was given for another request")
    return _job(there)


def _job(row: Any, *, lease: str = "") -> Job:
    plain = {key: row[key] for key in ("id", "project", "user", "verb", "title", "state", "created", "started")}
    plain |= {key: row[key] for key in ("ended", "attempts", "done", "total", "note")}
    plain |= {key: bool(row[key]) for key in ("patient", "resume", "cancel", "pause")}
    return Job(
        **plain,
        config=json.loads(row["config"]),
        files=json.loads(row["files"]),
        result=json.loads(row["result"] or "{}"),
        error=row["error"] or "",
        lease=lease,
    )

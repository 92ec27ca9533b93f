"""What a running server holds: its settings, the database, and everything that reads it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pharmakon.core.errors import UnknownName, UsageError
from pharmakon.team.accounts import Accounts
from pharmakon.team.database import Database, connect, migrate
from pharmakon.team.files import Files
from pharmakon.team.journal import Journal
from pharmakon.team.projects import Projects
from pharmakon.team.queue import Job, Limits, Queue
from pharmakon.team.roles import Caller, roles
from pharmakon.team.sessions import Sessions
from pharmakon.team.signing import Signing
from pharmakon.team.worker import output_folder

from .settings import ServeConfig

LOCAL = "local@localhost.invalid"
"""The address of the one user of a server without accounts."""


@dataclass(frozen=True, slots=True)
class State:
    """One of these serves all requests."""

    settings: ServeConfig
    database: Database
    accounts: Accounts
    sessions: Sessions
    projects: Projects
    files: Files
    jobs: Queue
    journal: Journal
    signing: Signing

    @classmethod
    def open(cls, settings: ServeConfig) -> Self:
        """Connect, bring the tables up to date, and make the one user and project of a server without accounts.

        Raises UsageError for a folder that cannot be made, or tables of a later version; Unavailable.
        """
        try:
            settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise UsageError(f"{settings.data} cannot be made: {error.strerror}") from None
        database = connect(settings.url)
        migrate(database)
        jobs = Queue(database, Limits(settings.running, settings.waiting))
        state = cls(
            settings,
            database,
            Accounts(database),
            Sessions(database),
            Projects(database),
            Files(database, settings.data / "files", largest=settings.largest),
            jobs,
            Journal(settings.data / "ledger.jsonl"),
            Signing(settings.data / "identities", jobs, settings.data / "jobs"),
        )
        if not settings.accounts:
            state.local()
        return state

    def local(self) -> Caller:
        """The one user of a server without accounts, who may do everything in the one project."""
        user = self.accounts.by_email(LOCAL) or self.accounts.add(LOCAL, "local user", None, admin=True)
        mine = self.projects.of(user.id)
        if not mine:
            made = next((p for p in self.projects.all() if p.name == "Workbench"), None) or self.projects.add(
                "Workbench"
            )
            self.projects.set_roles(made.id, user.id, roles())
            mine = self.projects.of(user.id)
        return Caller(user.id, user.name, user.email, mine[0].id, frozenset(roles()), admin=True)

    @property
    def job_root(self) -> Path:
        """Where the folders of all jobs lie."""
        return self.settings.data / "jobs"

    def job_of(self, caller: Caller, id: str, verbs: Collection[str], what: str) -> Job:
        """A job of one of these verbs. Raises UnknownName (of `what` they make) for another, and as `jobs.get` does."""
        job = self.jobs.get(caller, id)
        if job.verb not in verbs:
            raise UnknownName(what, id, ())
        return job

    def made(self, job: Job) -> Path:
        """The folder of what a job made."""
        return output_folder(self.job_root, job)

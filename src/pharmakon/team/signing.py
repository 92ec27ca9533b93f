"""Signatures on a server: everybody signs with an identity of their own, which the server keeps and cannot open.

After 21 CFR 11.100 (a signature is one person's) and 11.200 (two parts: the password of the account, given again, and
the passphrase of the identity). What a passphrase opens is forgotten when the signature is given.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pharmakon.core.errors import Denied, UsageError
from pharmakon.record import identity
from pharmakon.record.actor import Actor, actor
from pharmakon.record.approval import Approval
from pharmakon.record.entry import LEDGER
from pharmakon.record.identity import VARIABLE, Identity
from pharmakon.record.state import JUDGED, Meaning
from pharmakon.store.keys import Lock
from pharmakon.store.runs import RUN
from pharmakon.workflows.sign import SignConfig, run

from .queue import Job, Queue
from .roles import Caller
from .task import written
from .worker import NOBODY, output_folder

CARD, SUMS = "card.json", "SHA256SUMS"


@dataclass(frozen=True, slots=True)
class Record:
    """What can be signed of what a job made: a run's folder or a model's, as `name` below the job's folder."""

    job: Job
    name: str
    kind: str


def record_of(job: Job) -> Record | None:
    """The record that a finished job left; None where it left none."""
    if job.state != "done":
        return None
    names = {str(file["name"]) for file in job.result.get("files", ())}
    for folder in sorted({name.partition("/")[0] for name in names if "/" in name}):
        if {f"{folder}/{LEDGER}", f"{folder}/{RUN}"} <= names:
            return Record(job, folder, "run")
        if {f"{folder}/{CARD}", f"{folder}/{SUMS}"} <= names:
            return Record(job, folder, "model")
    return None


class Signing:
    """The identities of a server's people, in a folder, and what they sign with them."""

    def __init__(self, folder: Path, jobs: Queue, job_root: Path) -> None:
        self._folder, self._jobs, self._root = folder, jobs, job_root
        self._lock = threading.Lock()

    def place(self, caller: Caller) -> Path:
        """Where somebody's identity lies. The one user of a server without accounts may have one of their own."""
        own = os.environ.get(VARIABLE, "").strip() if caller.email.endswith(NOBODY) else ""
        return Path(own) if own else self._folder / f"{caller.user}.identity"

    def identity(self, caller: Caller) -> Identity | None:
        """Somebody's identity, shut; None before the first signature."""
        path = self.place(caller)
        return identity.read(path) if path.is_file() else None

    def make(self, caller: Caller, passphrase: str) -> Identity:
        """Draw an identity, locked by a passphrase that is kept nowhere.

        Raises UsageError where there is one already, ConfigError for a passphrase that is too short.
        """
        caller.check("record.author")
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock, now = Lock("passphrase", of="identity"), datetime.now(UTC)
        email = "" if caller.email.endswith(NOBODY) else caller.email
        return identity.new(caller.name, email, self.place(caller), lock, made=now, said=passphrase)

    def sign(self, caller: Caller, record: Record, meaning: Meaning, why: str, passphrase: str) -> Approval:
        """Sign a record in somebody's name, and note the new files of its job.

        Raises Denied for who may not, or judges their own work; UsageError without an identity or passphrase;
        ConfigError for a wrong one; RecordError where the record is not whole, or the step not permitted.
        """
        own = record.job.user == caller.user
        caller.check("record.author" if meaning == "authored" and own else "record.sign")
        if meaning == "authored" and not own:
            raise Denied("somebody else started this run: its author signs it as authored")
        if own and meaning in JUDGED:
            raise Denied(f"you started this run, and nobody signs their own work as {meaning}: somebody else has to")
        if self.identity(caller) is None:
            raise UsageError("you have no identity to sign with yet: make one first")
        if not passphrase:
            raise UsageError("a signature takes the passphrase of your identity")
        config = SignConfig(record=self.folder(record), meaning=meaning, why=why, identity=self.place(caller))
        alone = caller.email.endswith(NOBODY)
        with self._lock:
            found = run(config, said=passphrase, by=actor() if alone else Actor(caller.email, actor().account))
            self._jobs.rewrite(record.job, written(output_folder(self._root, record.job), durable=True))
        return found.approval

    def folder(self, record: Record) -> Path:
        """Where the record lies."""
        return output_folder(self._root, record.job) / record.name

"""A worker: takes jobs from the queue, one at a time, runs each in a process of its own, and says how it ended.

A worker may be killed at any moment, and so may the database: what it held goes back to the queue when its lease ends.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pharmakon.core.errors import PharmakonError, Unavailable
from pharmakon.core.log import logger

from .accounts import Accounts
from .files import Files
from .memory import of_session
from .queue import Asked, Job, Queue
from .task import written
from .verbs import JOB, named, verb

IDLE, BEAT, GRACE, LOOK = 0.5, 2.0, 30.0, 0.5
"""Seconds between two looks at an empty queue; between two beats; for a job to stop when it is told to; between two
looks at the memory that it takes."""
_TOO_MUCH = "the job took {:,.0f} MB of memory, and may take {:,.0f} on this server: ask for less at a time"
NOBODY = ".invalid"
"""How the address of the one user of a server without accounts ends: nobody in the world has it (RFC 2606)."""


def attempts(root: Path, job: str) -> list[int]:
    """The numbers of a job's folders, in order: each time it is worked on it has a new one, with inputs/ and output/.

    They are counted apart from the job's tries: a worker that lost its lease, and does not know it yet, may still
    write to its own.
    """
    place = root / job
    return sorted(int(path.name) for path in place.iterdir() if path.name.isdigit()) if place.is_dir() else []


def output_folder(root: Path, job: Job) -> Path:
    """What a job wrote: in the attempt that ended it, or in the latest while it goes on."""
    number = job.result.get("attempt") if job.over else None
    if number is None:
        number = max(attempts(root, job.id), default=1)
    return root / job.id / str(number) / "output"


@dataclass(slots=True)
class Worker:
    """`folder` holds the folders of the jobs; several workers may share it and the database.

    A job may take so many megabytes of `memory`, where there is such a limit; one that takes more is ended.
    """

    jobs: Queue
    files: Files
    folder: Path
    memory: float | None = None
    name: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}")
    stopping: threading.Event = field(default_factory=threading.Event)
    _begun: float = field(default=0.0, init=False, repr=False)

    def run(self) -> None:
        """Work until told to stop; wait where the queue is empty or the database away."""
        while not self.stopping.is_set():
            try:
                job = self.jobs.claim(self.name)
            except Unavailable as error:
                logger.warning("%s", error)
                job = None
            if job is None:
                self.stopping.wait(IDLE)
            else:
                self.work(job)

    def work(self, job: Job) -> None:
        """Run a claimed job to its end."""
        self._begun = time.monotonic()
        before = attempts(self.folder, job.id)
        here = self.folder / job.id / str(max(before, default=0) + 1)
        try:
            asked = self._prepare(job, here, before)
        except Unavailable as error:  # of the database: the lease will end, and the job be claimed again
            logger.warning("job %s: %s", job.id, error)
            return
        except PharmakonError as error:
            self._end(job, "failed", error=str(error))
            return
        except OSError as error:
            logger.exception("job %s", job.id)
            self._end(job, "failed", error=f"the server could not lay out the job's files: {error.strerror or error}")
            return
        with _process(asked) as process:
            threading.Thread(target=_echo, args=(process, job), daemon=True).start()
            self._follow(job, here, process, goes_on=asked["resume"])

    def _prepare(self, job: Job, here: Path, before: list[int]) -> dict[str, Any]:
        """Lay the inputs out in a new folder, and say what the process is to do."""
        what = verb(job.verb)
        inputs = here / "inputs"
        inputs.mkdir(parents=True)
        for file in self.files.known(job.project, job.files):
            self.jobs.beat(job, done=job.done, total=job.total, note="laying out the files")
            source, target = self.files.path(file), inputs / file.name
            try:
                target.hardlink_to(source)
            except FileExistsError:
                raise PharmakonError(f"two of the job's files are called {file.name}") from None
            except OSError:
                shutil.copyfile(source, target)
        resume = job.resume and what.resume
        if resume and before:
            # A copy, since a worker that lost its lease and does not know it may still write to the old one.
            latest = here.parent / str(before[-1]) / "output"
            if latest.is_dir():
                shutil.copytree(latest, here / "output", symlinks=True)
        made = {}
        for _, text in named(what, job.config):
            if match := JOB.fullmatch(text):
                made[match[1]] = str(output_folder(self.folder, self.jobs.of_project(job.project, match[1])))
        there = resume and (here / "output").is_dir() and any((here / "output").iterdir())
        return {
            "verb": job.verb,
            "config": dict(job.config),
            "inputs": str(inputs),
            "output": str(here / "output"),
            "made": made,
            "resume": there,
            "kept": str(self.folder.parent / "kept" / job.project),
            "user": self._user(job),
        }

    def _user(self, job: Job) -> str:
        """Whom the ledger of a run names: the address of who asked for it; "" on a server without accounts."""
        found = Accounts(self.jobs.database).get(job.user)
        return "" if found.email.endswith(NOBODY) else found.email

    def _follow(self, job: Job, here: Path, process: subprocess.Popen[str], *, goes_on: bool) -> None:
        """Beat while the process works, pass on what users ask for, and end the job as it ends.

        One that goes on where an earlier attempt stopped walks the same way again: it is said to be as far as that was.
        """
        heard: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        threading.Thread(target=_read, args=(process, heard), daemon=True).start()
        at: list[Any] = [job.done, job.total, job.note]
        last: dict[str, Any] = {}
        asked: Asked | None = None
        stop_at = 0.0
        next_beat = next_look = time.monotonic()
        while True:
            with contextlib.suppress(queue.Empty):
                message = heard.get(timeout=max(0.01, min(BEAT, LOOK, next_beat - time.monotonic())))
                if message is None:
                    break
                at = message.get("progress", at)
                if goes_on and at[1] == job.total:
                    at = [max(at[0], job.done), *at[1:]]
                last = message if "progress" not in message else last
            if time.monotonic() >= next_beat:
                next_beat = time.monotonic() + BEAT
                with contextlib.suppress(Unavailable):
                    asked = self.jobs.beat(job, done=at[0], total=at[1], note=str(at[2]))
                    if asked is None:
                        logger.warning("job %s: the lease was lost, another worker has it", job.id)
                        process.kill()
                        return
            if self.memory is not None and "result" not in last and time.monotonic() >= next_look:
                next_look = time.monotonic() + LOOK
                if (taken := of_session(process.pid)) > self.memory:
                    os.killpg(process.pid, signal.SIGKILL)
                    last = {"error": _TOO_MUCH.format(taken, self.memory)}
                    break
            wanted = self.stopping.is_set() or (asked is not None and (asked.cancel or asked.pause))
            if wanted and not stop_at:
                stop_at = time.monotonic() + GRACE
                _tell(process, "stop")
            if stop_at and time.monotonic() > stop_at:
                process.kill()
        try:
            code = process.wait(timeout=BEAT)  # it has said all it will
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        with contextlib.suppress(Unavailable):
            self.jobs.beat(job, done=at[0], total=at[1], note=str(at[2]))
        self._ended(job, here, last, code, asked)

    def _ended(self, job: Job, here: Path, last: dict[str, Any], code: int, asked: Asked | None) -> None:
        output, attempt = here / "output", {"attempt": int(here.name)}
        if "result" in last:
            self._end(job, "done", result=last["result"] | attempt)
            for number in attempts(self.folder, job.id):
                if number < int(here.name):  # what it went on from is in what it made
                    shutil.rmtree(here.parent / str(number), ignore_errors=True)
        elif asked is not None and (asked.cancel or asked.pause):
            partial = {"partial": True, "files": written(output) if output.is_dir() else []} | attempt
            self._end(job, "cancelled" if asked.cancel else "paused", result=partial)
        elif self.stopping.is_set():
            with contextlib.suppress(Unavailable):
                self.jobs.give_back(job)
        elif "error" in last:
            self._end(job, "failed", error=last["error"], result=attempt)
        else:
            died = f"signal {-code}" if code < 0 else f"exit code {code}"
            said = f"the job's process ended without a word ({died}): most often memory"
            self._end(job, "failed", error=said, result=attempt)

    def _end(self, job: Job, state: Any, *, result: dict[str, Any] | None = None, error: str = "") -> None:
        """Write the end down; while the database is away, wait for it as long as the lease could hold."""
        for _ in range(60):
            try:
                if self.jobs.end(job, state, result=result, error=error):
                    _note_end(job, state, time.monotonic() - self._begun)
                else:
                    logger.warning("job %s: the lease was lost, its result does not count", job.id)
                return
            except Unavailable as unavailable:
                logger.warning("job %s: %s", job.id, unavailable)
                time.sleep(1.0)


def _note_end(job: Job, state: str, seconds: float) -> None:
    """A line of the log; why a job failed is told to its people alone, since it may name what they work on."""
    facts = {"job": job.id, "verb": job.verb, "seconds": round(seconds, 1)}
    logger.info("job %s (%s) %s after %.1f s", job.id, job.verb, state, seconds, extra=facts)


@contextlib.contextmanager
def _process(asked: dict[str, Any]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "pharmakon.team.task"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    try:
        _tell(process, json.dumps(asked))
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # what it started dies with it
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


def _tell(process: subprocess.Popen[str], line: str) -> None:
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.write(line + "\n")
            process.stdin.flush()


def _echo(process: subprocess.Popen[str], job: Job) -> None:
    """What the process and its libraries print goes to the log, which takes out what is nobody's business."""
    if process.stderr is not None:
        with contextlib.suppress(ValueError, OSError):
            for line in process.stderr:
                logger.info("job %s: %s", job.id, line.rstrip(), extra={"job": job.id})


def _read(process: subprocess.Popen[str], heard: queue.SimpleQueue[dict[str, Any] | None]) -> None:
    if process.stdout is not None:
        with contextlib.suppress(ValueError, OSError):
            for line in process.stdout:
                with contextlib.suppress(json.JSONDecodeError):  # a killed process leaves half a line
                    heard.put(json.loads(line))
    heard.put(None)

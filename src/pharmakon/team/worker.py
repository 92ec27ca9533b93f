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

from .files import Files
from .queue import Asked, Job, Queue
from .task import written
from .verbs import JOB, named, verb

IDLE, BEAT, GRACE = 0.5, 2.0, 30.0
"""Seconds between two looks at an empty queue; between two beats; for a job to stop when it is told to."""


def attempt_folder(root: Path, job: Job) -> Path:
    """The folder of a job's last attempt: inputs/ and output/ lie in it."""
    return root / job.id / str(job.attempts)


def output_folder(root: Path, job: Job) -> Path:
    """Where the files lie that a job's result names: in the attempt that ended it."""
    return root / job.id / str(job.result.get("attempt", job.attempts)) / "output"


@dataclass(slots=True)
class Worker:
    """`folder` holds the folders of the jobs; several workers may share it and the database."""

    jobs: Queue
    files: Files
    folder: Path
    name: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}")
    stopping: threading.Event = field(default_factory=threading.Event)

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
        try:
            asked = self._prepare(job)
        except PharmakonError as error:
            self._end(job, "failed", error=str(error))
            return
        with _process(asked) as process:
            self._follow(job, process)

    def _prepare(self, job: Job) -> dict[str, Any]:
        """Lay the inputs out, and say what the process is to do."""
        what = verb(job.verb)
        here = attempt_folder(self.folder, job)
        shutil.rmtree(here, ignore_errors=True)
        inputs = here / "inputs"
        inputs.mkdir(parents=True)
        for file in self.files.known(job.project, job.files):
            source, target = self.files.path(file), inputs / file.name
            try:
                target.hardlink_to(source)
            except FileExistsError:
                raise PharmakonError(f"two of the job's files are called {file.name}") from None
            except OSError:
                shutil.copyfile(source, target)
        resume = job.resume and what.resume
        before = [path for path in here.parent.iterdir() if path.name.isdigit() and path.name != here.name]
        if resume and before:
            # A copy, since a worker that lost its lease and does not know it may still write to the old one.
            latest = max(before, key=lambda path: int(path.name)) / "output"
            if latest.is_dir():
                shutil.copytree(latest, here / "output")
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
        }

    def _follow(self, job: Job, process: subprocess.Popen[str]) -> None:
        """Beat while the process works, pass on what users ask for, and end the job as it ends."""
        heard: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        threading.Thread(target=_read, args=(process, heard), daemon=True).start()
        at: list[Any] = [job.done, job.total, job.note]
        last: dict[str, Any] = {}
        asked: Asked | None = None
        stop_at = 0.0
        next_beat = time.monotonic()
        while True:
            with contextlib.suppress(queue.Empty):
                message = heard.get(timeout=max(0.01, min(BEAT, next_beat - time.monotonic())))
                if message is None:
                    break
                at = message.get("progress", at)
                last = message if "progress" not in message else last
            if time.monotonic() >= next_beat:
                next_beat = time.monotonic() + BEAT
                with contextlib.suppress(Unavailable):
                    asked = self.jobs.beat(job, done=at[0], total=at[1], note=str(at[2]))
                    if asked is None:
                        logger.warning("job %s: the lease was lost, another worker has it", job.id)
                        process.kill()
                        return
            wanted = self.stopping.is_set() or (asked is not None and (asked.cancel or asked.pause))
            if wanted and not stop_at:
                stop_at = time.monotonic() + GRACE
                _tell(process, "stop")
            if stop_at and time.monotonic() > stop_at:
                process.kill()
        code = process.wait()
        with contextlib.suppress(Unavailable):
            self.jobs.beat(job, done=at[0], total=at[1], note=str(at[2]))
        self._ended(job, last, code, asked)

    def _ended(self, job: Job, last: dict[str, Any], code: int, asked: Asked | None) -> None:
        output = attempt_folder(self.folder, job) / "output"
        if "result" in last:
            self._end(job, "done", result={**last["result"], "attempt": job.attempts})
        elif asked is not None and (asked.cancel or asked.pause):
            partial = {"partial": True, "attempt": job.attempts, "files": written(output) if output.is_dir() else []}
            self._end(job, "cancelled" if asked.cancel else "paused", result=partial)
        elif self.stopping.is_set():
            with contextlib.suppress(Unavailable):
                self.jobs.give_back(job)
        elif "error" in last:
            self._end(job, "failed", error=last["error"], result={"attempt": job.attempts})
        else:
            died = f"signal {-code}" if code < 0 else f"exit code {code}"
            self._end(job, "failed", error=f"the job's process ended without a word ({died}): most often memory")

    def _end(self, job: Job, state: Any, *, result: dict[str, Any] | None = None, error: str = "") -> None:
        """Write the end down; while the database is away, wait for it as long as the lease could hold."""
        for _ in range(60):
            try:
                if not self.jobs.end(job, state, result=result, error=error):
                    logger.warning("job %s: the lease was lost, its result does not count", job.id)
                return
            except Unavailable as unavailable:
                logger.warning("job %s: %s", job.id, unavailable)
                time.sleep(1.0)


@contextlib.contextmanager
def _process(asked: dict[str, Any]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "pharmakon.team.task"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )
    try:
        _tell(process, json.dumps(asked))
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # what it started dies with it
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


def _tell(process: subprocess.Popen[str], line: str) -> None:
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.write(line + "\n")
            process.stdin.flush()


def _read(process: subprocess.Popen[str], heard: queue.SimpleQueue[dict[str, Any] | None]) -> None:
    if process.stdout is not None:
        with contextlib.suppress(ValueError, OSError):
            for line in process.stdout:
                heard.put(json.loads(line))
    heard.put(None)

"""Worker processes: a server's own, whose settings come on standard input, and one that somebody started elsewhere."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType

from pharmakon.core.config import build
from pharmakon.core.errors import UsageError
from pharmakon.team.database import connect, newest, revision
from pharmakon.team.files import Files
from pharmakon.team.logs import set_up
from pharmakon.team.queue import Limits, Queue
from pharmakon.team.worker import Worker

from .settings import WorkerConfig


def main() -> None:
    """Work until told to stop."""
    config = build(WorkerConfig, json.loads(sys.stdin.readline()))
    set_up(config.log)
    worker = worker_of(config)
    threading.Thread(target=_end_with_server, args=(worker,), daemon=True).start()
    _until_told(worker)


def run(config: WorkerConfig, *, say: Callable[[str], object]) -> None:
    """Work for a server that runs elsewhere, on its database and its folder, until a signal comes.

    Raises UsageError where the folder is not a server's, or the database has other tables than this version wants.
    """
    set_up(config.log)
    worker = worker_of(config)
    if not config.data.is_dir():
        raise UsageError(f"there is no folder {config.data}: a worker shares its server's --data")
    have = revision(worker.jobs.database)
    if have != newest():
        raise UsageError(
            f"the database has tables of revision {have or 'none'}, and this version wants {newest()}: first start the "
            "server of this version"
        )
    say(f"worker {worker.name} takes jobs of the server in {config.data} (Ctrl-C stops it)")
    _until_told(worker)


def worker_of(config: WorkerConfig) -> Worker:
    """A worker on a server's database and folders."""
    database = connect(config.url)
    return Worker(
        Queue(database, Limits(config.running)),
        Files(database, config.data.resolve() / "files", largest=0),  # it reads them only
        config.data.resolve() / "jobs",
        memory=config.memory,
    )


def _until_told(worker: Worker) -> None:
    def stop(number: int, frame: FrameType | None) -> None:
        worker.stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    worker.run()


def _end_with_server(worker: Worker) -> None:
    while sys.stdin.read(1):
        pass
    worker.stopping.set()
    threading.Timer(40.0, os._exit, args=(1,)).start()  # a job that does not stop goes with it


if __name__ == "__main__":
    main()

"""A worker process: its settings come on standard input, and when that closes, it goes."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from types import FrameType

from pharmakon.core.config import build
from pharmakon.team.database import connect
from pharmakon.team.files import Files
from pharmakon.team.queue import Limits, Queue
from pharmakon.team.worker import Worker

from .settings import ServeConfig


def main() -> None:
    """Work until told to stop."""
    config = build(ServeConfig, json.loads(sys.stdin.readline()))
    worker = worker_of(config)
    threading.Thread(target=_end_with_server, args=(worker,), daemon=True).start()

    def stop(number: int, frame: FrameType | None) -> None:
        worker.stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    worker.run()


def worker_of(config: ServeConfig) -> Worker:
    """A worker on a server's database and folders."""
    database = connect(config.url)
    return Worker(
        Queue(database, Limits(config.running, config.waiting)),
        Files(database, config.data / "files", largest=config.largest),
        config.data.resolve() / "jobs",
    )


def _end_with_server(worker: Worker) -> None:
    while sys.stdin.read(1):
        pass
    worker.stopping.set()
    threading.Timer(40.0, os._exit, args=(1,)).start()  # a job that does not stop goes with it


if __name__ == "__main__":
    main()

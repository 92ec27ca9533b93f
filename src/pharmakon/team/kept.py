"""What a project keeps from one job to the next: the account of a privacy budget, which no new job may begin afresh."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pharmakon.core.files import write_atomic


@contextmanager
def kept(folder: Path, inputs: Path, pattern: str) -> Iterator[None]:
    """Lay the files that the project keeps beside a job's inputs, and keep them again, however the block ends.

    One job of a project at a time: two that knew of the same account would spend it twice.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("a") as lock:
        if sys.platform != "win32":
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX)
        for path in folder.glob(pattern):
            write_atomic(inputs / path.name, path.read_bytes())
        try:
            yield
        finally:
            for path in inputs.glob(pattern):
                write_atomic(folder / path.name, path.read_bytes())

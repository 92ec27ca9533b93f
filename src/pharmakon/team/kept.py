"""What a project keeps from one job to the next: the account of a privacy budget, which no new job may begin afresh."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path

from pharmakon.core.errors import UsageError
from pharmakon.core.files import write_atomic


def not_kept(names: Iterable[str], pattern: str) -> None:
    """UsageError for an uploaded file named as one that the project keeps: it would be taken for it, for good."""
    if ours := [name for name in names if pattern and fnmatch(name, pattern)]:
        raise UsageError(f"{ours[0]} is named as an account that the server keeps: give it another name")


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

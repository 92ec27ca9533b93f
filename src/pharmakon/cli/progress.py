"""Progress for people: a bar on a terminal, a line now and then in a log file. Always on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from pharmakon.core.types import Progress

LINES_EVERY = 20.0
"""Seconds between two lines when nobody is watching a terminal."""


@contextmanager
def progress(label: str, *, stream: TextIO | None = None) -> Iterator[Progress]:
    """A progress callback for as long as the block lasts."""
    stream = stream or sys.stderr
    if not stream.isatty():
        yield Lines(label, stream)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.fields[note]}"),
    )
    with Bar(*columns, console=Console(file=stream), transient=False) as bar:
        task = bar.add_task(label, total=None, note="")

        def advance(done: int, total: int, note: str) -> None:
            bar.update(task, completed=done, total=total or None, note=note)

        yield advance


class Lines:
    """Progress as plain lines: the first, the last, and one each LINES_EVERY seconds."""

    def __init__(self, label: str, stream: TextIO) -> None:
        self.label, self.stream = label, stream
        self._next = 0.0
        self._finished = False

    def __call__(self, done: int, total: int, note: str) -> None:
        now = time.monotonic()
        last = bool(total) and done >= total
        if (last and self._finished) or (now < self._next and not last):
            return
        self._finished = last
        self._next = now + LINES_EVERY
        count = f"{done:,} of {total:,}" if total else f"{done:,}"
        print(f"{self.label}: {count}{f', {note}' if note else ''}", file=self.stream, flush=True)

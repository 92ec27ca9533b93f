"""Tasks of a benchmark one after the other, or beside one another: in processes of this machine or on a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Protocol

from pharmakon.core.types import Progress
from pharmakon.engine.base import Engine

Outcome = tuple[dict[str, Any], float]
"""What a task gave, and in how many seconds."""


class Work(Protocol):
    """Runs a task by its name."""

    def __call__(self, task: str, say: Callable[[str], object] = ..., /) -> Outcome: ...


def outcomes(
    work: Work, tasks: Sequence[tuple[int, str]], *, of: int, pool: Callable[[], Engine] | None, progress: Progress
) -> Iterator[Outcome]:
    """What each task gives, in their order; `tasks` say where they stand among the `of` that were asked for.

    With a `pool` they are worked on beside one another, and `work` must be picklable.
    """
    if pool is None:
        for place, task in tasks:
            progress(place, of, task)
            yield work(task, partial(_pass_on, progress, place, of, task))
    elif tasks:
        with pool() as engine:
            names = ", ".join(task for _, task in tasks[: engine.workers])
            progress(of - len(tasks), of, f"{names} beside one another")
            for (place, task), found in zip(tasks, engine.map(work, [task for _, task in tasks]), strict=True):
                progress(place, of, f"{task} is done")
                yield found


def _pass_on(progress: Progress, done: int, total: int, task: str, note: str) -> None:
    progress(done, total, f"{task}, {note}")

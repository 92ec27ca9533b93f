"""What every engine promises, and what a failing task looks like from outside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

from pharmakon.core.errors import PharmakonError
from pharmakon.core.types import Progress, silent

A = TypeVar("A")
B = TypeVar("B")


class Engine(Protocol):
    """Applies a function to items; the same results in the same order on every engine."""

    @property
    def workers(self) -> int:
        """How many items are worked on at a time."""
        ...

    def map(
        self,
        function: Callable[[A], B],
        items: Iterable[A],
        *,
        total: int = 0,
        label: str = "",
        progress: Progress = silent,
    ) -> Iterator[B]:
        """Results in the order of the items, each as soon as it and those before it are there.

        Items are taken from the iterable only a little ahead of the results. `progress(done, total, label)` is called
        after each. A failing item raises: an error of ours as it is, any other as a PharmakonError naming the item.
        Ctrl-C raises Cancelled.
        """
        ...

    def close(self) -> None:
        """Let go of processes and thread limits. An engine is a context manager that does this."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Opener(Protocol):
    """Starts an engine for work that does not know where it is done."""

    def __call__(
        self,
        *,
        most: int | None = None,
        initializer: Callable[..., object] | None = None,
        initargs: tuple[Any, ...] = (),
    ) -> Engine:
        """`most` is how many workers have something to do; `initializer(*initargs)` runs once in each."""
        ...


def located(error: Exception, *, index: int, label: str) -> PharmakonError:
    """The error to raise for item `index` (0-based): ours with a note, another's wrapped in ours."""
    place = f"item {index}" + (f" of {label}" if label else "")
    if isinstance(error, PharmakonError):
        error.add_note(f"while working on {place}")
        return error
    wrapped = PharmakonError(f"{place} failed: {type(error).__name__}: {error}")
    wrapped.__cause__ = error
    return wrapped

"""Several programs or connections that are asked side by side, and which molecule is to blame when one fails."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, Literal, Protocol

from pharmakon.core.closing import Closing

__all__ = ["Caller", "Callers", "Failed"]

TICK = 0.2
"""Seconds of waiting after which Ctrl-C is looked for: RDKit leaves it set up so that it does not end a wait."""
PATIENCE = 5.0
"""Seconds that closing waits for a thread; one that waits for a server that does not answer is left behind."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Why there is no answer.

    `blame` is "item" where that one is at fault, "any" where it may be any of those asked with it, and "none" where
    what was asked does not work at all.
    """

    reason: str
    blame: Literal["item", "any", "none"] = "item"


class Caller(Protocol):
    """One connection to what answers; used by one thread, but closed by any."""

    def call(self, items: Sequence[str]) -> Mapping[int, Any]:
        """By position, an answer or a Failed for every item. Does not raise."""
        ...

    def close(self) -> None:
        """Let go of the connection; a call that is waiting comes back."""
        ...


@dataclass(frozen=True, slots=True)
class _Task:
    positions: Sequence[int]
    items: Sequence[str]
    results: SimpleQueue[tuple[int, Any]]
    cancelled: threading.Event = field(repr=False)

    def alone(self, place: int) -> _Task:
        """The same for one of the items."""
        return _Task([self.positions[place]], [self.items[place]], self.results, self.cancelled)


class Callers(Closing):
    """Deals items to so many callers, `at_once` at a time; each is made when first needed and kept.

    Whoever may be to blame for a failure is asked again alone, so that a Failed names the guilty one.
    """

    def __init__(self, make: Callable[[], Caller], *, workers: int = 1, at_once: int = 1) -> None:
        self._make, self._workers, self._at_once = make, workers, at_once
        self._tasks: SimpleQueue[_Task | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._callers: list[Caller] = []
        self._lock = threading.Lock()
        self._closed = False

    def ask(self, items: Sequence[str]) -> Generator[tuple[int, Any], None, None]:
        """Each item's position with its answer or a Failed, as they come. What is not read is not asked."""
        results: SimpleQueue[tuple[int, Any]] = SimpleQueue()
        cancelled = threading.Event()
        starts = range(0, len(items), self._at_once)
        for start in starts:
            places = range(start, min(start + self._at_once, len(items)))
            self._tasks.put(_Task(places, [items[i] for i in places], results, cancelled))
        while len(self._threads) < min(self._workers, len(starts)):
            self._threads.append(threading.Thread(target=self._work, daemon=True))
            self._threads[-1].start()
        try:
            for _ in items:
                yield _next(results)
        finally:
            cancelled.set()

    def close(self) -> None:
        """Let go of every caller, also of one that is being waited for."""
        with self._lock:
            self._closed = True
            callers = list(self._callers)
        for _ in self._threads:
            self._tasks.put(None)
        for caller in callers:
            caller.close()
        for thread in self._threads:
            thread.join(PATIENCE)

    def _work(self) -> None:
        caller = self._make()
        with self._lock:
            if self._closed:
                return
            self._callers.append(caller)
        while (task := self._tasks.get()) is not None:
            self._serve(caller, task)

    def _serve(self, caller: Caller, task: _Task) -> None:
        if task.cancelled.is_set() or self._closed:
            return
        try:
            found = caller.call(task.items)
        except Exception as error:  # noqa: BLE001 - a thread that dies in silence would be waited for without end
            found = {place: Failed(f"{type(error).__name__}: {error}", "none") for place in range(len(task.items))}
        for place, position in enumerate(task.positions):
            answer = found[place]
            if isinstance(answer, Failed) and answer.blame == "any" and len(task.items) > 1:
                self._serve(caller, task.alone(place))
            else:
                task.results.put((position, answer))


def _next(results: SimpleQueue[tuple[int, Any]]) -> tuple[int, Any]:
    while True:
        with suppress(Empty):
            return results.get(timeout=TICK)

"""Work in a fork of this process, watched from here: what hangs, eats memory or crashes is lost, and nothing else is.

A fork starts in milliseconds with everything that is loaded, so work that is lost is begun again at once, without what
stopped it. Elsewhere than on Linux work is done in this process, unwatched.
"""

from __future__ import annotations

import ctypes
import faulthandler
import gc
import mmap
import multiprocessing
import os
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal, NoReturn, TypeVar

from pharmakon.core.errors import PharmakonError

from .local import Failure

A = TypeVar("A")
Reason = Literal["time", "memory", "crash", "error"]
LOOK = 0.05
"""Seconds between two looks at a fork: in so short a time no program fills a machine's memory."""
NOWHERE = -1
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


@dataclass(frozen=True, slots=True)
class Limits:
    """`seconds` that one place may take, and `megabytes` that a fork may hold beside what it began with."""

    seconds: float = 20.0
    megabytes: float = 1_000.0


class Lost(Exception):
    """A fork was lost at a `place`, where it had told one: it was over a limit, died, or raised."""

    def __init__(self, reason: Reason, said: str, place: int | None) -> None:
        super().__init__(f"{reason}: {said}")
        self.reason, self.said, self.place = reason, said, place


class Mark:
    """Where the work is: told by the fork, read by whoever watches it."""

    def __init__(self) -> None:
        self._cells = memoryview(mmap.mmap(-1, 16)).cast("q")
        self(NOWHERE)

    def __call__(self, place: int) -> None:
        """The work is at a place, counted from 0, or NOWHERE in particular; each call is a sign of life."""
        cells = self._cells
        cells[0] = place
        cells[1] += 1

    @property
    def place(self) -> int | None:
        """Where the work was last."""
        return None if self._cells[0] == NOWHERE else self._cells[0]

    @property
    def signs(self) -> int:
        """How many signs of life there were."""
        return self._cells[1]


def forked(work: Callable[[Mark], Iterable[A]], limits: Limits) -> Iterator[A]:
    """The results of `work`, each as soon as it is there. Raises Lost, and an error of ours as it is.

    `work` is done in a fork and tells its mark where it is; results travel by pickle. Nothing that it changes is
    changed here.
    """
    mark = Mark()
    if sys.platform != "linux":
        yield from work(mark)
        return
    receiver, sender = multiprocessing.Pipe(duplex=False)
    parent = os.getpid()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads: the fork computes, and waits for none
        pid = os.fork()
    if not pid:
        _work(work, sender, mark, parent)
    sender.close()
    watched = _Watched(pid, receiver, mark, limits)
    try:
        while (got := watched.next()) is not None:
            yield got[0]
    finally:
        receiver.close()
        watched.end()


class _Watched:
    """A fork as its parent sees it."""

    def __init__(self, pid: int, receiver: Connection, mark: Mark, limits: Limits) -> None:
        self.pid, self.receiver, self.mark, self.limits = pid, receiver, mark, limits
        self._status: int | None = None
        self._most = _resident(pid) + 1e6 * limits.megabytes

    def next(self) -> tuple[Any] | None:
        """The next result, in a tuple; None at the end."""
        try:
            self._wait()
            kind, value = self.receiver.recv()
        except (EOFError, OSError):
            raise self._lost("crash", self._death()) from None
        if kind == "result":
            return (value,)
        if kind == "end":
            return None
        error = value.rebuilt()
        if isinstance(error, PharmakonError):
            raise error
        raise self._lost("memory" if isinstance(error, MemoryError) else "error", f"{type(error).__name__}: {error}")

    def _wait(self) -> None:
        """Until something was sent. Raises Lost at a limit, EOFError where the fork is dead."""
        signs, silent, looked = self.mark.signs, 0.0, time.monotonic()
        while not self.receiver.poll(LOOK):
            now = time.monotonic()
            silent += min(now - looked, 10 * LOOK)  # when the machine stood still, so did the fork
            looked = now
            if self.mark.signs != signs:
                signs, silent = self.mark.signs, 0.0
            elif silent > self.limits.seconds:
                raise self._lost("time", f"more than {self.limits.seconds:g} s")
            if _resident(self.pid) > self._most:
                raise self._lost("memory", f"more than {self.limits.megabytes:,.0f} MB")
            if self._ended() and not self.receiver.poll(0):
                raise EOFError

    def _lost(self, reason: Reason, said: str) -> Lost:
        return Lost(reason, said, self.mark.place)

    def _ended(self) -> bool:
        if self._status is None and (found := os.waitpid(self.pid, os.WNOHANG))[0]:
            self._status = found[1]
        return self._status is not None

    def _death(self) -> str:
        """How the fork ended."""
        if self._status is None:
            self._status = os.waitpid(self.pid, 0)[1]
        code = os.waitstatus_to_exitcode(self._status)
        return f"the process ended with {signal.Signals(-code).name if code < 0 else f'status {code}'}"

    def end(self) -> None:
        """End it, whatever it is doing."""
        if not self._ended():
            os.kill(self.pid, signal.SIGKILL)
            self._status = os.waitpid(self.pid, 0)[1]


def _work(work: Callable[[Mark], Iterable[Any]], sender: Connection, mark: Mark, parent: int) -> NoReturn:
    """All that a fork does."""
    status = 1
    try:
        _alone(parent)
        for result in work(mark):
            mark(NOWHERE)
            sender.send(("result", result))
        sender.send(("end", None))
        status = 0
    except Exception as error:  # noqa: BLE001 - told to the parent, which judges it
        sender.send(("error", Failure.of(error)))
        status = 0
    finally:
        os._exit(status)  # no clean-up: what there is to clean up is the parent's


def _alone(parent: int) -> None:
    """A fork that writes nothing, leaves Ctrl-C to its parent and ends with it, even in the middle of a hang."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    faulthandler.disable()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    gc.freeze()  # a collection would write to, and so copy, every page of what was loaded


def _resident(pid: int) -> float:
    """Bytes in memory of a process; 0 of one that has ended."""
    try:
        return float(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1]) * mmap.PAGESIZE
    except (OSError, IndexError):
        return 0.0

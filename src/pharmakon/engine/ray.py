"""Work on a Ray cluster: the same function of the same items as a pool of processes, on as many machines as there are.

Items are tasks without state, so a worker or a machine that dies takes nothing with it but what it was working on, and
one that joins gets work at once. Ray passes functions and items by pickle: only join a cluster that is your own.
"""

from __future__ import annotations

import contextlib
import logging
import math
import os
import secrets
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from pharmakon.core.errors import Cancelled, PharmakonError, UsageError
from pharmakon.core.lazy import require
from pharmakon.core.types import Progress, silent

from .base import located
from .local import STOPPED, TRIES, Outcome, Stoppable, begin, cores, failed_start, tried

A = TypeVar("A")
B = TypeVar("B")

TICK = 1.0
"""Seconds of waiting after which is looked whether the cluster is still there."""
RECOUNT = 5.0
"""Seconds after which the cluster's cores are counted again, as machines come and go."""
PATIENCE = 30.0
"""Seconds that a cluster's head may be away; Ray itself ends this process after 60."""
STARTS = 3
"""How often a cluster of this machine is started: on a busy one, Ray does not wait for its own helpers."""
_Setup = tuple[bytes, str, Callable[..., object] | None, tuple[Any, ...]]
STORE = 256 << 20
"""Bytes of shared memory that a cluster of this machine may hold items and results in."""


class RayEngine(Stoppable):
    """The workers of the cluster at `address` ("host:6379", or "auto" for that of this machine), from the first use on.

    Without an address a cluster is started on this machine, for as long as the engine is open. `initializer(*initargs)`
    runs once in each process that works, in the folder that this one works in, where its machine has it: so relative
    paths lead to the same files. `workers` bounds how many items are worked on at a time. Nothing is told to Ray's
    makers, and there is no dashboard. MissingExtra without Ray, PharmakonError where nothing answers.
    """

    def __init__(
        self,
        workers: int | None = None,
        *,
        address: str | None = None,
        initializer: Callable[..., object] | None = None,
        initargs: tuple[Any, ...] = (),
    ) -> None:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # what will be its default, without a warning
        self._ray: Any = require("ray", extra="ray", needed_for="the engine ray")
        if address is not None and address.startswith("ray://"):
            raise UsageError(f"{address} is for Ray's client; give the head's own address, such as host:6379")
        if address not in (None, "auto") and not _answers(address):  # Ray itself would ask for minutes
            raise PharmakonError(f"nothing answers at {address}; start a cluster there: ray start --head")
        self._asked, self._address = workers, address
        self._setup: _Setup = secrets.token_bytes(8), str(Path.cwd()), initializer, initargs
        self._started: Any = None
        self._ours = False
        self._head = ""
        self._there = 0
        self._counted = -math.inf

    @property
    def workers(self) -> int:
        """How many items are worked on at a time: the cluster's cores now, or fewer where that was asked."""
        there = self._there or cores()
        return min(there, self._asked) if self._asked else there

    def map(
        self,
        function: Callable[[A], B],
        items: Iterable[A],
        *,
        total: int = 0,
        label: str = "",
        progress: Progress = silent,
    ) -> Iterator[B]:
        """See Engine.map. At most twice as many items as workers are in flight; one is begun five times at most.

        PharmakonError when the cluster is gone.
        """
        waiting: deque[Any] = deque()
        source = iter(items)
        done = 0
        try:
            task, start = self._start()
            while True:
                ahead = self._ahead()
                while len(waiting) < ahead:
                    for item in source:
                        waiting.append(task.remote(start, function, item))
                        break
                    else:
                        break
                if not waiting:
                    return
                outcome: Outcome[B] = self._result(waiting.popleft(), done, label)
                if outcome.error is not None:
                    raise located(outcome.error.rebuilt(), index=done, label=label)
                done += 1
                progress(done, total, label)
                yield outcome.value  # type: ignore[misc]
        except KeyboardInterrupt:
            self._abort()
            raise Cancelled(STOPPED) from None
        finally:
            if self._started is not None:
                for one in waiting:
                    self._ray.cancel(one, force=True)

    def close(self) -> None:
        """Leave the cluster, and end one that was started here."""
        self._started = None
        if self._ours:
            self._ours = False
            self._ray.shutdown()

    def _abort(self) -> None:
        """Leaving ends what this process has asked for."""
        self.close()

    def _ahead(self) -> int:
        """How many items are in flight: twice the workers, but where Ray does not know that these are bounded."""
        if time.monotonic() - self._counted > RECOUNT and _answers(self._head):  # or the question would not return
            self._there = max(1, int(self._ray.cluster_resources().get("CPU", 1)))
            self._counted = time.monotonic()
        bounded = self._asked is not None and self._address is not None
        return self.workers * (1 if bounded else 2)

    def _start(self) -> tuple[Any, Any]:
        """The task, and what a process needs before its first."""
        if self._started is None:
            if not self._ray.is_initialized():
                self._join()
                self._ours = True
            self._head = self._ray.get_runtime_context().gcs_address
            self._counted = -math.inf
            options = self._ray.remote(num_cpus=1, max_retries=TRIES - 1, retry_exceptions=False)
            self._started = options(_task), self._ray.put(self._setup)
        return self._started  # type: ignore[no-any-return]

    def _join(self) -> None:
        quiet = {"log_to_driver": False, "logging_level": logging.ERROR, "ignore_reinit_error": True}
        if self._address is not None:
            try:
                self._ray.init(address=self._address, **quiet)
            except Exception as error:  # noqa: BLE001 - Ray raises whatever it met
                if "AuthToken" in f"{error} {error.__cause__}":
                    raise PharmakonError(
                        f"the Ray cluster at {self._address} wants its token: copy ~/.ray/auth_token from its first "
                        "machine, and set RAY_AUTH_MODE=token"
                    ) from None
                said = str(error).partition("\n")[0]
                raise PharmakonError(f"no Ray cluster at {self._address} could be joined: {said}") from None
            return
        own = {"num_cpus": self._asked or cores(), "include_dashboard": False, "object_store_memory": STORE}
        for attempt in range(1, STARTS + 1):
            try:
                self._ray.init(address="local", **own, **quiet)
                return
            except Exception as error:  # noqa: BLE001 - Ray raises whatever it met
                self._ray.shutdown()
                if attempt == STARTS:
                    said = str(error).partition("\n")[0]
                    raise PharmakonError(f"Ray could not be started on this machine: {said}") from None

    def _result(self, reference: Any, done: int, label: str) -> Any:
        """What became of an item, waited for as long as the cluster's head answers."""
        place = f"item {done}" + (f" of {label}" if label else "")
        away = 0.0
        while not self._ray.wait([reference], timeout=TICK)[0]:
            if _answers(self._head):
                away = 0.0
            elif not away:
                away = time.monotonic()
            elif time.monotonic() - away > PATIENCE:
                self._started = None
                raise PharmakonError(
                    f"the Ray cluster has not answered for {PATIENCE:g} s, while {place} was waited for; what was "
                    "finished is kept: start the cluster again, and go on"
                )
        try:
            return self._ray.get(reference)
        except self._ray.exceptions.RayError as error:
            lines = (line.strip() for line in str(error).splitlines())  # the first may only tell the task and process
            said = next((line for line in lines if line and "::_task()" not in line), type(error).__name__)
            raise PharmakonError(
                f"{place} was begun {TRIES} times, and its worker died each time, most often for want of memory: {said}"
            ) from None


def _answers(address: str) -> bool:
    """Whether something listens there."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=TICK).close()
    except (OSError, ValueError):
        return False
    return True


_loaded: list[bytes] = []
"""In a worker: which engine's initializer has run."""


def _task(setup: _Setup, function: Callable[[A], B], item: A) -> Any:
    """In a worker: an item's outcome."""
    token, folder, initializer, initargs = setup
    if _loaded != [token]:
        with contextlib.suppress(OSError):
            os.chdir(folder)
        failed_start.clear()
        begin(initializer, initargs)
        _loaded[:] = [token]
    return tried(function, item)

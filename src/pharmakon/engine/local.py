"""Work on this machine: in this process, or in a pool of others."""

from __future__ import annotations

import contextlib
import math
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import traceback
from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Generic, TypeVar

from pharmakon.core.closing import Closing
from pharmakon.core.errors import Cancelled, PharmakonError, UsageError
from pharmakon.core.types import Progress, silent

from .base import Engine, located

A = TypeVar("A")
B = TypeVar("B")

TRIES = 5
"""How often an item is begun whose worker dies."""
_STARTING = threading.Lock()
"""While a process starts it inherits the environment of this one."""
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "BLIS_NUM_THREADS")


def engine(
    workers: int | None = None, *, initializer: Callable[..., object] | None = None, initargs: tuple[Any, ...] = ()
) -> Engine:
    """The engine for so many workers: this process for one, a pool for more; None means one for each core."""
    count = cores() if workers is None else workers
    if count == 1:
        return SerialEngine(initializer=initializer, initargs=initargs)
    return LocalEngine(count, initializer=initializer, initargs=initargs)


def cores() -> int:
    """The cores this process may use: its affinity, and its container's quota where there is one."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with contextlib.suppress(OSError, ValueError):
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        allowed = min(allowed, max(1, math.ceil(int(quota) / int(period))))
    return allowed


class Stoppable(Closing):
    """Closes at the end of a `with` block; Ctrl-C inside it becomes Cancelled."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, (KeyboardInterrupt, Cancelled)):
            self._abort()
        super().__exit__(kind, error, trace)
        if isinstance(error, KeyboardInterrupt):
            raise Cancelled(STOPPED) from None

    @abstractmethod
    def _abort(self) -> None:
        """Stop what is still running."""


STOPPED = "stopped by the user; what was finished is kept"


class SerialEngine(Stoppable):
    """One item after the other in this process, with one BLAS thread, so that the bytes are those of a pool."""

    workers = 1

    def __init__(self, *, initializer: Callable[..., object] | None = None, initargs: tuple[Any, ...] = ()) -> None:
        self._initializer, self._initargs = initializer, initargs
        self._limits: contextlib.ExitStack | None = None

    def map(
        self,
        function: Callable[[A], B],
        items: Iterable[A],
        *,
        total: int = 0,
        label: str = "",
        progress: Progress = silent,
    ) -> Iterator[B]:
        """See Engine.map."""
        try:
            self._start()
            for index, item in enumerate(items):
                try:
                    result = function(item)
                except Exception as error:  # noqa: BLE001 - whatever it is, it is told which item it came from
                    named = located(error, index=index, label=label)
                    raise named from error.__cause__ if named is error else error
                progress(index + 1, total, label)
                yield result
        except KeyboardInterrupt:
            raise Cancelled(STOPPED) from None

    def _abort(self) -> None:
        """Nothing runs beside this process."""

    def close(self) -> None:
        """Give BLAS its threads back."""
        if self._limits is not None:
            self._limits.close()
            self._limits = None

    def _start(self) -> None:
        if self._limits is not None:
            return
        from threadpoolctl import threadpool_limits

        with contextlib.ExitStack() as limits:
            limits.enter_context(_one_thread_env())
            if self._initializer is not None:
                self._initializer(*self._initargs)
            limits.enter_context(threadpool_limits(1))
            self._limits = limits.pop_all()


class LocalEngine(Stoppable):
    """A pool of processes on this machine, started when first used; one that dies takes no other with it.

    `initializer(*initargs)` runs once in each, to load models. Functions, items and results travel by pickle, so a
    function must be importable: not a lambda, and from a script only behind `if __name__ == "__main__"`.
    """

    def __init__(
        self,
        workers: int | None = None,
        *,
        initializer: Callable[..., object] | None = None,
        initargs: tuple[Any, ...] = (),
    ) -> None:
        self.workers = max(1, cores() if workers is None else workers)
        self._initializer, self._initargs = initializer, initargs
        self._pool: ThreadPoolExecutor | None = None
        self._processes: list[_Process] = []
        self._idle = SimpleQueue[_Process]()

    def map(
        self,
        function: Callable[[A], B],
        items: Iterable[A],
        *,
        total: int = 0,
        label: str = "",
        progress: Progress = silent,
    ) -> Iterator[B]:
        """See Engine.map. At most twice as many items as workers are in flight.

        An item whose worker dies is begun again, and is an error when that happens to it for the fifth time.
        """
        waiting: deque[Future[Outcome[B]]] = deque()
        source = iter(items)
        done = 0
        try:
            pool = self._start()
            for item in source:
                waiting.append(pool.submit(self._work, function, item))
                if len(waiting) >= 2 * self.workers:
                    break
            while waiting:
                outcome = waiting.popleft().result()
                if outcome.error is not None:
                    raise located(outcome.error.rebuilt(), index=done, label=label)
                done += 1
                for item in source:
                    waiting.append(pool.submit(self._work, function, item))
                    break
                progress(done, total, label)
                yield outcome.value  # type: ignore[misc]
        except KeyboardInterrupt:
            self._abort()
            raise Cancelled(STOPPED) from None
        except BrokenProcessPool:
            script = "" if any(process.began for process in self._processes) else unguarded_script()
            self._abort()
            if script:
                raise UsageError(
                    f"{script} needs the line if __name__ == '__main__': before what it starts; each worker process "
                    "reads the script first, and without that line starts the same work itself"
                ) from None
            raise PharmakonError(
                f"a worker process died at item {done}{f' of {label}' if label else ''}; most often the machine ran "
                "out of memory: use fewer workers"
            ) from None
        finally:
            for future in waiting:
                future.cancel()

    def close(self) -> None:
        """Wait for the workers to end. The engine can be used again, with new ones."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            for process in self._processes:
                process.close()
            self._pool = None

    def _start(self) -> ThreadPoolExecutor:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self.workers)
            self._processes = [_Process(self._initializer, self._initargs) for _ in range(self.workers)]
            self._idle = SimpleQueue()
            for process in self._processes:
                self._idle.put(process)
        return self._pool

    def _work(self, function: Callable[[A], B], item: A) -> Outcome[B]:
        """In a thread: an item's outcome, from whichever process is idle."""
        process = self._idle.get()
        try:
            return process.run(function, item)
        finally:
            self._idle.put(process)

    def _abort(self) -> None:
        """End the workers now, whatever they are doing."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        pool.shutdown(wait=False, cancel_futures=True)
        for process in self._processes:
            process.kill()
        pool.shutdown()


class _Process:
    """A process that runs one item after the other, and another one in its place when it dies."""

    def __init__(self, initializer: Callable[..., object] | None, initargs: tuple[Any, ...]) -> None:
        self._initial = initializer, initargs
        self._killed = False
        self._executor = self._begun()

    def run(self, function: Callable[[A], B], item: A) -> Outcome[B]:
        """The outcome of an item. Raises BrokenProcessPool when the process has died of it five times."""
        for attempt in range(1, TRIES + 1):
            try:
                return self._executor.submit(tried, function, item).result()
            except BrokenProcessPool:
                if self._killed or attempt == TRIES or (not self.began and unguarded_script()):
                    raise
                self._again()
        raise AssertionError

    @property
    def began(self) -> bool:
        """Whether it came as far as to take work."""
        first = self._first
        return first.done() and not first.cancelled() and first.exception() is None

    def close(self) -> None:
        """Wait for its end."""
        self._executor.shutdown(cancel_futures=True)

    def kill(self) -> None:
        """End it now."""
        self._killed = True
        # kill_workers() exists from Python 3.14 on
        processes = list((getattr(self._executor, "_processes", None) or {}).values())
        self._executor.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.kill()
        for process in processes:
            process.join()

    def _again(self) -> None:
        self._executor.shutdown(wait=False)
        self._executor = self._begun()

    def _begun(self) -> ProcessPoolExecutor:
        methods = multiprocessing.get_all_start_methods()
        context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
        with _STARTING, _one_thread_env():
            executor = ProcessPoolExecutor(1, context, initializer=begin, initargs=self._initial)
            self._first = executor.submit(_ready)  # which starts the process
        return executor


@dataclass(frozen=True, slots=True)
class Failure:
    """An exception in parts that always pickle: one with its own __init__ does not survive pickling whole."""

    kind: type[Exception]
    arguments: tuple[Any, ...]
    state: dict[str, Any]
    trace: str

    @classmethod
    def of(cls, error: Exception) -> Failure:
        failure = cls(type(error), error.args, dict(vars(error)), "".join(traceback.format_exception(error)))
        try:
            pickle.loads(pickle.dumps(failure))  # noqa: S301 - our own bytes, to see whether they survive the way
        except Exception:  # noqa: BLE001 - pickling can fail in any way
            return cls(PharmakonError, (f"{type(error).__name__}: {error}",), {}, failure.trace)
        return failure

    def rebuilt(self) -> Exception:
        error = self.kind.__new__(self.kind, *self.arguments)
        error.args = self.arguments
        vars(error).update(self.state)
        error.add_note(f"in a worker process:\n{self.trace}")
        return error


@dataclass(frozen=True, slots=True)
class Outcome(Generic[B]):
    """What became of an item, as it travels back: its value, or why there is none."""

    value: B | None
    error: Failure | None


failed_start: list[Exception] = []
"""In a worker: what its initializer raised."""


def begin(initializer: Callable[..., object] | None, initargs: tuple[Any, ...]) -> None:
    """First thing in a worker. A failing initializer is kept for the first task to report."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ.update(dict.fromkeys(THREADS, "1"))  # for libraries loaded later
    try:
        if initializer is not None:
            initializer(*initargs)
    except Exception as error:  # noqa: BLE001 - reported by tried
        failed_start.append(error)
    from threadpoolctl import threadpool_limits

    threadpool_limits(1)  # for libraries loaded already


def unguarded_script() -> str:
    """The name of the script that this program is, if a worker that imports it would do what it does; "" if not."""
    main = sys.modules["__main__"]
    if main.__spec__ is not None or not getattr(main, "__file__", None):
        return ""  # python -m, or a notebook: nothing that a worker would run
    with contextlib.suppress(OSError):
        path = Path(str(main.__file__))
        return "" if b"__main__" in path.read_bytes() else path.name
    return ""


def _ready() -> None:
    """In a worker: nothing."""


def _end_with_parent() -> None:
    """A killed parent cannot tell its workers to stop, and they would wait for work for ever."""
    if (parent := multiprocessing.parent_process()) is not None:
        parent.join()
        os._exit(1)


def tried(function: Callable[[A], B], item: A) -> Outcome[B]:
    """In a worker: the outcome of an item."""
    if failed_start:
        return Outcome(None, Failure.of(failed_start[0]))
    try:
        return Outcome(function(item), None)
    except Exception as error:  # noqa: BLE001 - it is raised again where the results are read
        return Outcome(None, Failure.of(error))


@contextlib.contextmanager
def _one_thread_env() -> Iterator[None]:
    """Environment variables that BLAS and OpenMP read when they are loaded; put back afterwards."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

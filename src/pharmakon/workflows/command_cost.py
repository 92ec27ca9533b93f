"""What a command costs when it is run as a user runs it: seconds, and the memory of its processes."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pharmakon.core.errors import DataError

LOOK = 0.2
"""Seconds between two looks at the processes."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Wall seconds of a command, and the highest of what was read of its memory, in bytes."""

    seconds: float
    peak: float


def cost(command: Sequence[str], memory: Callable[[int], float]) -> Cost:
    """Run a command, and read the `memory` of its process (`held` or `highest`) meanwhile.

    Raises DataError with the command's last words where it fails.
    """
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603
        peak, done = [0.0], threading.Event()

        def watch() -> None:
            while not done.wait(LOOK):
                peak[0] = max(peak[0], memory(process.pid))

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        said = process.communicate()[1]
        done.set()
        watcher.join()
    if process.returncode:
        raise DataError(f"{command[0]} failed: {said.strip()[-300:]}")
    return Cost(time.perf_counter() - started, peak[0])


def held(pid: int) -> float:
    """Bytes in memory of a process and its descendants, what they share counted once; 0 where Linux's /proc is not."""
    return sum(_bytes(one, "smaps_rollup", "Pss:") for one in family(pid))


def highest(pid: int) -> float:
    """The most bytes that any one of a process and its descendants ever held, what it shares counted in full."""
    return max((_bytes(one, "status", "VmHWM:") for one in family(pid)), default=0.0)


def below(pid: int) -> dict[int, tuple[float, float]]:
    """Of each descendant of a process the bytes that it holds beside mapped files, and its processor seconds by now."""
    return {one: (_bytes(one, "status", "RssAnon:"), _processor(one)) for one in family(pid) if one != pid}


def _processor(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    return sum(map(int, text.rpartition(")")[2].split()[11:13])) / os.sysconf("SC_CLK_TCK")


def family(pid: int) -> Iterator[int]:
    """A process and its descendants."""
    yield pid
    for child in children(pid):
        yield from family(child)


def children(pid: int) -> list[int]:
    """What a process has started; nothing where it has ended."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(child) for task in tasks for child in (task / "children").read_text(encoding="utf-8").split()]
    except OSError:
        return []


def _bytes(pid: int, file: str, line: str) -> float:
    """What a line of kilobytes of a process's own file says."""
    try:
        text = Path(f"/proc/{pid}/{file}").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    return 1024.0 * sum(int(found.split()[1]) for found in text.splitlines() if found.startswith(line))

"""How much memory a job takes: of its process and of every process that this one started."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

PROC = Path("/proc")


def of_session(leader: int) -> float:
    """Megabytes that the processes of a session take and nobody could take back, what they share shared out among them.

    A file that is mapped into memory does not count: the system drops its pages when it needs the room. 0 where the
    system does not say, as only Linux does.
    """
    return sum(map(_proportional, _members(leader))) / 1024


def _members(leader: int) -> Iterator[Path]:
    for place in PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError, IndexError):  # it has ended meanwhile
            # The name of the program, in brackets, may hold anything.
            after = (place / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            if int(after[3]) == leader:
                yield place


def _proportional(place: Path) -> float:
    """Kilobytes of a process, in memory or swapped out: a page that three share counts a third (PSS)."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        lines = (place / "smaps_rollup").read_text(encoding="utf-8").splitlines()[1:]
        told = {name: float(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)}
        own = told["Pss_Anon"] + told["Pss_Shmem"] if "Pss_Anon" in told else told.get("Pss", 0.0)
        return own + told.get("SwapPss", 0.0)
    return 0.0

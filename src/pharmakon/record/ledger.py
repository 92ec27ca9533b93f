"""The run's ledger: append-only, hash-chained, durable.

Each line of `ledger.jsonl` carries the SHA-256 of itself and of the line before; `ledger.head.json` beside it anchors
how many there are. An entry that is edited, deleted, inserted, moved or cut off is found and named by `verify`.

What an unsigned chain cannot show: whoever may write the folder can recompute every hash *and* the head, and the
result is flawless. Against that, keep a hash elsewhere (a run prints its last one, the report an earlier one): in a
rewritten ledger no entry bears it. Nor does a chain prove who wrote an entry, or that the clock was right.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from pharmakon.core.errors import RecordError
from pharmakon.core.files import sha256

from .audit import Verification, verify
from .entry import CLOSED, OUTPUT, REPAIRED, Entry, Head, locate, parse, read_head, write_head

if sys.platform != "win32":  # without fcntl nothing keeps two writers apart; everything else holds
    import fcntl

__all__ = ["Entry", "Head", "Ledger", "Verification", "verify"]


def utc_now() -> datetime:
    return datetime.now(UTC)


class Ledger:
    """Opens the ledger at `path` (made when absent; a folder means `ledger.jsonl` in it).

    A torn last line, which is what a killed writer leaves, is dropped and the loss recorded as an entry `repaired`.
    Raises RecordError when the ledger was cut, or its end altered, since it was last written: nothing is added to
    a record that is no longer whole.
    """

    def __init__(self, path: str | Path, *, clock: Callable[[], datetime] = utc_now) -> None:
        self.path = locate(path)
        self._clock = clock
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._locked() as file:
            self._recover(file)

    def append(self, event: str, /, **data: Any) -> Entry:
        """Record an event; on return it is on the disk. Several processes and threads may do so at once."""
        with self._locked() as file:
            last = self._recover(file)
            if last is not None and last.event == CLOSED:
                raise RecordError(f"{self.path} was closed at entry {last.seq}; a new run needs a new folder")
            return self._write(file, last, event, data)

    def output(self, path: str | Path) -> Entry:
        """Record a file of this run with its SHA-256, so that `verify` names it when it is changed later."""
        path = Path(path)
        try:
            inside = path.resolve().relative_to(self.path.parent.resolve()).as_posix()
        except ValueError:
            raise RecordError(f"{path} is outside the run folder {self.path.parent}") from None
        return self.append(OUTPUT, path=inside, sha256=sha256(path), bytes=path.stat().st_size)

    def seal(self, **data: Any) -> Entry:
        """Record that the run is over; nothing can be appended after it."""
        return self.append(CLOSED, **data)

    @property
    def head(self) -> Head:
        """How many entries there are, and the last one's hash."""
        return read_head(self.path) or Head()

    @contextmanager
    def _locked(self) -> Iterator[BinaryIO]:
        # Opened anew each time: a lock belongs to an open file, so threads and forked workers exclude each other too.
        with self.path.open("ab+", buffering=0) as file:
            if sys.platform != "win32":
                fcntl.flock(file, fcntl.LOCK_EX)
            yield file

    def _write(self, file: BinaryIO, last: Entry | None, event: str, data: dict[str, Any]) -> Entry:
        time = self._clock().astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        before = _head(last)
        entry = Entry.make(before.count + 1, time, event, data, before.hash)
        _append(file, entry.line())
        # The head follows its entry: a writer killed in between leaves it one behind, and a cut leaves it ahead.
        write_head(self.path, _head(entry))
        return entry

    def _recover(self, file: BinaryIO) -> Entry | None:
        """The last entry, after mending what a killed writer left."""
        last, torn = _tail(file, self.path)
        have, known = _head(last), read_head(self.path) or Head()
        if known.count > have.count:
            raise RecordError(f"{self.path} was cut after entry {have.count}: its head says {known.count}")
        behind = have.count - known.count
        expected = last.previous if last and behind else have.hash
        if behind > 1 or expected != known.hash:
            raise RecordError(f"{self.path} and its head do not belong together; `pharmakon ledger verify` says why")
        if last is not None and last.event == CLOSED:
            if behind:
                write_head(self.path, have)
            return last
        if torn:
            os.ftruncate(file.fileno(), file.seek(0, os.SEEK_END) - torn)
        if torn or behind:
            head = {"count": known.count, "hash": known.hash}
            last = self._write(file, last, REPAIRED, {"dropped_bytes": torn, "not_in_head": behind, "head": head})
        return last


def _head(last: Entry | None) -> Head:
    return Head(last.seq, last.hash) if last else Head()


def _append(file: BinaryIO, line: bytes) -> None:
    view = memoryview(line)
    while view:
        view = view[file.write(view) :]
    os.fsync(file.fileno())


def _tail(file: BinaryIO, path: Path) -> tuple[Entry | None, int]:
    """The last whole entry, and how many bytes of a torn one follow it. Reads only the end of the file."""
    size = file.seek(0, os.SEEK_END)
    tail, step = b"", 4096
    while len(tail) < size and tail.count(b"\n") < 2:
        step = min(size, 2 * step)
        file.seek(size - step)
        tail = file.read(step)
    *whole, torn = tail.split(b"\n")
    if not whole:
        return None, len(torn)
    last = parse(whole[-1])
    if last is None:
        raise RecordError(f"the last line of {path} was altered; `pharmakon ledger verify` says how")
    return last, len(torn)

"""The run's ledger: append-only, hash-chained, durable.

Each line of `ledger.jsonl` carries the SHA-256 of itself and of the line before; `ledger.head.json` beside it anchors
how many there are. An entry that is edited, deleted, inserted, moved or cut off is found and named by `verify`.

What an unsigned chain cannot show: whoever may write the folder can recompute every hash *and* the head, and the
result is flawless. Against that, keep a hash elsewhere (a run prints its last one, the report an earlier one): in a
rewritten ledger no entry bears it. Or let an identity sign it when it is closed (`record.checkpoint`): without the
key it cannot be rewritten. Each entry says who wrote it, and by which clock; only a signature proves who.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

from pharmakon.core.errors import RecordError
from pharmakon.core.files import append, sha256

from .actor import Actor, actor
from .audit import Verification, verify
from .checkpoint import signed
from .clock import clock as clock_source
from .entry import (
    AMENDED,
    CHECKPOINT,
    CLOSED,
    OUTPUT,
    REPAIRED,
    Entry,
    Head,
    locate,
    parse,
    read_head,
    when,
    write_head,
)
from .identity import Signer, configured

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

    Entries are by whoever runs the process (`actor`), or `by` another. The ledger is signed when it is closed, and at
    each checkpoint, by `signer`, or by the identity that the environment names.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        clock: Callable[[], datetime] = utc_now,
        by: Actor | None = None,
        signer: Signer | None = None,
    ) -> None:
        self.path = locate(path)
        self._clock = clock
        self._by = (by or actor()).plain()
        self._signer = signer or configured()  # here: a passphrase that is wrong is told before the work, not after
        self._clock_told = False
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._locked() as file:
            self._recover(file)

    def append(self, event: str, /, **data: Any) -> Entry:
        """Record an event; on return it is on the disk. Several processes and threads may do so at once."""
        return self.append_many([(event, data)])[0]

    def append_many(self, events: Iterable[tuple[str, Mapping[str, Any]]]) -> list[Entry]:
        """Record (event, data) pairs as neighbours; on return all are on the disk, which is waited for once.

        A writer that is killed on the way leaves the first so many of them, or none.
        """
        with self._locked() as file:
            last = self._open_end(file)
            entries: list[Entry] = []
            for event, data in events:
                last = self._made(last, event, data)
                entries.append(last)
            return self._write(file, entries)

    def append_upon(self, made: Callable[[Entry | None], tuple[str, Mapping[str, Any]]]) -> Entry:
        """Record what `made` says of the last entry; nobody can add another in between."""
        with self._locked() as file:
            last = self._open_end(file)
            (entry,) = self._write(file, [self._made(last, *made(last))])
            return entry

    def amend(self, what: str, *, before: Any, after: Any, why: str) -> Entry:
        """Record that something was changed on purpose: what, from what to what, and why. The old value stays.

        Raises RecordError where no reason is given.
        """
        if not why.strip():
            raise RecordError(f"an amendment of {what} needs a reason")
        return self.append(AMENDED, what=what, before=before, after=after, why=why.strip())

    @property
    def signs(self) -> bool:
        """Whether an identity is set, which signs checkpoints and the end."""
        return self._signer is not None

    def checkpoint(self) -> Entry:
        """Let the identity vouch for everything up to here. Raises RecordError where there is none."""
        if self._signer is None:
            raise RecordError("a checkpoint is signed by an identity, and none is set (PHARMAKON_IDENTITY)")
        return self.append(CHECKPOINT)

    def output(self, path: str | Path) -> Entry:
        """Record a file of this run with its SHA-256, so that `verify` names it when it is changed later."""
        path = Path(path)
        try:
            inside = path.resolve().relative_to(self.path.parent.resolve()).as_posix()
        except ValueError:
            raise RecordError(f"{path} is outside the run folder {self.path.parent}") from None
        return self.append(OUTPUT, path=inside, sha256=sha256(path), bytes=path.stat().st_size)

    def beside(self, path: str | Path) -> Entry:
        """Record a file that this run wrote outside of its folder, by its way from there (`record.beside`)."""
        path = Path(path).resolve()
        way = Path(os.path.relpath(path, self.path.parent.resolve())).as_posix()
        return self.append(OUTPUT, path=way, sha256=sha256(path), bytes=path.stat().st_size)

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

    def _made(self, last: Entry | None, event: str, data: Mapping[str, Any]) -> Entry:
        """The entry that follows `last`."""
        now = self._clock().astimezone(UTC)
        time = now.isoformat(timespec="microseconds").replace("+00:00", "Z")
        clock: dict[str, Any] = {} if self._clock_told else {**clock_source()}
        self._clock_told = True
        if last is not None and time < last.time:  # kept, since it happened; marked, since the clock did not
            before = when(last)
            clock["behind"] = round((before - now).total_seconds(), 6) if before else None
        end = _head(last)
        entry = Entry.make(end.count + 1, time, event, data, end.hash, by=self._by, clock=clock)
        return signed(self._signer, entry) if self._signer and event in (CLOSED, CHECKPOINT) else entry

    def _write(self, file: BinaryIO, entries: list[Entry]) -> list[Entry]:
        if entries:
            append(file, b"".join(entry.line() for entry in entries))
            # The head follows its entries: a writer killed in between leaves it behind, and a cut leaves it ahead.
            write_head(self.path, _head(entries[-1]))
        return entries

    def _open_end(self, file: BinaryIO) -> Entry | None:
        """The last entry, which another may follow."""
        last = self._recover(file)
        if last is not None and last.event == CLOSED:
            raise RecordError(f"{self.path} was closed at entry {last.seq}; a new run needs a new folder")
        return last

    def _recover(self, file: BinaryIO) -> Entry | None:
        """The last entry, after mending what a killed writer left."""
        last, torn = _tail(file, self.path)
        have, known = _head(last), read_head(self.path) or Head()
        if known.count > have.count:
            raise RecordError(f"{self.path} was cut after entry {have.count}: its head says {known.count}")
        behind = have.count - known.count
        if (have.hash if not behind else _end_of(file, known, have.count)) != known.hash:
            raise RecordError(f"{self.path} and its head do not belong together; `pharmakon ledger verify` says why")
        if last is not None and last.event == CLOSED:
            if behind:
                write_head(self.path, have)
            return last
        if torn:
            os.ftruncate(file.fileno(), file.seek(0, os.SEEK_END) - torn)
        if torn or behind:
            head = {"count": known.count, "hash": known.hash}
            mended = {"dropped_bytes": torn, "not_in_head": behind, "head": head}
            (last,) = self._write(file, [self._made(last, REPAIRED, mended)])
        return last


def _head(last: Entry | None) -> Head:
    return Head(last.seq, last.hash) if last else Head()


def _end_of(file: BinaryIO, head: Head, count: int) -> str:
    """What the entry after a head that lags behind names as the one before; "" where the lines up to it break."""
    file.seek(0)
    entries = [parse(line) for line in file.read().split(b"\n")[head.count : count]]
    whole = [entry for entry in entries if entry is not None]
    if not whole or len(whole) < count - head.count or whole[0].seq != head.count + 1:
        return ""
    chained = all(b.seq == a.seq + 1 and b.previous == a.hash for a, b in pairwise(whole))
    return whole[0].previous if chained else ""


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

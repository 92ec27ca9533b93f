"""A folder here and its copy at an address: what is written here is there some seconds later, each file whole.

Stores of objects have no renaming and no appending, but a put is whole or absent; so a run works in a folder of this
machine, and its files are put as they are finished. Put last are those that tell of the others.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from pharmakon.core.errors import PharmakonError, UsageError

from .remote import lists, patiently, store_of

EVERY = 5.0
"""Seconds between two looks at what has changed."""
WATCH = 30.0
"""Seconds that another run's sign of life is watched for before it is thought dead."""
LEASE = "lease"
_LAST = ("manifest.jsonl", "run.json", "ledger.jsonl", "ledger.head.json")


class Mirror:
    """The copy at `url` of `folder`, which begins as what is there already.

    Two runs at one address would not harm each other's rows, which are the same, but each its record. So whoever
    writes leaves a lease with a number that changes every few seconds. Nobody's clock is compared with another's: a
    lease whose number does not change while it is watched is that of a dead run.
    """

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url.rstrip("/"), folder
        self._store, self._root = store_of(self.url)
        self._root = self._root.rstrip("/")
        self._sent: dict[str, tuple[int, int]] = {}
        self._token, self._beats, self._next = secrets.token_hex(8), 0, 0.0
        self.failed = False
        """Whether the store could not be reached, or the lease is another's."""

    def names(self) -> list[str]:
        """What lies at the address, but for leases."""
        self._store.invalidate_cache()

        def find() -> list[str]:
            return self._store.find(self._root) if lists(self._store, self._root) else []

        found = patiently(f"{self.url} cannot be listed", find)
        names = [str(name).removeprefix(self._root).lstrip("/") for name in found]
        return sorted(name for name in names if name != LEASE)

    def take(self) -> None:
        """Take the lease. UsageError where another run has it, and lives."""
        if (before := self._lease()) is not None:
            deadline = time.monotonic() + WATCH
            while time.monotonic() < deadline:
                time.sleep(min(1.0, WATCH / 10))
                if (now := self._lease()) != before:
                    if now is None:
                        break
                    raise UsageError(f"another process is working at {self.url}; let it finish, or stop it")
        self._beat()

    def pull(self) -> None:
        """Fetch everything."""
        for name in self.names():
            target = self.folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            content = patiently(
                f"{self.url}/{name} cannot be read", partial(self._store.cat_file, f"{self._root}/{name}")
            )
            target.write_bytes(content)
            self._sent[name] = _stamp(target)

    def push(self, *, now: bool = False) -> None:
        """Put what has changed, and remove what is gone; at most every few seconds, unless it is to be `now`.

        UsageError where another run has taken the lease.
        """
        if not now and time.monotonic() < self._next:
            return
        self.failed = True
        if (held := self._lease()) is not None and not held.startswith(self._token):
            raise UsageError(f"another process has gone on with the run at {self.url}; this one stops")
        here = {
            path.relative_to(self.folder).as_posix(): _stamp(path)
            for path in self.folder.rglob("*")
            if path.is_file() and not path.name.startswith(".")
        }
        changed = [name for name, stamp in here.items() if self._sent.get(name) != stamp]
        for name in sorted(changed, key=lambda name: (name.rpartition("/")[2] in _LAST, name)):
            self._put(name, (self.folder / name).read_bytes())
            self._sent[name] = here[name]
        for name in [name for name in self._sent if name not in here]:
            patiently(f"{self.url}/{name} cannot be removed", partial(self._store.rm, f"{self._root}/{name}"))
            del self._sent[name]
        self._beat()
        self._next = time.monotonic() + EVERY
        self.failed = False

    def keep(self, ended: threading.Event) -> None:
        """Give signs of life until it has ended, however long a shard takes. `push` tells of what is wrong."""
        while not ended.wait(EVERY):
            with suppress(PharmakonError):
                if (self._lease() or "").startswith(self._token):
                    self._beat()

    def leave(self) -> None:
        """Give the lease back."""
        if (self._lease() or "").startswith(self._token):
            patiently(f"{self.url} cannot be written", lambda: self._store.rm(f"{self._root}/{LEASE}"))

    def _lease(self) -> str | None:
        self._store.invalidate_cache()
        path = f"{self._root}/{LEASE}"

        def read() -> str | None:
            try:
                return bytes(self._store.cat_file(path)).decode()
            except FileNotFoundError:
                return None

        return patiently(f"{self.url} cannot be read", read)

    def _beat(self) -> None:
        self._beats += 1
        self._put(LEASE, f"{self._token} {self._beats}".encode())

    def _put(self, name: str, content: bytes) -> None:
        patiently(
            f"{self.url}/{name} cannot be written", lambda: self._store.pipe_file(f"{self._root}/{name}", content)
        )


@contextmanager
def mirrored(url: str, folder: Path, *, resume: bool) -> Iterator[Mirror]:
    """Inside, `folder` is worked in; at the end, also a bad one, what is in it is at the address.

    UsageError where something lies there and nothing is to be resumed.
    """
    mirror = Mirror(url, folder)
    if not resume and mirror.names():
        raise UsageError(f"{url} is not empty; add --resume to go on with a run there, or choose another -o")
    mirror.take()
    ended = threading.Event()
    living = threading.Thread(target=mirror.keep, args=(ended,), daemon=True)
    living.start()
    try:
        mirror.pull()
        yield mirror
    finally:
        ended.set()
        living.join()
        if not mirror.failed:
            mirror.push(now=True)
            mirror.leave()


def _stamp(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_mtime_ns, found.st_size

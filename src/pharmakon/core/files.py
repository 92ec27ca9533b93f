"""Files that are whole or absent, and their fingerprints."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from .errors import PharmakonError, UsageError

_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
_PARTIAL = ".partial"
_NEW = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


def sha256(path: str | Path) -> str:
    """The SHA-256 of a file's bytes, as 64 hexadecimal digits."""
    with (Path(path) if isinstance(path, str) else path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextlib.contextmanager
def replacing(path: str | Path, *, private: bool = False) -> Iterator[BinaryIO]:
    """A stream that becomes `path` when the block ends well, and leaves no trace when it does not.

    A reader sees the old file or the new one, never half of either, even after SIGKILL or a power cut.
    Missing folders are made. A device or a pipe (/dev/stdout) is written straight through. `private`: no other user
    may read it.
    """
    path = Path(path)
    if path.exists() and not path.is_file() and not path.is_dir():
        with path.open("wb") as stream:
            yield stream
        return
    target = path.resolve()  # a symbolic link stays one: its target is replaced
    partial = target.with_name(f".{target.name}.{secrets.token_hex(4)}{_PARTIAL}")
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder")
        target.parent.mkdir(parents=True, exist_ok=True)
        stream = os.fdopen(os.open(partial, _NEW, 0o600 if private else 0o666), "wb")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from None
    try:
        with stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        if error.errno not in _DISK:
            raise
        raise PharmakonError(f"{path} cannot be written: {error.strerror}") from None
    finally:
        partial.unlink(missing_ok=True)


def write_atomic(path: str | Path, content: str | bytes) -> Path:
    """Write a whole file (text as UTF-8, line ends untouched) or leave what was there."""
    with replacing(path) as stream:
        stream.write(content.encode() if isinstance(content, str) else content)
    return Path(path)


def append(stream: BinaryIO, content: bytes, *, durable: bool = True) -> None:
    """Add all of `content` to an unbuffered file, when `durable` to the disk. PharmakonError where that is full."""
    try:
        view = memoryview(content)
        while view:
            view = view[stream.write(view) :]
        if durable:
            os.fsync(stream.fileno())
    except OSError as error:
        if error.errno not in _DISK:
            raise
        raise PharmakonError(f"{stream.name} cannot be written: {error.strerror}") from None


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Inside, no other process that asks for the same may be in `folder`, which is made where it is missing.

    UsageError when one is. The system keeps watch, so a kill leaves nothing behind and no clock is asked; some network
    file systems, and Windows, keep none.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}") from None
    if os.name == "nt":
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        if not locked(handle):
            raise UsageError(f"another process is working in {folder}; let it finish, or stop it")
        yield
    finally:
        os.close(handle)


def locked(file: int | BinaryIO) -> bool:
    """Lock an open file or folder until it is closed; whether no other holds it, or there are no locks to be had."""
    try:
        import fcntl
    except ImportError:  # Windows
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a network file system without locks
        return True
    return True


def sync_folder(path: Path) -> None:
    """Make a folder's new and renamed entries survive a power cut, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def sweep(folder: Path) -> None:
    """Remove what killed writers left behind. Only for a folder that one process writes to."""
    for stale in folder.glob(f".*{_PARTIAL}"):
        stale.unlink(missing_ok=True)

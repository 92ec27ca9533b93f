"""One file over HTTPS: resumed where it stopped, checked, and then whole in its place or not there at all.

What has arrived waits beside the target in a hidden file named by its checksum; a later call goes on from there by an
HTTP range request. A server that stalls, cuts off, or answers 429 or 5xx is asked again after a growing pause. Only the
standard library is used.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO
from urllib.parse import urlsplit

from pharmakon import __version__
from pharmakon.core.errors import DataError, UsageError
from pharmakon.core.files import sha256, sync_folder
from pharmakon.core.types import Progress, silent

BLOCK = 1 << 16
AGAIN = {408, 425, 429, 500, 502, 503, 504}
"""Answers that may be better the next time."""
LONGEST_PAUSE = 60.0
_HERE = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for a server, in seconds, and how often to ask."""

    timeout: float = 30.0
    """For the connection, and for each block."""
    tries: int = 6
    pause: float = 1.0
    """Before the second try; doubled before each further one."""


def download(
    url: str,
    target: Path,
    *,
    expected: str,
    size: int | None = None,
    digest: Callable[[Path], str] = sha256,
    patience: Patience = Patience(),
    progress: Progress = silent,
) -> Path:
    """Fetch `url` into `target`. `digest` of what arrived has to be `expected`; `size` in bytes, where it is known.

    Progress counts bytes. Raises DataError, and leaves `target` as it was, when the server refuses or gives up, or what
    it sent is another file; UsageError for an address that is not HTTPS.
    """
    _check_address(url)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{target.parent} cannot be made: {error.strerror or error}") from None
    partial = target.with_name(f".{target.name}.{expected[:12]}.partial")
    with _alone(partial) as stream:
        resumed = stream.seek(0, os.SEEK_END) > 0
        _fill(url, stream, size=size, patience=patience, progress=progress)
        if digest(partial) != expected and resumed:  # what an earlier call left may have been the wrong part
            _restart(stream)
            _fill(url, stream, size=size, patience=patience, progress=progress)
        if digest(partial) != expected:
            _restart(stream)
            raise DataError(
                f"{url} is not the file of the catalogue: the SHA-256 of what came is not {expected[:12]}...; "
                "it was thrown away"
            )
        os.fsync(stream.fileno())
        partial.replace(target)
    sync_folder(target.parent)
    return target


def _fill(url: str, stream: BinaryIO, *, size: int | None, patience: Patience, progress: Progress) -> None:
    """Ask until everything has arrived. Raises DataError after the last try."""
    reason = ""
    for attempt in range(patience.tries):
        if attempt:
            progress(stream.tell(), size or 0, f"{reason}; trying again")
        wait = patience.pause * 2**attempt
        try:
            if _ask(url, stream, size=size, timeout=patience.timeout, progress=progress):
                return
            reason = "the answer was cut off"
        except urllib.error.HTTPError as error:
            with error:
                reason = f"the server answered {error.code} {error.reason}"
                if error.code not in AGAIN:
                    raise DataError(f"{url} cannot be fetched: {reason}") from None
                wait = max(wait, _retry_after(error))
        except urllib.error.URLError as error:
            reason = str(error.reason)
        except (OSError, http.client.HTTPException) as error:
            reason = str(error) or type(error).__name__
        if attempt + 1 < patience.tries:
            time.sleep(min(wait, LONGEST_PAUSE))
    raise DataError(
        f"{url} cannot be fetched: {reason}, {patience.tries} times; "
        "what has arrived is kept, and the same command goes on from there"
    )


def _ask(url: str, stream: BinaryIO, *, size: int | None, timeout: float, progress: Progress) -> bool:
    """One request for what is missing; whether everything is there now."""
    have = stream.seek(0, os.SEEK_END)
    if size is not None and have == size:
        return True
    if size is not None and have > size:
        have = _restart(stream)
    headers = {"User-Agent": f"pharmakon/{__version__}", "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    request = urllib.request.Request(url, headers=headers)  # noqa: S310  the address was checked
    try:
        answer = _opener().open(request, timeout=timeout)
    except urllib.error.HTTPError as error:
        if error.code != 416:
            raise
        error.close()  # nothing beyond what is there: either all has come, or it is the part of another file
        return size is None or _restart(stream) == size
    with answer:
        if answer.status != 206 or _first_byte(answer) != have:
            have = _restart(stream)  # the server does not resume: it sends everything
        length = answer.headers.get("Content-Length", "")
        whole = have + int(length) if length.isdigit() else size
        if size is not None and whole != size:
            _restart(stream)
            raise DataError(f"{url} is not the file of the catalogue: it has {whole:,} bytes there and {size:,} here")
        while block := answer.read1(BLOCK):  # what is there: a read for more would lose it in a stall
            have += len(block)
            if whole is not None and have > whole:
                _restart(stream)
                raise DataError(f"{url} is not the file of the catalogue: it has more than {whole:,} bytes")
            stream.write(block)
            progress(have, whole or 0, "bytes")
        stream.flush()
        return whole is None or have == whole


def _restart(stream: BinaryIO) -> int:
    stream.seek(0)
    stream.truncate()
    return 0


def _first_byte(answer: http.client.HTTPResponse) -> int:
    found = re.match(r"bytes (\d+)-", answer.headers.get("Content-Range", ""))
    return int(found[1]) if found else -1


def _retry_after(error: urllib.error.HTTPError) -> float:
    text = error.headers.get("Retry-After", "")
    return float(text) if text.isdigit() else 0.0


@contextlib.contextmanager
def _alone(partial: Path) -> Iterator[BinaryIO]:
    """The part that has arrived, open for more. Two processes that wrote to it would spoil it for each other."""
    try:
        stream = partial.open("ab+")
    except OSError as error:
        raise UsageError(f"{partial.parent} cannot be written: {error.strerror or error}") from None
    with stream:
        try:
            _lock(stream)
            mine = os.path.samestat(os.fstat(stream.fileno()), partial.stat())
        except OSError:
            mine = False
        if not mine:
            raise DataError(f"another process is fetching {partial.name[1:].split('.')[0]}; wait for it") from None
        try:
            yield stream
        finally:
            with contextlib.suppress(OSError):
                if partial.stat().st_size == 0:
                    partial.unlink()


def _lock(stream: IO[bytes]) -> None:
    with contextlib.suppress(ImportError):  # Windows: two downloads of one file at a time end in a wrong checksum
        import fcntl

        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows a redirect only to where a request may go."""

    def redirect_request(self, *args: Any) -> urllib.request.Request | None:
        _check_address(args[-1])
        return super().redirect_request(*args)


def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(_Redirects)


def _check_address(url: str) -> None:
    """HTTPS only; plain HTTP inside this machine alone."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _HERE):
        raise UsageError(f"{url} is not an HTTPS address")

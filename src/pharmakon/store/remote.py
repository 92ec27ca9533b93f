"""Files at an address (s3://bucket/library.parquet, gs://, memory://), read as if they lay here, put whole.

Through fsspec, whose drivers know each store. A store that fails is asked again, ever later, for half a minute.
"""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar, cast
from urllib.parse import urlsplit
from urllib.request import url2pathname

from pharmakon.core.errors import DataError, MissingExtra, PharmakonError, UnknownName, UsageError

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

A = TypeVar("A")
WAITS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds before each further try."""
BLOCK = 4 << 20
"""Bytes that are asked for at a time."""
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_MAGIC = re.compile(r"[*?\[]")
_FINAL = (
    FileNotFoundError,
    IsADirectoryError,
    NotADirectoryError,
    NotImplementedError,
    PermissionError,
)


def is_url(text: object) -> bool:
    """Whether a text is an address, and no path."""
    return isinstance(text, str) and _URL.match(text) is not None


def place_of(text: str | Path) -> Path:
    """A path, or what stands for the file at an address and is read like one."""
    if isinstance(text, str):
        return cast("Path", Remote(text)) if is_url(text) else Path(text)
    return text


def path_in(text: str) -> str:
    """The path on this machine that a file:// address names; any other text as it is."""
    return url2pathname(urlsplit(text).path) if text.startswith("file://") else text


def store_of(url: str) -> tuple[AbstractFileSystem, str]:
    """The store that an address is of, and the address as the store writes it.

    MissingExtra where its driver is not installed, UnknownName where none is known.
    """
    protocol = url.partition("://")[0]
    try:
        import fsspec
    except ImportError:
        raise MissingExtra("fsspec", "cloud", needed_for=f"{protocol}://") from None
    try:
        store, path = fsspec.core.url_to_fs(url)
    except ImportError as error:
        driver = next(iter(re.findall(r"[Ii]nstall (\w+)", str(error))), "aiohttp" if "http" in protocol else protocol)
        raise MissingExtra(driver, "cloud", needed_for=f"{protocol}://") from None
    except ValueError:
        raise UnknownName("kind of address", protocol, fsspec.available_protocols()) from None
    return store, path


def patiently(what: str, call: Callable[[], A]) -> A:
    """What `call` gives; it is called again where a store fails. `what` is "s3://bucket/x cannot be read".

    Drivers that try again themselves count: after the sum of the waits there is no further try.
    """
    start, tries = time.monotonic(), 0
    for wait in (*WAITS, None):
        try:
            return call()
        except PharmakonError:
            raise
        except _FINAL as error:
            raise _told(what, error) from None
        except Exception as error:  # noqa: BLE001 - each driver has its own
            tries += 1
            if wait is None or time.monotonic() - start > max(sum(WAITS), 1.0):
                said = str(error) or type(error).__name__
                raise PharmakonError(f"{what}: {said} (tried {tries} times)") from None
            time.sleep(wait)
    raise AssertionError


def listed(pattern: str) -> list[str]:
    """The addresses of the files that an address, or a pattern of addresses, names, by name."""
    store, path = store_of(pattern)
    store.invalidate_cache()

    def found() -> list[str]:
        if _is_file(store, path):
            return [path]
        sign = _MAGIC.search(path)
        if sign is None or not lists(store, path[: sign.start()].rpartition("/")[0]):
            return []
        return sorted(store.glob(path))

    names = patiently(f"{pattern} cannot be listed", found)
    return [store.unstrip_protocol(name) for name in names if name == path or not name.endswith("/")]


def lists(store: AbstractFileSystem, folder: str) -> bool:
    """Whether there is something in a folder. Raises where the store fails, which find and glob take for emptiness."""
    try:
        return bool(store.ls(folder, detail=False))
    except FileNotFoundError:
        return False


@dataclass(frozen=True, slots=True)
class Remote:
    """The file at an address, with what readers ask of a path."""

    url: str

    def __str__(self) -> str:
        return self.url

    @property
    def name(self) -> str:
        return PurePosixPath(self.url).name

    @property
    def suffix(self) -> str:
        return PurePosixPath(self.url).suffix

    @property
    def suffixes(self) -> list[str]:
        return PurePosixPath(self.url).suffixes

    def as_posix(self) -> str:
        return self.url

    def resolve(self) -> Remote:
        return self

    def exists(self) -> bool:
        return self.is_file()

    def is_dir(self) -> bool:
        return False

    def is_file(self) -> bool:
        store, path = store_of(self.url)
        return patiently(f"{self.url} cannot be read", lambda: _is_file(store, path))

    def stat(self) -> Size:
        """Its size."""
        store, path = store_of(self.url)
        return Size(patiently(f"{self.url} cannot be read", lambda: int(store.size(path))))

    def open(self, mode: str = "rb") -> BinaryIO:
        """Its bytes, read in blocks as they are needed."""
        return cast("BinaryIO", io.BufferedReader(_Blocks(self.url, self.stat().st_size), BLOCK))


@dataclass(frozen=True, slots=True)
class Size:
    """What is known of a remote file."""

    st_size: int


@contextmanager
def served(place: Path) -> Iterator[tuple[str, AbstractFileSystem | None]]:
    """A name by which DuckDB can open a file, and the file system to register for it."""
    if not isinstance(place, Remote):
        yield str(place), None
        return
    from datetime import UTC, datetime

    from fsspec import AbstractFileSystem

    class One(AbstractFileSystem):  # type: ignore[misc]
        """The one file; DuckDB reads the parts of it that it needs."""

        protocol, cachable = "remote", False

        def glob(self, path: str, **options: Any) -> list[str]:
            return [path]

        def info(self, path: str, **options: Any) -> dict[str, Any]:
            return {"name": path, "size": place.stat().st_size, "type": "file"}

        def open(self, path: str, mode: str = "rb", **options: Any) -> BinaryIO:
            return place.open(mode)

        def modified(self, path: str) -> datetime:
            return datetime(2000, 1, 1, tzinfo=UTC)

    yield "remote://file.parquet", One()


class _Blocks(io.RawIOBase):
    """Where a reader stands in a remote file."""

    def __init__(self, url: str, size: int) -> None:
        super().__init__()
        self._url, self._size, self._place = url, size, 0
        self._store, self._path = store_of(url)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._place = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence])
        return self._place

    def tell(self) -> int:
        return self._place

    def readinto(self, buffer: Any) -> int:
        start, end = self._place, min(self._size, self._place + len(buffer))
        if start >= end:
            return 0
        said = f"{self._url} cannot be read"
        block = patiently(said, lambda: bytes(self._store.cat_file(self._path, start=start, end=end)))
        if len(block) != end - start:
            raise DataError(f"{self._url} was changed while it was read")
        buffer[: len(block)] = block
        self._place += len(block)
        return len(block)


def _is_file(store: AbstractFileSystem, path: str) -> bool:
    """Raises where the store fails, which fsspec's own question takes for a no."""
    try:
        return bool(store.info(path)["type"] == "file")
    except FileNotFoundError:
        return False


def _told(what: str, error: Exception) -> PharmakonError:
    """What no further try would mend."""
    if isinstance(error, FileNotFoundError):
        return UsageError(f"{what}: there is no such file")
    if isinstance(error, PermissionError):
        return UsageError(f"{what}: access is denied; the store's usual credentials are used")
    return PharmakonError(f"{what}: {str(error) or type(error).__name__}")

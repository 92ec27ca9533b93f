"""A file's bytes as text: compression by its magic number, encoding by trying. Reads in constant memory."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from pharmakon.core.errors import DataError, UsageError
from pharmakon.core.limits import beyond, limit

from .vault import SUFFIX, is_vault, unsealed

_BLOCK = 1 << 20
_OPENERS: dict[bytes, Callable[[BinaryIO], object]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ": lzma.open,
}
_SMALL = 1 << 26
"""Bytes that a compressed file may grow to, however small it is."""
_FOREIGN = {
    b"PK\x03\x04": "a zip archive or an Excel workbook; unpack it, or save the sheet as CSV",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook; save the sheet as CSV",
    b"\x28\xb5\x2f\xfd": "compressed with zstd; decompress it first",
    b"%PDF": "a PDF",
}
_MARKS = {  # the longer first: a UTF-32 mark begins with a UTF-16 one
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@dataclass(slots=True)
class TextFile:
    """A file that can be read as text, as often as needed."""

    path: Path
    encoding: str
    has_nul: bool
    notes: list[str] = field(default_factory=list)

    @contextmanager
    def open(self) -> Iterator[io.TextIOWrapper]:
        """Lines with their own ends (LF, CRLF or CR); nothing is translated but the encoding."""
        with open_bytes(self.path) as stream, reading(self.path):
            yield io.TextIOWrapper(stream, encoding=self.encoding, newline="")

    def lines(self) -> Iterator[str]:
        """The lines, without NUL characters. DataError for one that is beyond the limit LINE."""
        longest = limit("LINE")
        with self.open() as text:
            while line := text.readline(longest + 1):
                if len(line) > longest:
                    raise beyond("LINE", f"a line of {self.path}")
                yield line.replace("\0", "") if self.has_nul else line

    def head(self, size: int = 65_536) -> str:
        """The first characters."""
        with self.open() as text:
            return text.read(size).replace("\0", "")


def open_text(path: Path) -> TextFile:
    """Find the encoding in one pass over the bytes.

    UTF-8 and anything with a byte-order mark are taken as they are; what is not UTF-8 is read as Windows-1252, or as
    Latin-1 where even that fails, and a note says so. DataError for a file that is no text at all, or is damaged.
    """
    start = first_bytes(path)
    if not start:
        raise DataError(f"{path} is empty")
    encoding = next((name for mark, name in _MARKS.items() if start.startswith(mark)), "") or _wide(start)
    has_nul = False
    if not encoding:
        encoding, has_nul = _narrow(path)
    file = TextFile(path, encoding, has_nul)
    if encoding in {"cp1252", "latin-1"}:
        file.notes.append("not UTF-8: read as Latin-1")
    if has_nul:
        file.notes.append("NUL characters left out")
    return file


def first_bytes(path: Path, size: int = 4096) -> bytes:
    """The first bytes, decompressed. UsageError when there is no such file, DataError when it is of a foreign kind."""
    if path.is_dir():
        raise DataError(f"{path} is a folder, not a file")
    if path.exists() and not path.is_file():
        raise DataError(f"{path} is a pipe or a device; save it to a file first")
    with open_bytes(path) as stream, reading(path):
        start = stream.read(size)
    for magic, what in _FOREIGN.items():
        if start.startswith(magic):
            raise DataError(f"{path} is {what}")
    return start


@contextmanager
def open_bytes(path: Path) -> Iterator[BinaryIO]:
    """The decompressed bytes, of a vault's file where it is one; gzip, bzip2 and xz are known by their content."""
    with open_stored(path) as raw:
        magic = raw.read(6)
        size = raw.seek(0, os.SEEK_END)
        raw.seek(0)
        opener = next((opener for mark, opener in _OPENERS.items() if magic.startswith(mark)), None)
        if opener is None:
            yield raw
            return
        with cast(BinaryIO, opener(raw)) as unpacked:
            yield cast(BinaryIO, io.BufferedReader(_Bounded(unpacked, path, size), _BLOCK))


@contextmanager
def open_stored(path: Path) -> Iterator[BinaryIO]:
    """The bytes as they were given: those of a vault are decrypted as they are read, and lie in memory only."""
    if path.suffix.casefold() == SUFFIX or is_vault(path):
        with unsealed(path) as stream:
            yield stream
        return
    try:
        plain = path.open("rb")
    except FileNotFoundError:
        raise UsageError(f"there is no file {path}") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from None
    with plain:
        yield plain


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Damage found on the way becomes a DataError naming the file."""
    try:
        yield
    except EOFError:
        raise DataError(f"{path} is cut off: its compressed data ends too early") from None
    except (OSError, lzma.LZMAError, zlib.error) as error:
        raise DataError(f"{path} is damaged: {error}") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not {error.encoding} text: {error.reason} at byte {error.start}") from None


class _Bounded(io.RawIOBase):
    """What a compressed file holds, refused where it grows like a bomb."""

    def __init__(self, stream: BinaryIO, path: Path, packed: int) -> None:
        super().__init__()
        self._stream, self._path = stream, path
        self._ratio, self._most = max(packed * limit("RATIO"), _SMALL), limit("UNPACKED")
        self._read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        block = self._stream.read(len(buffer))
        buffer[: len(block)] = block
        self._read += len(block)
        if self._read > self._most:
            raise beyond("UNPACKED", f"what {self._path} unpacks to")
        if self._read > self._ratio:
            raise beyond("RATIO", f"what {self._path} unpacks to")
        return len(block)


def _wide(start: bytes) -> str:
    """UTF-16 without a mark shows as a NUL in every second byte."""
    if len(start) < 4:
        return ""
    even, odd = start[0::2].count(0) / len(start[0::2]), start[1::2].count(0) / len(start[1::2])
    if max(even, odd) > 0.7 and min(even, odd) < 0.1:
        return "utf-16-le" if odd > even else "utf-16-be"
    return ""


def _narrow(path: Path) -> tuple[str, bool]:
    for name in ("utf-8", "cp1252"):
        decoder = codecs.getincrementaldecoder(name)()
        has_nul = False
        with open_bytes(path) as stream, reading(path):
            try:
                while block := stream.read(_BLOCK):
                    decoder.decode(block)
                    has_nul = has_nul or b"\0" in block
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                continue
        return name, has_nul
    return "latin-1", has_nul

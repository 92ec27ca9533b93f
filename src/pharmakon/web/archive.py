"""A ZIP archive that is sent while it is made: of any size, in little memory."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

PART = 1 << 18
"""Bytes that are read at a time."""
PACKED = frozenset({".zip", ".gz", ".png", ".parquet", ".npz", ".pdf"})
"""Suffixes of what would not become smaller."""


class _Sent(io.RawIOBase):
    """A stream that cannot go back, and gives away what was written to it."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes | bytearray | memoryview) -> int:  # type: ignore[override]
        self._parts.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        """What was written since it was last asked."""
        whole = b"".join(self._parts)
        self._parts.clear()
        return whole


def zipped(files: Mapping[str, Path], texts: Mapping[str, str] | None = None) -> Iterator[bytes]:
    """The archive of files, and of texts before them, by the names that they have in it, in parts."""
    target = _Sent()
    with zipfile.ZipFile(target, "w", allowZip64=True) as made:
        for name, text in (texts or {}).items():
            made.writestr(name, text)
        for name, path in files.items():
            entry = zipfile.ZipInfo.from_file(path, name, strict_timestamps=False)
            entry.compress_type = zipfile.ZIP_STORED if path.suffix.lower() in PACKED else zipfile.ZIP_DEFLATED
            with path.open("rb") as source, made.open(entry, "w", force_zip64=True) as inside:
                while part := source.read(PART):
                    inside.write(part)
                    if ready := target.taken():
                        yield ready
    yield target.taken()

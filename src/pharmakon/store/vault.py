"""A vault: one file, encrypted at rest. AES-256-GCM in chunks of 1 MiB, under a random key that only this file has.

The chunks follow the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár: Online authenticated-encryption and
its nonce-reuse misuse-resistance, CRYPTO 2015): a chunk's nonce and associated data bear its number and whether it is
the last, so a vault that was cut, lengthened, reordered or mended from another one is refused, not only one whose bits
were changed. The data key is wrapped by a key that is made from a secret (`store.keys`), so another secret changes the
first 512 bytes, and without them nothing can be read: that is erasure.

    bytes       what
    0-15        magic
    16          version, 1
    17          size of a chunk, as a power of two
    18-24       first 7 bytes of every nonce; the other 5 are the chunk's number and whether it is the last
    25-31       zero
    32-47       the file's id
    48-451      the lock: method, cost, salt, name in the keyring, zeros
    452-463     nonce of the wrapped key
    464-511     the data key, wrapped; everything before is its associated data
    512-        chunks, each 16 bytes longer than what it holds; bytes 0-47 are in each one's associated data

Bytes 48-511 lie in one sector of any disk, and are replaced by one write: a power cut leaves the old lock or the new.
"""

from __future__ import annotations

import hashlib
import io
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from pharmakon.core.errors import DataError, UsageError
from pharmakon.core.files import sha256

from .keys import METHODS, Cost, Lock, wrapping_key
from .remote import place_of

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"pharmakon\x00vault\n"
SUFFIX = ".vault"
HEADER, PUBLIC, HEAD, TAG = 48, 452, 512, 16
CHUNK = 20
"""Size of a chunk as a power of two: 1 MiB."""
SMALLEST, LARGEST = 6, 24
"""Sizes of chunks that are read: a forged head cannot ask for more memory than 16 MiB."""
MOST = 1 << 32
"""Chunks that one data key may encrypt, so that no nonce comes twice: 4 PiB."""
LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class Seal:
    """What can be said of a vault without its secret."""

    id: str
    lock: Lock | None
    """None where the key was destroyed."""
    bytes: int
    """Of the file inside."""
    chunk: int
    """Bytes of a chunk."""


def is_vault(path: str | Path) -> bool:
    """Whether a file is a vault, by its content; False for what is no file."""
    path = place_of(path) if isinstance(path, str) else path
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return stream.read(len(MAGIC)) == MAGIC


def seal(source: BinaryIO, target: BinaryIO, lock: Lock, *, chunk: int = CHUNK, cost: Cost | None = None) -> int:
    """Encrypt a stream into another, in constant memory; the number of bytes encrypted.

    `chunk` is the size of a chunk as a power of two. Raises UsageError where the lock's secret is not there.
    """
    aead, key = _data_key()
    header = MAGIC + bytes([1, chunk]) + secrets.token_bytes(7) + bytes(7) + secrets.token_bytes(16)
    target.write(_wrapped(header, key, lock, cost or Cost()))
    # Two buffers, filled in turn: a chunk is the last when nothing follows it.
    here, there = (memoryview(bytearray(1 << chunk)) for _ in range(2))
    total = number = 0
    length = _filled(source, here)
    while True:
        if number >= MOST:
            raise DataError(f"more than {MOST << chunk:,} bytes do not fit into one vault; divide the file")
        following = _filled(source, there) if length == len(here) else 0
        last = not following
        nonce, associated = _nonce(header, number, last=last), _associated(header, number, last=last)
        target.write(aead.encrypt(nonce, here[:length], associated))
        total += length
        if last:
            return total
        here, there, length, number = there, here, following, number + 1


def looked_at(path: str | Path) -> Seal:
    """What a vault says of itself; nothing of it is verified without its secret. DataError for what is no vault."""
    path = Path(path)
    with _opened(path) as stream:
        head = _head(stream, path)
        end = stream.seek(0, os.SEEK_END)
    size = 1 << head[17]
    body = end - HEAD
    return Seal(head[32:48].hex(), _lock(head, path), max(body - TAG * max(1, -(-body // (size + TAG))), 0), size)


@contextmanager
def unsealed(path: str | Path) -> Iterator[BinaryIO]:
    """A vault's file as a stream that can seek; a chunk is decrypted when it is read, and lies in memory only.

    Raises UsageError where the secret is absent, and DataError where it is not this vault's, where the key was
    destroyed, and, on the way, where anything in the file is not as it was locked. What is read before is authentic.
    """
    path = Path(path)
    with _opened(path) as stream:
        head = _head(stream, path)
        yield cast(BinaryIO, io.BufferedReader(_Unsealed(stream, path, head, _unwrapped(head, path)), 1 << 16))


def relock(path: str | Path, lock: Lock, *, cost: Cost | None = None) -> None:
    """Wrap a vault's data key by another secret. The data is not touched, and the old secret opens it no more.

    A copy that somebody kept still opens with the old secret: where that is feared, lock the file anew.
    """
    path = Path(path)
    with _opened(path, "r+b") as stream:
        head = _head(stream, path)
        fresh = _wrapped(head[:HEADER], _unwrapped(head, path), lock, cost or Cost())
        with _opened(path) as again:
            if _head(again, path) != head:  # erased meanwhile, it would come back to life
                raise DataError(f"{path} changed while its key was changed: does another program write to it?")
        _replace(stream, fresh[HEADER:])


def erase(path: str | Path) -> None:
    """Overwrite a vault's wrapped key: nobody can read what it held, whatever secret they have.

    Its header and chunks stay, so that its fingerprint still is the one in a ledger. DataError for what is no vault.
    """
    path = Path(path)
    with _opened(path, "r+b") as stream:
        _head(stream, path)
        _replace(stream, secrets.token_bytes(HEAD - HEADER))  # then zeros: some disks keep no block of zeros
        _replace(stream, bytes(HEAD - HEADER))


def fingerprint(path: str | Path) -> str:
    """A file's SHA-256; a vault's is that of all but its lock, so that it outlives rotation and erasure.

    It needs no secret, and says nothing of what is inside: that of the plain file would let anybody confirm a guess.
    """
    if not is_vault(path):
        return sha256(path)
    digest = hashlib.sha256()
    with place_of(path).open("rb") as stream:
        digest.update(stream.read(HEADER))
        stream.seek(HEAD)
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


class _Unsealed(io.RawIOBase):
    """Where a reader stands in a vault. One chunk is held."""

    def __init__(self, stream: BinaryIO, path: Path, head: bytes, key: bytes) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        super().__init__()
        self._stream, self._path, self._header, self._aead = stream, path, head[:HEADER], AESGCM(key)
        self._size = 1 << head[17]
        body = stream.seek(0, os.SEEK_END) - HEAD
        self._chunks = max(1, -(-body // (self._size + TAG)))
        self._at, self._number, self._block = 0, -1, b""
        # The last chunk says that it is the last, and how long the file is: a cut is found before anything is read.
        self.length = (self._chunks - 1) * self._size + len(self._chunk(self._chunks - 1))

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.length}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if self._at >= self.length:
            return 0
        number, start = divmod(self._at, self._size)
        piece = self._chunk(number)[start : start + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def _chunk(self, number: int) -> bytes:
        if number != self._number:
            self._block, self._number = self._decrypted(number), number
        return self._block

    def _decrypted(self, number: int) -> bytes:
        from cryptography.exceptions import InvalidTag

        last = number == self._chunks - 1
        self._stream.seek(HEAD + number * (self._size + TAG))
        sealed = self._stream.read(self._size + TAG)
        try:
            plain = self._aead.decrypt(
                _nonce(self._header, number, last=last), sealed, _associated(self._header, number, last=last)
            )
        except (InvalidTag, ValueError):  # the latter of fewer bytes than a tag
            raise DataError(
                f"{self._path} is not as it was locked: chunk {number + 1:,} of {self._chunks:,} was altered, moved, "
                "cut off, or is another file's"
            ) from None
        if last and not plain and number:
            raise DataError(f"{self._path} is not as it was locked: an empty chunk follows its end")
        return plain


def _data_key() -> tuple[AESGCM, bytes]:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    key = AESGCM.generate_key(256)
    return AESGCM(key), key


def _nonce(header: bytes, number: int, *, last: bool) -> bytes:
    return header[18:25] + number.to_bytes(4, "big") + bytes([last])


def _associated(header: bytes, number: int, *, last: bool) -> bytes:
    return header + number.to_bytes(8, "big") + bytes([last])


def _wrapped(header: bytes, key: bytes, lock: Lock, cost: Cost) -> bytes:
    """The 512 bytes of a head."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    name, salt, nonce = lock.name.encode(), secrets.token_bytes(16), secrets.token_bytes(12)
    if len(name) > LONGEST_NAME:
        raise UsageError(f"the name of a key has at most {LONGEST_NAME} bytes")
    costs = [cost.log2_n, cost.r, cost.p] if lock.method == "passphrase" else [0, 0, 0]
    method = METHODS.index(lock.method) + 1
    public = (header + bytes([method, *costs]) + salt + bytes([len(name)]) + name).ljust(PUBLIC, b"\0")
    return public + nonce + AESGCM(wrapping_key(lock, salt, cost, make=True)).encrypt(nonce, key, public)


def _unwrapped(head: bytes, path: Path) -> bytes:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    lock = _lock(head, path)
    if lock is None:
        raise DataError(f"{path}: its key was destroyed; what it held cannot be read by anybody")
    try:
        key = AESGCM(wrapping_key(lock, head[52:68], Cost(*head[49:52])))
        return key.decrypt(head[PUBLIC : PUBLIC + 12], head[PUBLIC + 12 :], head[:PUBLIC])
    except InvalidTag:
        raise DataError(
            f"{path} does not open: the {_SAID[lock.method]} is not the one it was locked with, or its head was altered"
        ) from None


_SAID = {"passphrase": "passphrase", "environment": "key in the environment", "keyring": "key in the keyring"}


def _lock(head: bytes, path: Path) -> Lock | None:
    if not any(head[HEADER:]):
        return None
    method, length = head[48], head[68]
    name = head[69 : 69 + length].decode(errors="replace")
    if not 1 <= method <= len(METHODS) or length > LONGEST_NAME:
        raise DataError(f"{path} is not as it was locked: its head was altered")
    return Lock(METHODS[method - 1], name)


def _head(stream: BinaryIO, path: Path) -> bytes:
    head = stream.read(HEAD)
    if not head.startswith(MAGIC):
        raise DataError(f"{path} is not a vault")
    if len(head) < HEAD or head[16] != 1 or not SMALLEST <= head[17] <= LARGEST:
        raise DataError(
            f"{path} is not a vault that can be read: its head was cut or altered, or is of a later version"
        )
    return head


def _filled(stream: BinaryIO, buffer: memoryview) -> int:
    """Bytes read into a buffer, fewer than it holds only at the end: a pipe gives what it has."""
    length = 0
    while length < len(buffer) and (more := cast(io.BufferedIOBase, stream).readinto(buffer[length:])):
        length += more
    return length


def _replace(stream: BinaryIO, lock: bytes) -> None:
    stream.seek(HEADER)
    stream.write(lock)
    stream.flush()
    os.fsync(stream.fileno())


@contextmanager
def _opened(path: Path, mode: str = "rb") -> Iterator[BinaryIO]:
    try:
        stream = cast(BinaryIO, path.open(mode))
    except FileNotFoundError:
        raise UsageError(f"there is no file {path}") from None
    except OSError as error:
        raise DataError(f"{path} cannot be opened: {error.strerror}") from None
    with stream:
        yield stream

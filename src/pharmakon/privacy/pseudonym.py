"""Keyed pseudonyms: the same person has the same token in every file and every call with the same key.

A token is an HMAC-SHA-256 (RFC 2104) of the identifier, cut short and spelt in letters, so that no number hides in it.
Without the key nobody can compute it or try identifiers out. The key lies in a file of its own that only its owner can
read, or in an environment variable, and never beside the results.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import stat
from pathlib import Path

from pharmakon.core.errors import UsageError

VARIABLE = "PHARMAKON_DEIDENTIFY_KEY"
FEWEST = 32
"""Characters that a secret must have."""
LETTERS = "bcdfghjkmnpqrstv"
"""Sixteen consonants: a token is neither a word nor a number."""
LENGTH = 20
FARTHEST = 365
"""Days that a person's dates are moved, at most, either way."""
FOREIGN = re.compile(r"^(?:urn:uuid:|urn:oid:)", re.IGNORECASE)
UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


class Pseudonyms:
    """What stands for an identifier, by a secret key."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.issued: set[str] = set()
        """Every token made, so that whoever looks for leftovers knows them."""

    def __repr__(self) -> str:
        return "Pseudonyms(key hidden)"

    @property
    def fingerprint(self) -> str:
        """Tells two keys apart and reveals neither."""
        return self._spelt("fingerprint", "")[:10]

    def token(self, identifier: str) -> str:
        """Stands for an identifier whatever the case and the spaces around it; a UUID for a UUID; "" for nothing."""
        plain = normal(identifier)
        if not plain:
            return ""
        if UUID.fullmatch(plain):
            made = self._hex("uuid", plain)
            token = f"{made[:8]}-{made[8:12]}-8{made[13:16]}-a{made[17:20]}-{made[20:32]}"
        else:
            token = self._spelt("token", plain)
        self.issued.add(token)
        return token

    def uid(self, uid: str) -> str:
        """A DICOM unique identifier for another: 2.25 and 128 bits as a decimal number (PS3.5, B.2)."""
        token = f"2.25.{int(self._hex('uid', uid.strip())[:32], 16)}"
        self.issued.add(token)
        return token

    def shift(self, person: str) -> int:
        """Days to move all dates of a person: between 1 and 365, back or forth, never 0."""
        drawn = int(self._hex("shift", normal(person)), 16) % (2 * FARTHEST)
        return drawn - FARTHEST if drawn < FARTHEST else drawn - FARTHEST + 1

    def derived(self, purpose: str) -> bytes:
        """A further key of 32 bytes, for a purpose; the key itself is not given away."""
        return hmac.new(self._key, f"key\0{purpose}".encode(), hashlib.sha256).digest()

    def digest(self, content: bytes) -> str:
        """A keyed hash of a file: its owner can tell it again, and nobody can try out what was in it."""
        return hmac.new(self._key, b"file\0" + content, hashlib.sha256).hexdigest()

    def _hex(self, purpose: str, text: str) -> str:
        return hmac.new(self._key, f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()

    def _spelt(self, purpose: str, text: str) -> str:
        return "".join(LETTERS[int(digit, 16)] for digit in self._hex(purpose, text)[:LENGTH])


def normal(identifier: str) -> str:
    """An identifier without case, outer spaces and urn prefix: 12345 of a table is 12345 of a record."""
    return FOREIGN.sub("", identifier.strip()).casefold()


def read_key(path: Path | None, *, output: Path) -> bytes:
    """The key: of the file (made with mode 0600 where there is none), else of the environment.

    Raises UsageError where neither is given, the secret is short, others can read it, or it would lie in `output`.
    """
    if path is None:
        secret = os.environ.get(VARIABLE, "")
        if not secret:
            raise UsageError(f"pseudonyms need a key: give --key FILE, which is made, or set {VARIABLE}")
        return _sound(secret.encode(), f"the variable {VARIABLE}")
    path = path.expanduser()
    if path.resolve().is_relative_to(output.resolve()):
        raise UsageError(f"the key {path} would lie in the output folder {output}: keep it apart from the data")
    if not path.exists():
        return _made(path)
    if not path.is_file():
        raise UsageError(f"{path} is not a file that can hold a key")
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise UsageError(f"others can read the key {path}; run: chmod 600 {path}")
    try:
        return _sound(path.read_bytes().strip(), f"the key {path}")
    except OSError as error:
        raise UsageError(f"the key {path} cannot be read: {error.strerror}") from None


def _made(path: Path) -> bytes:
    secret = secrets.token_hex(32).encode()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise UsageError(f"the key {path} cannot be made: {error.strerror}") from None
    with os.fdopen(handle, "wb") as stream:
        stream.write(secret + b"\n")
    return secret


def _sound(secret: bytes, where: str) -> bytes:
    if len(secret) < FEWEST:
        raise UsageError(f"{where} is too short for a secret: it must have at least {FEWEST} characters")
    return secret

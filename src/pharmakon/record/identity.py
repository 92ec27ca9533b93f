"""An identity: an Ed25519 key with a printed name, whose private half is locked by a secret (`store.keys`).

The file is JSON. AES-256-GCM locks the private half under a key that scrypt makes of a passphrase (or that lies in
the environment or the keyring); name, e-mail and public half are its associated data, so a file whose name was
changed does not open. Whoever verifies needs the public half alone, from a list of trusted people (`record.trust`).
"""

from __future__ import annotations

import json
import os
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pharmakon.core.errors import ConfigError, UsageError
from pharmakon.core.files import write_atomic
from pharmakon.store.keys import METHODS, Cost, Lock, wrapping_key

from .entry import canonical

FORMAT = "pharmakon identity 1"
VARIABLE = "PHARMAKON_IDENTITY"
"""Environment variable: the identity that signs the ledgers of this process when they are closed."""
_KEY = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is in signatures. `key` is the public half, 64 hexadecimal digits."""

    name: str
    email: str
    key: str
    made: str
    lock: Lock
    cost: Cost
    salt: bytes
    sealed: bytes
    """Nonce and private half, locked."""

    def public(self) -> dict[str, str]:
        """What everybody may see, and what opening it is bound to."""
        return {"format": FORMAT, "name": self.name, "email": self.email, "key": self.key, "made": self.made}

    def open(self, *, anew: bool = False, said: str = "") -> Signer:
        """The identity with its private half. With `anew` the passphrase is asked for, and is not remembered.

        `said` is a passphrase that somebody gave a program already; it is not remembered either.

        Raises UsageError where the secret is not there, ConfigError where it is the wrong one.
        """
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        aead = AESGCM(wrapping_key(self.lock, self.salt, self.cost, anew=anew, said=said))
        try:
            private = aead.decrypt(self.sealed[:12], self.sealed[12:], canonical(self.public()))
        except InvalidTag:
            raise ConfigError(
                f"the identity of {self.name} does not open: the passphrase or key is another, or the file was altered"
            ) from None
        return Signer(self.name, self.email, self.key, private)


class Signer:
    """An opened identity. It shows no key, and is never written."""

    def __init__(self, name: str, email: str, key: str, private: bytes) -> None:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        self.name, self.email, self.key = name, email, key
        self._private = Ed25519PrivateKey.from_private_bytes(private)
        if self._private.public_key().public_bytes_raw().hex() != key:
            raise ConfigError(f"the identity of {name} has halves that do not belong together")

    def sign(self, statement: dict[str, Any]) -> str:
        """The Ed25519 signature (RFC 8032) of a statement's canonical JSON, 128 hexadecimal digits."""
        return self.sign_bytes(canonical(statement)).hex()

    def sign_bytes(self, content: bytes) -> bytes:
        """The Ed25519 signature of bytes as they are, 64 bytes."""
        return self._private.sign(content)

    def plain(self) -> dict[str, str]:
        """Who it is, for an entry."""
        return {"name": self.name, "email": self.email, "key": self.key}


def new(
    name: str, email: str, path: Path, lock: Lock, *, made: datetime, cost: Cost | None = None, said: str = ""
) -> Identity:
    """Draw a key and write the identity, readable by its owner alone; `said` is its passphrase, else it is asked for.

    UsageError where the file is there already.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if path.exists():
        raise UsageError(f"{path} exists; an identity is never replaced: choose another -o")
    private, cost, salt, nonce = Ed25519PrivateKey.generate(), cost or Cost(), secrets.token_bytes(16), os.urandom(12)
    key = private.public_key().public_bytes_raw().hex()
    bare = Identity(name, email, key, made.isoformat(timespec="seconds"), lock, cost, salt, b"")
    aead = AESGCM(wrapping_key(lock, salt, cost, make=True, said=said))
    sealed = nonce + aead.encrypt(nonce, private.private_bytes_raw(), canonical(bare.public()))
    locked = {"by": lock.method, "name": lock.name, "scrypt": [cost.log2_n, cost.r, cost.p], "salt": salt.hex()}
    text = json.dumps({**bare.public(), "private": {**locked, "sealed": sealed.hex()}}, indent=2, ensure_ascii=False)
    write_atomic(path, text + "\n")
    path.chmod(0o600)
    return read(path)


def read(path: str | Path) -> Identity:
    """An identity's file; nothing secret is needed. Raises ConfigError for what is none."""
    try:
        return _understood(json.loads(Path(path).read_bytes()))
    except FileNotFoundError:
        raise ConfigError(f"there is no identity at {path}; pharmakon identity new makes one") from None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise ConfigError(f"{path} is not an identity; pharmakon identity new makes one") from None


def _understood(data: dict[str, Any]) -> Identity:
    locked = data["private"]
    if data["format"] != FORMAT or not _KEY.fullmatch(data["key"]) or locked["by"] not in METHODS:
        raise ValueError
    log2_n, r, p = (int(n) for n in locked["scrypt"])
    return Identity(
        name=str(data["name"]),
        email=str(data["email"]),
        key=data["key"],
        made=str(data["made"]),
        lock=Lock(locked["by"], str(locked["name"]), of="identity"),
        cost=Cost(log2_n, r, p),
        salt=bytes.fromhex(locked["salt"]),
        sealed=bytes.fromhex(locked["sealed"]),
    )


_opened: dict[tuple[str, bytes], Signer] = {}


def configured() -> Signer | None:
    """The identity that PHARMAKON_IDENTITY names, opened once in a process; None where it names none."""
    path = os.environ.get(VARIABLE, "").strip()
    if not path:
        return None
    identity = read(path)
    place = (path, identity.sealed)
    if place not in _opened:
        _opened[place] = identity.open()
    return _opened[place]


def holds(key: str, signature: str, statement: dict[str, Any]) -> bool:
    """Whether a signature is that key's, of that statement. False for anything that is not a key or a signature."""
    try:
        return holds_bytes(key, bytes.fromhex(signature), canonical(statement))
    except ValueError:
        return False


def holds_bytes(key: str, signature: bytes, content: bytes) -> bool:
    """Whether a signature is that key's, of these bytes."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
        public.verify(signature, content)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True

"""Secrets that lock a vault or an identity: a passphrase (scrypt), a key in the environment, one in the keyring.

A secret is never a flag, which a list of processes would show, and never part of a message, a log or a run folder.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, get_args

from pharmakon.core.errors import ConfigError, UsageError
from pharmakon.core.lazy import require

Method = Literal["passphrase", "environment", "keyring"]
METHODS: tuple[Method, ...] = get_args(Method)

PASSPHRASE, KEY = "PHARMAKON_VAULT_PASSPHRASE", "PHARMAKON_VAULT_KEY"
NEW = {PASSPHRASE: "PHARMAKON_VAULT_NEW_PASSPHRASE", KEY: "PHARMAKON_VAULT_NEW_KEY"}
"""What a rotation locks with, beside what it opens with."""
VARIABLES = {
    "vault": (PASSPHRASE, KEY),
    "identity": ("PHARMAKON_IDENTITY_PASSPHRASE", "PHARMAKON_IDENTITY_KEY"),
}
"""By what is locked: where a passphrase and a key may stand in the environment."""
SERVICE = "pharmakon-vault"
"""What the system's keyring calls our entries; those of identities end in their own word."""
SHORTEST = 12
"""Characters of a passphrase: whoever has the file may guess as often as they like."""
KEY_BYTES = 32

Asker = Callable[[str], str]
_asker: list[Asker] = []
_told: dict[tuple[str, bool], str] = {}


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess at a passphrase costs: scrypt's N as a power of two, r and p; memory is 128 * r * N bytes.

    2^17, 8, 1 (128 MiB, about half a second) is OWASP's first recommendation for scrypt (RFC 7914).
    """

    log2_n: int = 17
    r: int = 8
    p: int = 1

    def check(self) -> None:
        """Refuse what a forged file could ask for: ConfigError where a guess would need more than 1 GiB."""
        if not (1 <= self.log2_n <= 20 and 1 <= self.r <= 32 and 1 <= self.p <= 16):
            raise ConfigError("the vault asks for a scrypt cost that is out of range: its head was altered")
        if 128 * self.r << self.log2_n > 1 << 30:
            raise ConfigError("the vault asks for more than 1 GiB of memory to open it: its head was altered")


@dataclass(frozen=True, slots=True)
class Lock:
    """How a vault's data key is wrapped: by which method, and under which name in the keyring."""

    method: Method
    name: str = ""
    new: bool = False
    """The secret that a rotation changes to, and not the one that it opens with."""
    of: Literal["vault", "identity"] = "vault"
    """What is locked: each has its own variables, its own place in the keyring, its own name in messages."""

    @property
    def service(self) -> str:
        """What the system's keyring calls entries of this kind."""
        return SERVICE.replace("vault", self.of)

    def variable(self, which: Literal[0, 1]) -> str:
        """Where the passphrase (0) or the key (1) may stand in the environment."""
        name = VARIABLES[self.of][which]
        return NEW.get(name, name) if self.new else name


def ask_with(asker: Asker | None) -> None:
    """Let passphrases be asked for, as a command line at a terminal can; None forgets that, and every passphrase."""
    _told.clear()
    _asker[:] = [asker] if asker else []


def wrapping_key(
    lock: Lock, salt: bytes, cost: Cost, *, make: bool = False, anew: bool = False, said: str = ""
) -> bytes:
    """The 32 bytes that wrap a data key. With `make`, a keyring entry that is not there is made.

    With `anew`, a passphrase is asked for where somebody can answer, whatever was told before, and is not remembered;
    nor is one that a program was told already, `said`.

    Raises UsageError where the secret is not there, ConfigError where it is none. The salt is drawn anew for each
    file and each rotation, so no two data keys are wrapped by one key.
    """
    if lock.method == "passphrase":
        cost.check()
        if said:
            return _stretched.__wrapped__(_long_enough(said) if make else said, salt, cost)
        if anew:
            return _stretched.__wrapped__(_asked_anew(lock), salt, cost)
        return _stretched(_passphrase(lock, make=make), salt, cost)
    secret = _from_environment(lock) if lock.method == "environment" else _from_keyring(lock, make=make)
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), KEY_BYTES, salt, f"pharmakon {lock.of}, wrapping key".encode()).derive(secret)


def destroy(name: str) -> None:
    """Delete a key from the system's keyring: every vault that it wraps is erased. UsageError where there is none."""
    keyring = _keyring()
    if _kept(keyring, SERVICE, name) is None:
        raise UsageError(f"the keyring has no vault key named {name!r}")
    keyring.delete_password(SERVICE, name)


@lru_cache(maxsize=64)
def _stretched(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    """Kept in memory for as long as the program runs: a cohort's files are opened several times each."""
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    return Scrypt(salt, KEY_BYTES, n=1 << cost.log2_n, r=cost.r, p=cost.p).derive(passphrase.encode())


def somebody_answers() -> bool:
    """Whether a passphrase can be asked for, as at a terminal."""
    return bool(_asker)


def _asked_anew(lock: Lock) -> str:
    """A passphrase given for this one time: by the person at the terminal, or else by the environment."""
    variable = lock.variable(0)
    found = _asker[0](f"passphrase of the {lock.of}: ") if _asker else os.environ.get(variable, "")
    if not found:
        raise UsageError(f"the {lock.of} needs its passphrase: run the command at a terminal, or set {variable}")
    return found


def _passphrase(lock: Lock, *, make: bool) -> str:
    variable, place = lock.variable(0), (lock.of, lock.new)
    found = os.environ.get(variable, "") or _told.get(place, "")
    if not found and _asker:
        kind = "new passphrase" if lock.new else "passphrase"
        found = _asker[0](f"{kind} of the {lock.of}: ")
        if make and found != _asker[0](f"{kind} again: "):
            raise UsageError("the two passphrases are not the same; nothing was written")
        _told[place] = found
    if not found:
        raise UsageError(f"the {lock.of} needs its passphrase: set {variable}, or run the command at a terminal")
    if make and len(found) < SHORTEST:
        _told.pop(place, None)
    return _long_enough(found) if make else found


def _long_enough(passphrase: str) -> str:
    if len(passphrase) < SHORTEST:
        raise ConfigError(
            f"the passphrase is too short: at least {SHORTEST} characters, such as five words drawn at random"
        )
    return passphrase


def _from_environment(lock: Lock) -> bytes:
    variable = lock.variable(1)
    text = os.environ.get(variable, "").strip()
    if not text:
        raise UsageError(f"the {lock.of} needs the key in {variable}, which is not set")
    return _read(text, f"{variable} is not a key: it takes 64 hexadecimal digits (openssl rand -hex 32)")


def _from_keyring(lock: Lock, *, make: bool) -> bytes:
    keyring = _keyring()
    text = _kept(keyring, lock.service, lock.name)
    if text is None and not make:
        raise UsageError(
            f"the keyring has no {lock.of} key named {lock.name!r}: it is another user's or machine's, or it was "
            "destroyed"
        )
    if text is None:
        text = secrets.token_hex(KEY_BYTES)
        keyring.set_password(lock.service, lock.name, text)
    return _read(text, f"the keyring's entry {lock.name!r} of {lock.service} is not a key")


def _kept(keyring: Any, service: str, name: str) -> str | None:
    try:
        found: str | None = keyring.get_password(service, name)
    except keyring.errors.KeyringError:
        raise UsageError(
            "this machine has no keyring that can be opened; lock with a passphrase or with the environment instead"
        ) from None
    return found


def _keyring() -> Any:
    return require("keyring", extra="privacy", needed_for="a key in the system's keyring")


def _read(text: str, wrong: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        raise ConfigError(wrong) from None
    if len(key) != KEY_BYTES or len(set(key)) < 8:  # "000...0" is no secret
        raise ConfigError(wrong)
    return key

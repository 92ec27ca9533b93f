"""vault: files encrypted at rest: locked, opened, listed, given another key, and erased by destroying the key."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from pydantic import Field, model_validator

from pharmakon.core.config import Config
from pharmakon.core.errors import DataError, UsageError
from pharmakon.core.files import replacing
from pharmakon.core.types import Progress, silent
from pharmakon.store import keys, vault
from pharmakon.store.keys import Lock, Method
from pharmakon.store.vault import SUFFIX, is_vault

BLOCK = 1 << 20


class LockConfig(Config):
    """Which files, and by what they are locked."""

    files: tuple[Path, ...] = Field(min_length=1, description="files to lock; each gets a data key of its own")
    output: Path | None = Field(
        None, description="the vault, or a folder for several; FILE.vault beside each file when not given"
    )
    key: Method = Field("passphrase", description="what opens it: a passphrase, a key in the environment, the keyring")
    name: str = Field("default", min_length=1, max_length=64, description="keyring: the name of the key there")
    remove: bool = Field(False, description="delete each plain file, once its vault was read back and found equal")
    overwrite: bool = Field(False, description="replace a vault of that name")


class UnlockConfig(Config):
    """Which vault, and where its file goes."""

    file: Path = Field(description="vault to open")
    output: Path | None = Field(None, description="file to write, in the clear; standard output when not given")


class RotateConfig(Config):
    """Which vaults, and what opens them from now on."""

    files: tuple[Path, ...] = Field(min_length=1, description="vaults")
    key: Method = Field("passphrase", description="what opens them from now on")
    name: str = Field("default", min_length=1, max_length=64, description="keyring: the name of the new key")


class EraseConfig(Config):
    """Whose key is destroyed."""

    files: tuple[Path, ...] = Field((), description="vaults whose own data key is destroyed")
    name: str = Field("", max_length=64, description="keyring: destroy the key of this name, and with it every vault")
    yes: bool = Field(False, description="do it: it cannot be undone")

    @model_validator(mode="after")
    def _something(self) -> EraseConfig:
        if bool(self.files) == bool(self.name):
            raise ValueError("name the vaults to erase, or --name a key of the keyring")
        return self


@dataclass(frozen=True, slots=True)
class Listed:
    """What can be said of a vault without its secret."""

    path: Path
    key: str
    """"passphrase", "environment", "keyring NAME", or "destroyed"."""
    bytes: int
    """Of the file inside."""
    id: str
    fingerprint: str
    """SHA-256 of what a rotation or an erasure leaves untouched: what ledgers of cohorts hold."""


def lock(config: LockConfig, *, progress: Progress = silent) -> list[Path]:
    """Encrypt files; the vaults written. Each is whole or absent, and nothing is removed unless it was read back."""
    targets = _targets(config)
    for path, target in zip(config.files, targets, strict=True):
        if config.remove and (path.is_symlink() or (path.is_file() and path.stat().st_nlink > 1)):
            raise UsageError(
                f"{path} has another name, under which the plain file would stay: name the file itself, and remove "
                "its other links first"
            )
        if is_vault(path):
            raise UsageError(f"{path} is a vault already; pharmakon vault rotate changes its key")
        if target.exists() and not config.overwrite:
            raise UsageError(f"{target} exists; add --overwrite, or choose another -o")
    by = Lock(config.key, config.name if config.key == "keyring" else "")
    for done, (path, target) in enumerate(zip(config.files, targets, strict=True)):
        progress(done, len(targets), f"locking {path.name}")
        with _plain(path) as source, replacing(target) as out:
            vault.seal(source, out, by)
        if config.remove:
            _remove(path, target)
    progress(len(targets), len(targets), "")
    return targets


def unlock(config: UnlockConfig, stream: BinaryIO | None = None) -> int:
    """Decrypt a vault into `output`, whole or not at all, or into a stream; the number of bytes.

    Into a stream every piece is authentic, but a vault that was altered further on fails after some were written.
    """
    if config.output is not None:
        if config.output.exists():
            raise UsageError(f"{config.output} exists; choose another -o")
        with replacing(config.output, private=True) as out:
            return _copied(config.file, out.write)
    if stream is None:
        raise UsageError("where should the plain file go? give -o, or a stream")
    return _copied(config.file, stream.write)


def listing(paths: Sequence[Path]) -> list[Listed]:
    """Vaults among files and in folders, without any secret. DataError for a named file that is none."""
    found = []
    for path in paths:
        inside = sorted(p for p in path.rglob("*") if is_vault(p)) if path.is_dir() else [path]
        found += [_listed(one) for one in inside]
    return found


def rotate(config: RotateConfig, *, progress: Progress = silent) -> list[Path]:
    """Wrap the data keys of vaults by another secret; the data is not touched, however large it is."""
    by = Lock(config.key, config.name if config.key == "keyring" else "", new=True)
    for done, path in enumerate(config.files):
        progress(done, len(config.files), path.name)
        before = vault.fingerprint(path)
        vault.relock(path, by)
        if vault.fingerprint(path) != before:
            raise DataError(f"{path} changed while its key was changed: does another program write to it?")
    progress(len(config.files), len(config.files), "")
    return list(config.files)


def erase(config: EraseConfig) -> list[Listed]:
    """Destroy the keys of vaults, or a key of the keyring; what the vaults held cannot be read again. The vaults."""
    if not config.yes:
        raise UsageError(
            "nothing was erased; nobody can read what a vault holds once its key is destroyed: add --yes to do it"
        )
    if config.name:
        keys.destroy(config.name)
        return []
    for path in config.files:
        vault.looked_at(path)  # all are vaults, or none is touched
    for path in config.files:
        vault.erase(path)
    return [_listed(path) for path in config.files]


def plain(found: Listed) -> dict[str, Any]:
    """For JSON."""
    return {
        "path": str(found.path),
        "key": found.key,
        "bytes": found.bytes,
        "id": found.id,
        "fingerprint": found.fingerprint,
    }


def _targets(config: LockConfig) -> list[Path]:
    if folders := [path for path in config.files if path.is_dir()]:
        raise UsageError(f"{folders[0]} is a folder: name the files in it")
    names = [path.with_name(path.name + SUFFIX) for path in config.files]
    if config.output is None:
        return names
    if len(config.files) == 1 and not config.output.is_dir():
        if config.output.suffix.casefold() != SUFFIX:
            raise UsageError(f"{config.output}: the name of a vault ends in {SUFFIX}, so that readers know it")
        return [config.output]
    if len({path.name for path in names}) < len(names):
        raise UsageError("two of the files have one name: lock them one by one")
    return [config.output / path.name for path in names]


def _listed(path: Path) -> Listed:
    seen = vault.looked_at(path)
    key = "destroyed" if seen.lock is None else f"{seen.lock.method} {seen.lock.name}".strip()
    return Listed(path, key, seen.bytes, seen.id, vault.fingerprint(path))


def _plain(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise UsageError(f"there is no file {path}") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from None


def _copied(path: Path, write: Callable[[bytes], object]) -> int:
    total = 0
    with vault.unsealed(path) as stream:
        while block := stream.read(BLOCK):
            write(block)
            total += len(block)
    return total


def _remove(path: Path, target: Path) -> None:
    """Delete a plain file whose vault gives it back. On some disks traces of it stay; the documentation says so."""
    digest = hashlib.sha256()
    _copied(target, digest.update)
    with path.open("rb") as stream:
        if hashlib.file_digest(stream, "sha256").digest() != digest.digest():
            raise DataError(f"{path} is not removed: it changed while it was locked")
    path.unlink()

"""`pharmakon vault lock FILE ...`, `unlock`, `list`, `rotate` and `erase`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from pharmakon.core.errors import UsageError
from pharmakon.workflows import vault as workflow

from . import render
from .flags import from_config
from .progress import progress


@from_config(positional=("files",), short={"output": "-o"})
def lock(config: workflow.LockConfig) -> None:
    """Encrypt files, each under a key of its own. The other verbs read a vault as they read the file in it.

    The secret is asked for, or stands in PHARMAKON_VAULT_PASSPHRASE or PHARMAKON_VAULT_KEY; it is never a flag.
    """
    with progress("vault") as advance:
        written = workflow.lock(config, progress=advance)
    for path, target in zip(config.files, written, strict=True):
        print(f"{path} is locked in {target}{', and was removed' if config.remove else ''}")
    if not config.remove:
        render.note("the plain files are still there; --remove deletes each once its vault was read back")


@from_config(positional=("file",), short={"output": "-o"})
def unlock(config: workflow.UnlockConfig) -> None:
    """Decrypt a vault into a file or to standard output: then what it held lies in the clear."""
    if config.output is None and sys.stdout.isatty():
        raise UsageError("a terminal keeps what it shows; pipe the output into a program, or give -o")
    workflow.unlock(config, sys.stdout.buffer)
    if config.output is not None:
        render.note(f"{config.output} lies in the clear now")


def list_vaults(
    *paths: Annotated[Path, Parameter(help="vaults, and folders to look for them in; this folder when not given")],
    as_json: Annotated[bool, Parameter("--json", negative=(), help="print it as JSON")] = False,
) -> None:
    """Say of vaults what can be said without a secret: what opens them, how large the file is, its fingerprint."""
    found = workflow.listing(paths or (Path(),))
    if as_json:
        print(json.dumps([workflow.plain(one) for one in found], indent=2, ensure_ascii=False))
    elif found:
        rows = [(str(one.path), one.key, f"{one.bytes:,}", one.fingerprint[:16]) for one in found]
        render.table(("vault", "key", "bytes inside", "fingerprint"), rows)
    else:
        render.note("there is no vault")


@from_config(positional=("files",))
def rotate(config: workflow.RotateConfig) -> None:
    """Give vaults another key: the data key is wrapped anew, and the data stays as it is, however large.

    The old secret comes from where it always does, the new one from PHARMAKON_VAULT_NEW_PASSPHRASE or
    PHARMAKON_VAULT_NEW_KEY, or is asked for.
    """
    with progress("vault") as advance:
        changed = workflow.rotate(config, progress=advance)
    for path in changed:
        print(f"{path} opens with the new secret, and not with the old one")


@from_config(positional=("files",))
def erase(config: workflow.EraseConfig) -> None:
    """Destroy the key of vaults: what they hold cannot be read by anybody, and a ledger's hash of it stays true.

    Copies of a vault made before still open, unless it was a key of the keyring that was destroyed.
    """
    for one in workflow.erase(config):
        print(f"{one.path}: its key is destroyed; its fingerprint is still {one.fingerprint}")
    if config.name:
        print(f"the key {config.name!r} is destroyed: the vaults that it wrapped cannot be read, nor any copy of them")

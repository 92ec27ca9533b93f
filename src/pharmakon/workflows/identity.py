"""identity: a key with a printed name, to sign ledgers and records with."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from pydantic import Field

from pharmakon.core.config import Config
from pharmakon.record import identity
from pharmakon.record.identity import Identity
from pharmakon.store.keys import Lock, Method

SUFFIX = ".identity"


class IdentityConfig(Config):
    """Whose identity, and by what its private half is locked."""

    name: str = Field(min_length=1, max_length=100, description="printed name, as it stands in every signature")
    email: str = Field("", max_length=200, description="e-mail address, beside the name")
    output: Path | None = Field(None, description="file to write; NAME.identity when not given")
    key: Method = Field(
        "passphrase",
        description="what opens it: a passphrase, or, for checkpoints alone, a key in the environment or the keyring",
    )


def new(config: IdentityConfig) -> tuple[Path, Identity]:
    """Make an identity; the file and what it says. UsageError where the file is there, or no secret is given."""
    words = re.findall(r"\w+", config.name.casefold())
    path = config.output or Path("-".join(words) + SUFFIX)
    name = path.stem if config.key == "keyring" else ""
    lock = Lock(config.key, name, of="identity")
    return path, identity.new(" ".join(config.name.split()), config.email, path, lock, made=_now())


def show(path: Path) -> Identity:
    """What an identity's file says of itself; nothing secret is needed."""
    return identity.read(path)


def entry(found: Identity) -> str:
    """The identity as a table of a trust list, to be given roles."""
    lines = ["[[people]]", f"name = {_quoted(found.name)}"]
    lines += [f"email = {_quoted(found.email)}"] if found.email else []
    return "\n".join([*lines, f'key = "{found.key}"', "roles = []  # author, reviewer, approver"])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _now() -> datetime:
    return datetime.now().astimezone()

"""sign: an electronic signature of a run or a model, in a meaning, for a reason."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import Field

from pharmakon.core.config import Config
from pharmakon.core.errors import UsageError
from pharmakon.record import approval, identity
from pharmakon.record.actor import Actor
from pharmakon.record.approval import Approval, Signature
from pharmakon.record.crate import redescribed
from pharmakon.record.identity import VARIABLE
from pharmakon.record.notebook import Shown
from pharmakon.record.state import Meaning
from pharmakon.record.trust import TrustList
from pharmakon.store import keys

TRUST = "PHARMAKON_TRUST"
"""Environment variable: the trust list, where none is named."""


class SignConfig(Config):
    """What is signed, in which meaning, why and by whom."""

    record: Path = Field(description="folder of a finished run, or of a model")
    meaning: Meaning = Field(description="what the signature says of the record")
    why: str = Field(min_length=1, max_length=2000, description="the reason, in your own words")
    identity: Path | None = Field(None, description=f"your identity's file; {VARIABLE} when not given")
    trust: Path | None = Field(None, description=f"list of people whose signatures count; {TRUST} when not given")


@dataclass(frozen=True, slots=True)
class SignResult(Shown):
    """The signature that was given, and where the record stands now."""

    signature: Signature
    approval: Approval


def run(config: SignConfig, *, said: str = "", by: Actor | None = None) -> SignResult:
    """Sign a record; the passphrase is asked for each time, or was typed into a program's form as `said`.

    `by` is under which account the signer works, where it is not the one that this process runs under.

    Raises RecordError, a sentence, where the record is not whole or the signature is not permitted; UsageError where no
    identity is named, or where it opens without asking anybody.
    """
    path = config.identity or (Path(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else None)
    if path is None:
        raise UsageError(f"who signs? name your identity with --identity, or in {VARIABLE}")
    who = identity.read(path)
    if who.lock.method != "passphrase":
        raise UsageError(
            f"the identity of {who.name} opens by the {who.lock.method} and asks nobody: it can sign checkpoints; "
            "a signature needs one that is locked by a passphrase"
        )
    asked = "passphrase, asked" if said or keys.somebody_answers() else "passphrase, from the environment"
    found = approval.sign(
        config.record,
        who.open(anew=True, said=said),
        config.meaning,
        config.why,
        authenticated=asked,
        when=datetime.now().astimezone(),
        trust=trusted(config.trust),
        by=by,
    )
    redescribed(config.record)
    return SignResult(found.signatures[-1], found)


def trusted(path: Path | None) -> TrustList | None:
    """The trust list that is named, here or in the environment; None where there is none."""
    named = path or (Path(os.environ[TRUST]) if os.environ.get(TRUST) else None)
    return TrustList.from_toml(named) if named is not None else None

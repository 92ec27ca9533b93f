"""A signed list of files: an in-toto Statement in a DSSE envelope, with the Ed25519 key of an identity.

Any tool that knows in-toto (https://in-toto.io/Statement/v1) and DSSE 1.0 reads it: the signature is of the
pre-authentication encoding of type and payload, and the key's name is its public half in hexadecimal digits.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pharmakon.core.errors import RecordError

from .entry import canonical
from .identity import Signer, holds_bytes
from .trust import TrustList

PAYLOAD = "application/vnd.in-toto+json"
STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://w3id.org/ro/crate/1.1"


@dataclass(frozen=True, slots=True)
class Attested:
    """What an envelope says whose signature holds."""

    files: Mapping[str, str]
    """SHA-256 by name."""
    name: str
    email: str
    key: str
    time: datetime
    head: str
    """Hash of the last entry of the run's ledger."""

    def doubt(self, trust: TrustList | None) -> str:
        """Why the signature does not count; "" where it does, or where there is no trust list."""
        return trust.doubt(self.key, self.name, self.time) if trust else ""


def sign(files: Mapping[str, str], signer: Signer, *, when: datetime, head: str = "") -> bytes:
    """The envelope of a list of files, one line of canonical JSON."""
    statement = {
        "_type": STATEMENT,
        "subject": [{"name": name, "digest": {"sha256": digest}} for name, digest in sorted(files.items())],
        "predicateType": PREDICATE,
        "predicate": {
            "signer": {"name": signer.name, "email": signer.email},
            "time": when.isoformat(timespec="seconds"),
            "ledger": head,
        },
    }
    payload = canonical(statement)
    signature = {"keyid": signer.key, "sig": _text(signer.sign_bytes(pae(PAYLOAD, payload)))}
    return _envelope(payload, signature)


def read(content: bytes) -> Attested:
    """What was signed. RecordError, without a subject, where a single byte is not as it was written."""
    try:
        envelope = json.loads(content)
        payload, (signature,) = _bytes(envelope["payload"]), envelope["signatures"]
        key, sig = str(signature["keyid"]), _bytes(signature["sig"])
        # All of it again, so that nothing outside of what is signed can be another.
        written = _envelope(payload, {"keyid": key, "sig": _text(sig)})
        if written != content or key != key.lower() or not holds_bytes(key, sig, pae(PAYLOAD, payload)):
            raise RecordError("is not what its signer signed")
        statement = json.loads(payload)
        said = statement["predicate"]
        time = datetime.fromisoformat(said["time"])
        if (statement["_type"], statement["predicateType"]) != (STATEMENT, PREDICATE) or time.tzinfo is None:
            raise RecordError("is signed, and is no statement of a crate")
        files = {str(one["name"]): str(one["digest"]["sha256"]) for one in statement["subject"]}
        signer = said["signer"]
        return Attested(files, str(signer["name"]), str(signer["email"]), key, time, str(said["ledger"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise RecordError("is not a signed statement") from None


def pae(kind: str, payload: bytes) -> bytes:
    """DSSE's pre-authentication encoding: what is signed, so that a payload cannot pass for one of another type."""
    return b"DSSEv1 %d %s %d %s" % (len(kind.encode()), kind.encode(), len(payload), payload)


def _envelope(payload: bytes, signature: Mapping[str, Any]) -> bytes:
    return canonical({"payloadType": PAYLOAD, "payload": _text(payload), "signatures": [dict(signature)]}) + b"\n"


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(error) from None

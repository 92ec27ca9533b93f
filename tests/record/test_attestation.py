"""A signed list of files."""

import base64
import json
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from pharmakon.core.errors import RecordError
from pharmakon.record import attestation
from pharmakon.record.attestation import pae, read
from pharmakon.record.identity import Signer
from pharmakon.record.trust import TrustList

WHEN = datetime(2026, 1, 2, tzinfo=UTC)
FILES = {"run/b.csv": "b" * 64, "a.json": "a" * 64}


def signer(name="Ada Author"):
    key = Ed25519PrivateKey.generate()
    return Signer(name, "", key.public_key().public_bytes_raw().hex(), key.private_bytes_raw())


def test_every_flipped_bit_of_an_envelope_is_found():
    content = attestation.sign(FILES, signer(), when=WHEN, head="c" * 64)
    assert read(content).files == FILES
    for place in range(len(content)):
        for bit in range(8):
            with pytest.raises(RecordError):
                read(content[:place] + bytes([content[place] ^ (1 << bit)]) + content[place + 1 :])


def test_it_is_a_dsse_envelope_of_an_in_toto_statement():
    """Read with nothing of ours, as DSSE 1.0 and in-toto's Statement v1 say."""
    who = signer()
    envelope = json.loads(attestation.sign(FILES, who, when=WHEN))
    payload = base64.b64decode(envelope["payload"])
    (one,) = envelope["signatures"]
    said = b"DSSEv1 28 application/vnd.in-toto+json " + str(len(payload)).encode() + b" " + payload
    Ed25519PublicKey.from_public_bytes(bytes.fromhex(one["keyid"])).verify(base64.b64decode(one["sig"]), said)
    statement = json.loads(payload)
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["subject"][0] == {"name": "a.json", "digest": {"sha256": "a" * 64}}
    assert {"predicateType", "predicate"} < statement.keys()


def test_the_encoding_is_that_of_the_specification():
    expected = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    assert pae("http://example.com/HelloWorld", b"hello world") == expected


def test_another_signature_or_a_second_one_does_not_pass():
    mine = json.loads(attestation.sign(FILES, signer(), when=WHEN))
    other = json.loads(attestation.sign({}, signer(), when=WHEN))
    for signatures in (other["signatures"], [], mine["signatures"] * 2):
        with pytest.raises(RecordError):
            read(json.dumps(mine | {"signatures": signatures}).encode())
    with pytest.raises(RecordError, match="not a signed statement"):
        read(b"[]")


def test_whose_signature_counts_a_trust_list_says():
    who, stranger = signer(), signer("Sam Stranger")
    trust = TrustList.model_validate({"people": [{"name": who.name, "key": who.key, "roles": ["author"]}]})
    assert read(attestation.sign(FILES, who, when=WHEN)).doubt(trust) == ""
    assert "not in the trust list" in read(attestation.sign(FILES, stranger, when=WHEN)).doubt(trust)
    assert read(attestation.sign(FILES, stranger, when=WHEN)).doubt(None) == ""

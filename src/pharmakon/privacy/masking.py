"""Sums behind masks: what one hospital sends says nothing, and all of them together say the sum and nothing else.

Pairwise masks after Bonawitz et al. (CCS 2017), without the recovery of those that drop out: every two hospitals agree
on a secret (X25519), stretch it (HKDF-SHA256, ChaCha20) to a stream of random whole numbers, which one of them adds and
the other takes away, modulo 2^64. A hospital's numbers become uniform; added up, the masks are gone.

It protects against whoever collects the files, as long as they pass the hospitals' public keys on unchanged and one
other hospital at least keeps its secret. A round's masks serve once: two different answers to one round give away their
difference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import DataError
from pharmakon.core.types import Floats

Words = NDArray[np.uint64]
BITS = 24
"""Binary places kept of every number: a sum is off by at most hospitals * 2^-25."""
LARGEST = 2.0 ** (62 - BITS)
"""What a sum over all hospitals must stay below."""


def new_secret() -> bytes:
    """A private key of 32 bytes, from the system's randomness."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    return X25519PrivateKey.generate().private_bytes_raw()


def public_key(secret: bytes) -> str:
    """The public half of a private key, as 64 hexadecimal digits."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw().hex()


def mask(values: Floats, *, name: str, secret: bytes, keys: Mapping[str, str], context: bytes) -> Words:
    """Numbers (n,) of the hospital `name` as masked whole numbers (n,). `keys` are the public keys of all hospitals.

    `context` must be another for every round. Raises DataError where the keys hold another key for this hospital, or
    fewer than three hospitals: of two, each would know the other's numbers from the sum.
    """
    if len(keys) < 3:
        raise DataError("masks need three hospitals or more: of two, each would see the other's numbers in the sum")
    if keys.get(name) != public_key(secret):
        raise DataError(f"the key that the others were given for {name!r} is not this one: somebody changed it")
    if len(set(keys.values())) < len(keys):
        raise DataError("two hospitals have the same key")
    words = fixed(values, len(keys))
    for other, key in sorted(keys.items()):
        if other == name:
            continue
        stream = _stream(secret, key, len(words), info=context + b"\0".join(sorted([name.encode(), other.encode()])))
        words = words + stream if name < other else words - stream
    return words


def unmask(parts: Mapping[str, Words], hospitals: Sequence[str]) -> Floats:
    """The sum (n,) of what all hospitals sent. DataError naming a hospital that is missing, or unknown."""
    if absent := [name for name in hospitals if name not in parts]:
        raise DataError(f"without the masked sums of {', '.join(absent)} nothing can be read: all must answer")
    if strangers := [name for name in parts if name not in hospitals]:
        raise DataError(f"{', '.join(strangers)}: not a hospital of this plan; its masks would not cancel")
    total = np.sum([parts[name] for name in hospitals], axis=0, dtype=np.uint64)
    return np.asarray(total.astype(np.int64).astype(np.float64) / 2.0**BITS)


def fixed(values: Floats, hospitals: int) -> Words:
    """Numbers as whole multiples of 2^-BITS, modulo 2^64. DataError where a sum might not fit, or is no number."""
    largest = LARGEST / hospitals
    if not (np.abs(values) < largest).all():
        raise DataError(
            f"a sum is not below {largest:.3g} in size, and would not fit behind a mask: give the values in a larger "
            "unit, or as logarithms"
        )
    return np.round(values * 2.0**BITS).astype(np.int64).astype(np.uint64)


def _stream(secret: bytes, key: str, n: int, *, info: bytes) -> Words:
    """n whole numbers that only the two owners of the keys can know."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    try:
        other = X25519PublicKey.from_public_bytes(bytes.fromhex(key))
        shared = X25519PrivateKey.from_private_bytes(secret).exchange(other)
    except ValueError:
        raise DataError("a hospital's public key is not one") from None
    stretched = HKDF(SHA256(), 32, salt=None, info=b"pharmakon federate\0" + info).derive(shared)
    cipher = Cipher(ChaCha20(stretched, bytes(16)), mode=None).encryptor()
    return np.frombuffer(cipher.update(bytes(8 * n)), dtype="<u8").astype(np.uint64)

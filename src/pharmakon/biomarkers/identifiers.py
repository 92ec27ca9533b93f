"""Identifiers of patients as salted hashes: an equal one is known again, the others cannot be listed.

Whoever guesses an identifier can see whether it is among them. A salt of its own keeps two signatures from being
compared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]


def salt_of(*secrets: str) -> str:
    """A salt, as hexadecimal text, that follows from what it is made of: the same study gives the same bytes."""
    return hashlib.sha256("\x1f".join(["salt", *secrets]).encode()).hexdigest()[:32]


def hashed(identifiers: Iterable[str], salt: str) -> Hashes:
    """A number an identifier (n,); case and surrounding space do not count."""
    texts = (f"{salt}\x1f{one.strip().casefold()}" for one in identifiers)
    numbers = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little") for text in texts]
    return np.array(numbers, dtype=np.uint64)

"""Where the parts of a molecule were seen before: how many drug-like molecules have each ring system or arm.

A molecule is cut as design/fragment.py cuts it, so that its parts are those that the search exchanges. The counts
(tables/fragments.npz, by recipes/fragment_counts.py) are kept by a hash of the part's SMILES.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rdkit.Chem import Mol

from pharmakon.design.fragment import Piece, extract, pieces
from pharmakon.design.graph import flat


class Counts(NamedTuple):
    """Hashes of parts in ascending order, how many molecules have each, and of how many in all."""

    keys: NDArray[np.uint64]
    counts: NDArray[np.uint32]
    molecules: int
    sources: tuple[str, ...]

    def of(self, smiles: str) -> int:
        """How many molecules have a part; 0 for one that none has."""
        key = np.uint64(key_of(smiles))
        at = int(np.searchsorted(self.keys, key))
        return int(self.counts[at]) if at < len(self.keys) and self.keys[at] == key else 0


@dataclass(frozen=True, slots=True)
class Origin:
    """A part: its SMILES with `*` at the open ends, its atoms, and how many molecules of the collection have it."""

    smiles: str
    kind: str
    """ring system, linker or substituent."""
    atoms: tuple[int, ...]
    molecules: int

    @property
    def unseen(self) -> bool:
        """Whether no molecule of the collection has it."""
        return not self.molecules


def origins(smiles: str) -> list[Origin]:
    """The parts of a molecule with their counts, rarest first; atoms are those of the flat molecule."""
    mol = flat(smiles)
    if mol is None:
        return []
    known = fragment_counts()
    found = [Origin(text, _kind(piece), tuple(sorted(piece.atoms)), known.of(text)) for text, piece in parts(mol)]
    return sorted(found, key=lambda one: (one.molecules, one.atoms))


def parts(mol: Mol) -> list[tuple[str, Piece]]:
    """The readable parts of a flat molecule; a molecule that cannot be cut has none."""
    return [(text, piece) for piece in pieces(mol) if piece.ends and (text := extract(mol, piece))]


def key_of(smiles: str) -> int:
    """What a part is counted under: 64 bits."""
    return int.from_bytes(hashlib.blake2b(smiles.encode(), digest_size=8).digest(), "big")


@cache
def fragment_counts() -> Counts:
    """The table, read once."""
    with (files("pharmakon.design") / "tables" / "fragments.npz").open("rb") as stream, np.load(stream) as arrays:
        sources = arrays["sources"].tobytes().decode().split("\n")
        return Counts(arrays["keys"], arrays["counts"], int(arrays["molecules"]), tuple(sources))


def _kind(piece: Piece) -> str:
    if piece.ring:
        return "ring system"
    return "substituent" if len(piece.ends) == 1 else "linker"

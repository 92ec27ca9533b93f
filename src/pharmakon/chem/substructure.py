"""Which of many molecules have a substructure: a screen of fingerprints, then the exact search of what it leaves."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem, DataStructs, rdBase
from rdkit.Chem import Mol, rdSubstructLibrary

from pharmakon.core.errors import DataError, Unavailable

BITS = 1024
LONGEST, MOST_ATOMS = 1_000, 200
"""Of a query: characters and atoms."""
BLOCK = 500
"""Molecules between two looks at the clock."""
_AROMATIC = re.compile(r"[cnosp]|\[[cnosp](?:[&;][^,]*)?\]")
_ALIPHATIC = re.compile(r"(?:Cl|Br|[BCNOSPFI])|\[(?:Cl|Br|[BCNOSPFI])(?:[&;][^,]*)?\]")
"""Atoms of a SMARTS that are certainly the one or the other."""
_AROMATIC_BOND, _SINGLE_BOND = (Chem.MolFromSmarts(text).GetBondWithIdx(0) for text in ("*:*", "*-*"))
_LOOSE = Chem.MolFromSmarts("a-;@a")


def read_smarts(text: str) -> Mol:
    """A query. Raises DataError where the text is no SMARTS, or is too large to be searched for."""
    text = text.strip()
    if len(text) > LONGEST:
        raise DataError(f"the substructure has {len(text):,} characters; the limit is {LONGEST:,}")
    with rdBase.BlockLogs():
        query = Chem.MolFromSmarts(text) if text else None
    if query is None or not query.GetNumAtoms():
        raise DataError(f"{text!r} is not a SMARTS: a substructure such as c1ccncc1 or [NX3;H2]")
    if query.GetNumAtoms() > MOST_ATOMS:
        raise DataError(f"the substructure has {query.GetNumAtoms()} atoms; the limit is {MOST_ATOMS}")
    return query


def pattern_bits(mols: Sequence[Mol | None]) -> NDArray[np.uint8]:
    """RDKit's pattern fingerprints packed eight to a byte, shape (n, BITS // 8); a None is all zeros.

    A molecule that lacks a bit of a query lacks the query.
    """
    packed = np.zeros((len(mols), BITS // 8), np.uint8)
    for row, mol in zip(packed, mols, strict=True):
        if mol is not None:
            row[:] = np.frombuffer(DataStructs.BitVectToBinaryText(Chem.PatternFingerprint(mol, fpSize=BITS)), np.uint8)
    return packed


def has_loose_bond(mols: Sequence[Mol | None]) -> NDArray[np.bool_]:
    """Which molecules have a ring bond between aromatic atoms that is not aromatic: one in fifty. See `may_have`."""
    return np.array([mol is not None and mol.HasSubstructMatch(_LOOSE) for mol in mols], dtype=bool)


def may_have(query: Mol, packed: NDArray[np.uint8], loose: NDArray[np.bool_] | None = None) -> NDArray[np.intp]:
    """The rows of `pattern_bits` that a query is not ruled out in, in order.

    A bond that a SMARTS does not write is single or aromatic, and a fingerprint of such a bond tells little. At an
    aliphatic atom it can only be single; in a ring, between aromatic atoms, it can be aromatic, or else the molecule is
    one of those that `has_loose_bond` named. With these, `loose`, a query of aromatic rings leaves far fewer rows.
    """
    sharp, assumed = _sharpened(query, rings=loose is not None)
    left = _with_bits(sharp, packed)
    if assumed and loose is not None:
        few = np.flatnonzero(loose)
        left = np.union1d(left, few[_with_bits(query, packed[few])])
    return left


def _sharpened(query: Mol, *, rings: bool) -> tuple[Mol, bool]:
    """A query whose unwritten bonds are what they must be, with `rings` also in aromatic rings, and if any of these."""
    sharp, assumed = Chem.RWMol(query), False
    Chem.FastFindRings(sharp)
    for bond in list(sharp.GetBonds()):
        ends = [atom.GetSmarts() for atom in (bond.GetBeginAtom(), bond.GetEndAtom())]
        if bond.GetSmarts():  # type: ignore[call-arg]  # the stubs want the bond twice
            continue
        if any(_ALIPHATIC.fullmatch(end) for end in ends):
            sharp.ReplaceBond(bond.GetIdx(), _SINGLE_BOND)
        elif rings and bond.IsInRing() and all(_AROMATIC.fullmatch(end) for end in ends):
            sharp.ReplaceBond(bond.GetIdx(), _AROMATIC_BOND)
            assumed = True
    return sharp.GetMol(), assumed


def _with_bits(query: Mol, packed: NDArray[np.uint8]) -> NDArray[np.intp]:
    """The rows that have every bit of a query."""
    query.UpdatePropertyCache(strict=False)
    wanted = pattern_bits([query])[0]
    left = np.flatnonzero(packed.any(axis=1)) if not wanted.any() else np.arange(len(packed))
    for place in np.flatnonzero(wanted):  # byte by byte: each leaves fewer rows for the next
        left = left[(packed[left, place] & wanted[place]) == wanted[place]]
    return left


def having(query: Mol, smiles: Sequence[str], *, seconds: float, threads: int = 1) -> Iterator[tuple[int, list[int]]]:
    """The exact search: again and again how many molecules are done, and which of these have the query, in order.

    The SMILES are RDKit's own. Raises Unavailable when the time is over.
    """
    until = time.monotonic() + seconds
    # Read on trust, which is seven times as fast, a molecule has neither stereo at its double bonds nor hybridisation.
    trusted = not any(sign in Chem.MolToSmarts(query) for sign in "/\\^")
    for start in range(0, len(smiles), BLOCK):
        holder = (
            rdSubstructLibrary.CachedTrustedSmilesMolHolder() if trusted else rdSubstructLibrary.CachedSmilesMolHolder()
        )
        block = smiles[start : start + BLOCK]
        for text in block:
            holder.AddSmiles(text)
        found = rdSubstructLibrary.SubstructLibrary(holder).GetMatches(query, numThreads=threads, maxResults=len(block))
        yield start + len(block), sorted(start + int(i) for i in found)
        if time.monotonic() > until and start + BLOCK < len(smiles):
            raise Unavailable(f"the search took longer than {seconds:g} s: ask for a larger substructure")

"""Fingerprints: six views of a molecule as counts of its parts, and packed bits for similarity."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from rdkit import DataStructs, rdBase
from rdkit.Avalon import pyAvalonTools
from rdkit.Chem import GetDistanceMatrix, Mol, MolFromSmiles, MolToSmiles, rdFingerprintGenerator

from pharmakon.core.errors import UnknownName

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

VIEWS = ("ecfp4", "ecfp6", "fcfp4", "atom_pair", "torsion", "avalon")
COLUMNS = 2**24
"""Width of `counts`. RDKit's ids are hashes of 32 or more bits; folding them to 24 merges about one pair of
features in a thousand on a training set and lets an id fit an int32."""
AVALON_BITS = 1024
_BLOCK = 1000

_features = rdFingerprintGenerator.GetMorganFeatureAtomInvGen
_GENERATORS: dict[str, Any] = {
    "ecfp4": rdFingerprintGenerator.GetMorganGenerator(radius=2),
    "ecfp6": rdFingerprintGenerator.GetMorganGenerator(radius=3),
    "fcfp4": rdFingerprintGenerator.GetMorganGenerator(radius=2, atomInvariantsGenerator=_features()),
    "atom_pair": rdFingerprintGenerator.GetAtomPairGenerator(),
    "torsion": rdFingerprintGenerator.GetTopologicalTorsionGenerator(),
}


def counts(mols: Iterable[Mol | None], view: str) -> csr_matrix:
    """Unhashed feature counts, uint16, shape (n, 2**24), column indices sorted; a None is an empty row.

    Avalon has no unhashed form: it uses the first 1,024 columns.
    """
    from scipy.sparse import csr_matrix

    lengths, columns, values = [np.zeros(1, np.int64)], list[NDArray[np.int32]](), list[NDArray[np.uint16]]()
    waiting = iter(mols)
    while block := list(islice(waiting, _BLOCK)):
        row, feature, number = _found(block, view)
        cell, where = np.unique(row * COLUMNS + feature % COLUMNS, return_inverse=True)
        lengths.append(np.bincount(cell // COLUMNS, minlength=len(block)))
        columns.append((cell % COLUMNS).astype(np.int32))
        total = np.bincount(where, weights=number, minlength=len(cell))
        values.append(np.minimum(total, np.iinfo(np.uint16).max).astype(np.uint16))
    data = np.concatenate(values) if values else np.empty(0, np.uint16)
    indices = np.concatenate(columns) if columns else np.empty(0, np.int32)
    indptr = np.cumsum(np.concatenate(lengths), dtype=np.int32)
    matrix = csr_matrix((data, indices, indptr), shape=(len(indptr) - 1, COLUMNS))
    matrix.has_sorted_indices = True
    return matrix


def dense_counts(mols: Sequence[Mol | None], view: str, n_bits: int = 1024) -> NDArray[np.uint8]:
    """Counts folded into `n_bits` columns, saturating at 255; shape (n, n_bits)."""
    dense = np.zeros((len(mols), n_bits), np.uint8)
    for start in range(0, len(mols), _BLOCK):
        rows = dense[start : start + _BLOCK]
        row, feature, number = _found(mols[start : start + _BLOCK], view)
        total = np.zeros(rows.size, np.int64)
        np.add.at(total, row * n_bits + feature % n_bits, number)
        rows[:] = np.minimum(total, 255).reshape(rows.shape)
    return dense


def occurrences(mol: Mol, view: str) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Every part of a molecule that is counted in a view, once for each time: feature ids (k,) and atoms (k, n_atoms).

    Raises UnknownName for Avalon, which does not say where it found what it counts.
    """
    if view not in _GENERATORS:
        raise UnknownName("fingerprint", view, _GENERATORS)
    told: Any = rdFingerprintGenerator.AdditionalOutput()
    told.AllocateBitInfoMap()
    told.AllocateBitPaths()
    _GENERATORS[view].GetSparseCountFingerprint(mol, additionalOutput=told)
    if view in ("atom_pair", "torsion"):
        paths = told.GetBitInfoMap() if view == "atom_pair" else told.GetBitPaths()
        found = [(feature, list(path)) for feature, seen in paths.items() for path in seen]
        atoms = np.zeros((len(found), mol.GetNumAtoms()), dtype=bool)
        for row, (_, path) in zip(atoms, found, strict=True):
            row[path] = True
        return np.array([feature for feature, _ in found], dtype=np.int64), atoms
    seen = [(feature, *place) for feature, places in told.GetBitInfoMap().items() for place in places]
    features, centres, radii = np.array(seen, dtype=np.int64).reshape(-1, 3).T
    return features, GetDistanceMatrix(mol)[centres] <= radii[:, None]


def bits(mols: Sequence[Mol | None], n_bits: int = 2048, radius: int = 2) -> NDArray[np.uint8]:
    """Morgan (ECFP) bits packed eight to a byte, shape (n, n_bits // 8); a None is all zeros."""
    generator: Any = rdFingerprintGenerator.GetMorganGenerator(radius=radius, fpSize=n_bits)
    packed = np.zeros((len(mols), n_bits // 8), np.uint8)
    for row, mol in zip(packed, mols, strict=True):
        if mol is not None:
            row[:] = np.frombuffer(DataStructs.BitVectToBinaryText(generator.GetFingerprint(mol)), np.uint8)
    return packed


def bit_vector(mol: Mol, view: str) -> DataStructs.ExplicitBitVect:
    """2,048 hashed bits of a view that is not Avalon, as RDKit compares them."""
    if view not in _GENERATORS:
        raise UnknownName("fingerprint", view, _GENERATORS)
    found: DataStructs.ExplicitBitVect = _GENERATORS[view].GetFingerprint(mol)
    return found


def bits_of_smiles(smiles: Sequence[str], n_bits: int = 2048, radius: int = 2) -> NDArray[np.uint8]:
    """`bits` of SMILES, read a thousand at a time: a list of molecules takes thirty times the room of their bits."""
    silence = rdBase.BlockLogs()
    blocks = [
        bits([MolFromSmiles(text) for text in smiles[start : start + _BLOCK]], n_bits, radius)
        for start in range(0, len(smiles), _BLOCK)
    ]
    del silence
    return np.concatenate(blocks) if blocks else np.zeros((0, n_bits // 8), np.uint8)


def _found(mols: Sequence[Mol | None], view: str) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """The features of molecules: each one's molecule, id and count, in one row after the other.

    They are read off the binary form of RDKit's sparse vectors: to make a dict of each would cost as much as the
    atom pairs themselves.
    """
    fingerprint = _fingerprint(view)
    silence = rdBase.BlockLogs()
    blobs = [fingerprint(mol).ToBinary() if mol is not None else b"" for mol in mols]
    del silence
    # Version and width of an id (int32 each), length and number of entries (ids), then the entries.
    width = next((blob[4] for blob in blobs if blob), 8)
    entry, head = np.dtype([("id", f"<u{width}"), ("number", "<i4")]), 8 + 2 * width
    entries = np.frombuffer(b"".join([blob[head:] for blob in blobs]), entry)
    lengths = [max(len(blob) - head, 0) // entry.itemsize for blob in blobs]
    row = np.repeat(np.arange(len(mols)), lengths)
    return row, entries["id"].astype(np.int64), entries["number"].astype(np.int64)


def _fingerprint(view: str) -> Callable[[Mol], Any]:
    if view == "avalon":
        return _avalon
    if view not in _GENERATORS:
        raise UnknownName("fingerprint", view, VIEWS)
    return _GENERATORS[view].GetSparseCountFingerprint  # type: ignore[no-any-return]


def _avalon(mol: Mol) -> Any:
    # From the SMILES, which Avalon reads itself: 2.5 times faster than from the Mol. The counts of the two routes
    # differ, their use in a kernel does not; what matters is that training and prediction take the same one.
    return pyAvalonTools.GetAvalonCountFP(MolToSmiles(mol), True, AVALON_BITS)

"""The files of an index of structures: written once, in two passes over blocks of fingerprints, then memory-mapped."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from pharmakon.chem.neighbours import NARROW, WIDE, Neighbours, as_words, folded, levels_of, ones_of

INDEX, MOLECULES, ENDS, PATTERNS, PROBLEMS = "index.json", "molecules.tsv", "ends.npy", "patterns.npy", "problems.csv"
LOOSE = "loose.npy"
WORDS, FOLD, LEVELS, ORDER = "ecfp4.npy", "fold.npy", "levels.npy", "order.npy"
FINGERPRINTS = (WORDS, FOLD, LEVELS, ORDER)
FILES = (*FINGERPRINTS, PATTERNS, LOOSE, MOLECULES, ENDS, PROBLEMS)
PROBLEM_COLUMNS = ("row", "id", "structure", "problem")
PROBES = ("CC(=O)Oc1ccccc1C(=O)O", "Cn1c(=O)c2c(ncn2C)n(C)c1=O", "C[C@H](N)C(=O)N1CCC[C@H]1C#N", "OS(=O)(=O)/C=C/CCl")

Blocks = Callable[[], Iterable[NDArray[np.uint8]]]


def write_fingerprints(blocks: Blocks, folder: Path, *, bits: int) -> int:
    """Write the files of `Neighbours`; how many rows there are.

    `blocks()` gives the packed bits, (n, bits / 8) at a time, and is called twice: to count, and to put each row where
    it belongs. One block is held at a time.
    """
    counts = np.zeros(bits + 1, np.int64)
    for packed in blocks():
        counts += np.bincount(ones_of(as_words(packed)), minlength=bits + 1)
    levels, n = levels_of(counts), int(counts.sum())
    words = created(folder / WORDS, np.uint64, (n, bits // 64))
    fold = created(folder / FOLD, np.uint64, (NARROW + WIDE, n))
    order = created(folder / ORDER, np.uint32, (n,))
    place, first = levels[:-1].copy(), 0
    for packed in blocks():
        block = as_words(packed)
        ones = ones_of(block)
        here = np.argsort(ones, kind="stable")
        sizes = np.bincount(ones, minlength=bits + 1)
        # Within its level each row comes after those before it.
        rank = np.arange(len(block)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        target = place[ones[here]] + rank
        words[target], fold[:, target], order[target] = block[here], folded(block[here]), first + here
        place += sizes
        first += len(block)
    np.save(folder / LEVELS, levels, allow_pickle=False)
    for array in (words, fold, order):
        flush(array)
    return n


def write_joined(blocks: Iterable[NDArray[Any]], path: Path, n: int) -> None:
    """Blocks of rows, n in all, as one array."""
    joined: NDArray[Any] | None = None
    first = 0
    for block in blocks:
        if joined is None:
            joined = created(path, block.dtype, (n, *block.shape[1:]))
        joined[first : first + len(block)] = block
        first += len(block)
    if joined is not None:
        flush(joined)


def probe(bits: int) -> str:
    """What this version of RDKit makes of a few molecules: with other bits an index would be searched in vain."""
    from pharmakon.chem import fingerprints, substructure

    mols = [Chem.MolFromSmiles(smiles) for smiles in PROBES]
    made = fingerprints.bits(mols, bits).tobytes() + substructure.pattern_bits(mols).tobytes()
    return hashlib.sha256(made).hexdigest()


def open_fingerprints(folder: Path) -> Neighbours:
    """What `write_fingerprints` wrote, memory-mapped."""
    words, fold, levels, order = (mapped(folder / name) for name in FINGERPRINTS)
    return Neighbours(words, fold, np.array(levels), order)


def mapped(path: Path) -> NDArray[Any]:
    """A file's array, read where it is looked at; as a plain array, whose slices cost less than np.memmap's."""
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))


def created(path: Path, dtype: Any, shape: tuple[int, ...]) -> NDArray[Any]:
    """A new file for an array, to be filled. Of no rows it is written at once: nothing cannot be mapped."""
    if 0 in shape:
        np.save(path, np.zeros(shape, dtype), allow_pickle=False)
        return np.zeros(shape, dtype)
    return np.lib.format.open_memmap(path, mode="w+", dtype=dtype, shape=shape)


def flush(array: NDArray[Any]) -> None:
    """See to it that a mapped array's file is on the disk."""
    if isinstance(array, np.memmap):
        array.flush()

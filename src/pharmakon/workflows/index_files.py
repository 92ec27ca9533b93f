"""The files of an index of structures: written once, in two passes over blocks of fingerprints, then memory-mapped."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from pharmakon.chem.neighbours import NARROW, WIDE, Neighbours, as_words, folded, levels_of, ones_of
from pharmakon.core.errors import DataError, PharmakonError

INDEX, MOLECULES, ENDS, PATTERNS, PROBLEMS = "index.json", "molecules.tsv", "ends.npy", "patterns.npy", "problems.csv"
LOOSE = "loose.npy"
WORDS, FOLD, LEVELS, ORDER = "ecfp4.npy", "fold.npy", "levels.npy", "order.npy"
FINGERPRINTS = (WORDS, FOLD, LEVELS, ORDER)
FILES = (*FINGERPRINTS, PATTERNS, LOOSE, MOLECULES, ENDS, PROBLEMS)
PROBLEM_COLUMNS = ("row", "id", "structure", "problem")
PROBES = ("CC(=O)Oc1ccccc1C(=O)O", "Cn1c(=O)c2c(ncn2C)n(C)c1=O", "C[C@H](N)C(=O)N1CCC[C@H]1C#N", "OS(=O)(=O)/C=C/CCl")

ZEROS = 1 << 20
"""Bytes written in one go."""

Blocks = Callable[[], Iterable[NDArray[np.uint8]]]


def write_files(shards: Sequence[Path], folder: Path, *, bits: int) -> int:
    """Write the files of an index, all but its manifest, from those of its shards; how many molecules there are."""
    from pharmakon.store.writers import CsvText

    def each(name: str) -> Iterator[NDArray[Any]]:
        for path in shards:
            with np.load(path, allow_pickle=False) as shard:
                yield shard[name]

    n = write_fingerprints(lambda: each("packed"), folder, bits=bits)
    write_joined(each("patterns"), folder / PATTERNS, n)
    write_joined(each("loose"), folder / LOOSE, n)
    saved(folder / ENDS, np.cumsum(np.concatenate(list(each("lengths"))), dtype=np.int64))
    with writing(folder / MOLECULES) as out:
        out.writelines(text.tobytes() for text in each("text"))
    with writing(folder / PROBLEMS) as out:
        out.write(CsvText(PROBLEM_COLUMNS).header().encode())
        out.writelines(text.tobytes() for text in each("problems"))
    return n


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
    saved(folder / LEVELS, levels)
    for name, array in ((WORDS, words), (FOLD, fold), (ORDER, order)):
        flush(array, folder / name)
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
        flush(joined, path)


def probe(bits: int) -> str:
    """What this version of RDKit makes of a few molecules: with other bits an index would be searched in vain."""
    from pharmakon.chem import fingerprints, substructure

    mols = [Chem.MolFromSmiles(smiles) for smiles in PROBES]
    made = fingerprints.bits(mols, bits).tobytes() + substructure.pattern_bits(mols).tobytes()
    return hashlib.sha256(made).hexdigest()


def open_fingerprints(folder: Path) -> Neighbours:
    """What `write_fingerprints` wrote, memory-mapped. Raises DataError where the files do not belong together."""
    words, fold, levels, order = (mapped(folder / name) for name in FINGERPRINTS)
    n, bits = len(order) if order.ndim else 0, 64 * (words.shape[1] if words.ndim == 2 else 0)
    _check(folder / ORDER, order, np.uint32, (n,))
    _check(folder / WORDS, words, np.uint64, (n, bits // 64))
    _check(folder / FOLD, fold, np.uint64, (NARROW + WIDE, n))
    _check(folder / LEVELS, levels, np.int64, (bits + 2,))
    if levels[0] != 0 or levels[-1] != n or (np.diff(levels) < 0).any():
        raise damaged(folder / LEVELS)
    return Neighbours(words, fold, np.array(levels), order)


def mapped(path: Path, dtype: Any = None, shape: tuple[int, ...] = ()) -> NDArray[Any]:
    """A file's array, read where it is looked at; as a plain array, whose slices cost less than np.memmap's.

    Raises DataError where it is none, or not of the type and shape that are asked for.
    """
    try:
        array = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    except (OSError, ValueError, EOFError):
        raise damaged(path) from None
    if dtype is not None:
        _check(path, array, dtype, shape)
    return array


def damaged(path: Path) -> DataError:
    """The error of a file that is not what was written."""
    return DataError(f"{path} is damaged: make the index again from its library")


def _check(path: Path, array: NDArray[Any], dtype: Any, shape: tuple[int, ...]) -> None:
    if array.dtype != dtype or array.shape != shape:
        raise damaged(path)


def created(path: Path, dtype: Any, shape: tuple[int, ...]) -> NDArray[Any]:
    """A new file for an array, to be filled. Of no rows it is written at once: nothing cannot be mapped.

    Its room is reserved first: to write into a mapped file on a full disk is no error, but the end of the process.
    """
    if 0 in shape:
        saved(path, np.zeros(shape, dtype))
        return np.zeros(shape, dtype)
    kind = np.dtype(dtype)
    header = {"descr": np.lib.format.dtype_to_descr(kind), "fortran_order": False, "shape": shape}
    with writing(path) as out:
        np.lib.format.write_array_header_1_0(out, header)
        _reserve(out, kind.itemsize * int(np.prod(shape)))
    return np.lib.format.open_memmap(path, mode="r+")


def saved(path: Path, array: NDArray[Any]) -> None:
    """Write an array."""
    with writing(path) as out:
        np.lib.format.write_array(out, array, allow_pickle=False)


def flush(array: NDArray[Any], path: Path) -> None:
    """See to it that a mapped array's file is on the disk."""
    if isinstance(array, np.memmap):
        with _told(path):
            array.flush()


@contextmanager
def writing(path: Path) -> Iterator[BinaryIO]:
    """A new file, on the disk when the block ends; its folder is made. PharmakonError where it cannot be written."""
    with _told(path):
        path.parent.mkdir(exist_ok=True)
        with path.open("wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PharmakonError(f"{path} cannot be written: {error.strerror or error}") from None


def _reserve(out: BinaryIO, size: int) -> None:
    """Add `size` zeros to a file, by asking for their room where the system can, else by writing them."""
    out.flush()
    if hasattr(os, "posix_fallocate"):
        try:
            os.posix_fallocate(out.fileno(), out.tell(), size)
        except OSError as error:
            if error.errno not in {errno.EINVAL, errno.EOPNOTSUPP}:
                raise
        else:
            return
    zeros = bytes(min(size, ZEROS))
    out.writelines(zeros[: size - start] for start in range(0, size, ZEROS))

"""A shard of an index, in a worker: rows standardised and fingerprinted, each under limits of time and memory."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from pharmakon.chem.fingerprints import bits
from pharmakon.chem.standardize import standardize
from pharmakon.chem.substructure import has_loose_bond, pattern_bits
from pharmakon.engine.forked import NOWHERE, Limits, Mark
from pharmakon.engine.guarded import BLOCK, guarded
from pharmakon.store.tables import Row
from pharmakon.store.writers import CsvText

from .index_files import PROBLEM_COLUMNS
from .screen_marked import Marked

LIMITS = Limits()
"""Of one molecule."""

Piece = dict[str, Any]
_worker: dict[str, int] = {}


def begin(size: int) -> None:
    """In each worker: the bits of a fingerprint; and what RDKit makes ready when first asked, before any fork."""
    _worker["bits"] = size
    _piece([Row(1, "", "CCO", {})], range(1), {}, lambda place: None)


def described(rows: Sequence[Row]) -> tuple[bytes, int]:
    """A batch as the bytes of an npz file, and how many rows have a problem.

    A row that hangs, eats memory or crashes is such a problem. Raises PharmakonError where these are too many.
    """

    def work(some: range, set_aside: Mapping[int, str], mark: Mark) -> Piece:
        return _piece(rows, some, set_aside, mark)

    blocks = [range(start, min(start + BLOCK, len(rows))) for start in range(0, len(rows), BLOCK)]
    pieces = list(guarded(work, blocks, LIMITS))
    file = io.BytesIO()
    marked = sum(piece.pop("count") for piece in pieces)
    joined: Piece = {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}
    np.savez(file, **joined)
    return file.getvalue(), marked


def _piece(rows: Sequence[Row], some: range, set_aside: Mapping[int, str], mark: Callable[[int], None]) -> Piece:
    """What some of the rows give; those of `set_aside` are left out for the reason told there."""
    mols, places, lines, problems = [], [], [], []
    for i in some:
        mark(i)
        row, why = rows[i], set_aside.get(i, rows[i].problem)
        done = standardize("" if why else row.structure)
        if why or done.mol is None:
            why = why or done.problem
            problems.append({"row": row.number, "id": row.id, "structure": row.structure, "problem": why})
            continue
        mols.append(done.mol)
        places.append(i)
        lines.append(f"{row.number}\t{' '.join(row.id.split())}\t{done.smiles}\n".encode())
    mark(NOWHERE)
    marked = Marked(mols, places, mark)
    return {
        "packed": bits(marked, _worker["bits"]),
        "patterns": pattern_bits(marked),
        "loose": has_loose_bond(marked),
        "text": np.frombuffer(b"".join(lines), np.uint8),
        "lengths": np.array([len(line) for line in lines], np.int64),
        "problems": np.frombuffer(CsvText(PROBLEM_COLUMNS).text(problems).encode(), np.uint8),
        "count": len(problems),
    }

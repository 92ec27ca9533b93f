"""index: a library of millions of molecules made a folder to be searched: fingerprints, structures, a manifest.

Rows are read and fingerprinted in shards, so that a run that is killed goes on, and then put in order on the disk:
memory does not grow with the library.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from pharmakon.core.config import Config
from pharmakon.core.errors import DataError, UsageError
from pharmakon.core.types import Progress, silent
from pharmakon.record.notebook import Shown

from .molecules import CountedRows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pharmakon.store.tables import Row, Table

FORMAT = 1
PARTS = "parts"
MOST = 2**32 - 1
"""Rows of an index."""


class IndexConfig(Config):
    """Which molecules, where to."""

    data: Path = Field(description="table of structures: CSV, TSV, SMI, SDF or Parquet, also gzipped")
    output: Path = Field(description="folder to write")
    bits: Literal[1024, 2048] = Field(2048, description="bits of the ECFP4 fingerprints that are compared")
    smiles_column: str | None = Field(None, description="structure column; guessed when not given")
    id_column: str | None = Field(None, description="identifier column; guessed when not given")
    workers: int | None = Field(None, ge=1, description="processes; one a core when not given")
    batch: int = Field(5_000, ge=1, le=100_000, description="rows a shard holds")
    resume: bool = Field(False, description="go on with an interrupted run of the same input")


@dataclass(frozen=True, slots=True)
class IndexResult(Shown):
    """A finished index: its folder, the rows of the library, and how many of them could not be read."""

    folder: Path
    rows: int
    problems: int
    notes: list[str] = field(default_factory=list)


def run(config: IndexConfig, *, progress: Progress = silent) -> IndexResult:
    """Read, standardise and fingerprint every row; those that cannot be read are listed in problems.csv, with why.

    Raises DataError for a file that cannot be read or has no structure, UnknownName for a wrong column.
    """
    from pharmakon.store.tables import open_table

    from .recorded import recorded

    table = open_table(config.data, smiles=config.smiles_column, id=config.id_column, flag="--smiles-column")
    with recorded("index", config, [config.output], inputs=[config.data]):
        return _made(config, table, progress)


def _made(config: IndexConfig, table: Table, progress: Progress) -> IndexResult:
    from pharmakon.core.files import sha256
    from pharmakon.engine.local import engine
    from pharmakon.engine.shards import marked, run_shards

    from .index_files import INDEX, probe

    parts, manifest = config.output / PARTS, config.output / INDEX
    _check(config.output)
    digest = sha256(config.data)
    stamp = hashlib.sha256(
        json.dumps(
            [FORMAT, digest, config.bits, config.smiles_column, config.id_column, config.batch, probe(config.bits)]
        ).encode()
    ).hexdigest()
    if config.resume and manifest.is_file() and (facts := json.loads(manifest.read_bytes())).get("stamp") == stamp:
        return IndexResult(config.output, facts["rows"], facts["problems"], list(table.notes))
    if parts.exists() and not config.resume:
        shutil.rmtree(parts)
    counted = CountedRows(table, config.batch, most=MOST)
    with engine(config.workers, initializer=_begin, initargs=(config.bits,)) as pool:
        files = run_shards(
            counted,
            _described,
            parts,
            engine=pool,
            stamp=stamp,
            suffix=".npz",
            label=config.data.name,
            progress=progress,
        )
    problems = marked(parts)
    if counted.rows == problems:
        raise DataError(f"{config.data.name} has no structure that can be read")
    progress(counted.rows, counted.rows, "writing the index")
    manifest.unlink(missing_ok=True)  # from here until the end there is no index
    facts = {"stamp": stamp, "name": config.data.name, "sha256": digest, "rows": counted.rows, "problems": problems}
    _write(files, config, facts)
    shutil.rmtree(parts)
    return IndexResult(config.output, counted.rows, problems, list(table.notes))


def _check(folder: Path) -> None:
    """UsageError for a folder that holds what is none of ours."""
    from .index_files import FILES, INDEX

    known = {*FILES, INDEX, PARTS}
    if folder.exists() and any(path.name not in known for path in folder.iterdir() if path.name[0] != "."):
        raise UsageError(f"{folder} holds other files: name another folder")


_worker: dict[str, Any] = {}


def _begin(bits: int) -> None:
    _worker["bits"] = bits


def _described(rows: list[Row]) -> tuple[bytes, int]:
    """In a worker: a batch as the bytes of an npz file, and how many rows have a problem."""
    import numpy as np

    from pharmakon.chem.fingerprints import bits
    from pharmakon.chem.standardize import standardize
    from pharmakon.chem.substructure import has_loose_bond, pattern_bits
    from pharmakon.store.writers import CsvText

    from .index_files import PROBLEM_COLUMNS

    mols, lines, problems = [], [], []
    for row in rows:
        done = standardize(row.structure if not row.problem else "")
        if problem := row.problem or done.problem:
            problems.append({"row": row.number, "id": row.id, "structure": row.structure, "problem": problem})
            continue
        mols.append(done.mol)
        lines.append(f"{row.number}\t{' '.join(row.id.split())}\t{done.smiles}\n".encode())
    file = io.BytesIO()
    np.savez(
        file,
        packed=bits(mols, _worker["bits"]),
        patterns=pattern_bits(mols),
        loose=has_loose_bond(mols),
        text=np.frombuffer(b"".join(lines), np.uint8),
        lengths=np.array([len(line) for line in lines], np.int64),
        problems=np.frombuffer(CsvText(PROBLEM_COLUMNS).text(problems).encode(), np.uint8),
    )
    return file.getvalue(), len(problems)


def _write(files: Sequence[Path], config: IndexConfig, facts: dict[str, Any]) -> None:
    """The parts as the files of an index, and the manifest last: without it the folder is no index."""
    import numpy as np

    from pharmakon.core.files import replacing, sha256, write_atomic
    from pharmakon.store.plain import document
    from pharmakon.store.runs import versions
    from pharmakon.store.writers import CsvText

    from . import index_files as of

    def each(name: str) -> Iterator[NDArray[Any]]:
        for path in files:
            with np.load(path, allow_pickle=False) as part:
                yield part[name]

    folder = config.output
    n = of.write_fingerprints(lambda: each("packed"), folder, bits=config.bits)
    of.write_joined(each("patterns"), folder / of.PATTERNS, n)
    of.write_joined(each("loose"), folder / of.LOOSE, n)
    end = np.cumsum(np.concatenate(list(each("lengths"))), dtype=np.int64)
    np.save(folder / of.ENDS, end, allow_pickle=False)
    with replacing(folder / of.MOLECULES) as out:
        out.writelines(text.tobytes() for text in each("text"))
    with replacing(folder / of.PROBLEMS) as out:
        out.write(CsvText(of.PROBLEM_COLUMNS).header().encode())
        out.writelines(text.tobytes() for text in each("problems"))
    facts |= {"format": FORMAT, "molecules": n, "bits": config.bits, "radius": 2, "probe": of.probe(config.bits)}
    facts["versions"] = versions()
    facts["files"] = {
        name: {"bytes": (folder / name).stat().st_size, "sha256": sha256(folder / name)} for name in of.FILES
    }
    write_atomic(folder / of.INDEX, document(facts))

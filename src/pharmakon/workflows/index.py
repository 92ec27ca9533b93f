"""index: a library of millions of molecules made a folder to be searched: fingerprints, structures, a manifest.

Rows are read and fingerprinted in shards, so that a run that is killed goes on, and then put in order on the disk:
memory does not grow with the library.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from pharmakon.core.config import Config
from pharmakon.core.errors import DataError, PharmakonError, UsageError
from pharmakon.core.types import Progress, silent
from pharmakon.record.notebook import Shown

from .molecules import CountedRows, check_made_of

if TYPE_CHECKING:
    from pharmakon.store.tables import Table

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

    Raises DataError for a file that cannot be read or has no structure, UnknownName for a wrong column, UsageError
    where another process is working in the folder or it holds something else, PharmakonError on a full disk.
    """
    from pharmakon.store.tables import open_table

    from .recorded import recorded

    table = open_table(config.data, smiles=config.smiles_column, id=config.id_column, flag="--smiles-column")
    with _ours(config), recorded("index", config, [config.output], inputs=[config.data]):
        try:
            return _made(config, table, progress)
        except PharmakonError as error:
            if type(error) is PharmakonError:  # a full disk, a lost worker: what is finished is kept
                raise PharmakonError(f"{error}; --resume goes on with what is finished") from error
            raise


@contextmanager
def _ours(config: IndexConfig) -> Iterator[None]:
    """A folder that no other process works in, and that holds nothing else; one that stays empty does not stay."""
    from pharmakon.core.files import alone

    folder = config.output
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file, not a folder; choose another -o")
    if config.data.resolve().is_relative_to(folder.resolve()):
        raise UsageError(f"{config.data} lies in the folder to write; choose another -o")
    new = not folder.exists()
    with alone(folder):
        try:
            _check(folder)
            yield
        finally:
            if new:
                with suppress(OSError):  # it holds something
                    folder.rmdir()


def _check(folder: Path) -> None:
    """UsageError for a folder that holds what is none of ours."""
    from .index_files import FILES, INDEX

    known = {*FILES, INDEX, PARTS}
    if any(path.name not in known for path in folder.iterdir() if path.name[0] != "."):
        raise UsageError(f"{folder} holds other files: name another folder")


def _made(config: IndexConfig, table: Table, progress: Progress) -> IndexResult:
    from pharmakon.core.files import sha256
    from pharmakon.engine.local import engine
    from pharmakon.engine.shards import marked, run_shards

    from .index_facts import FORMAT, library_of
    from .index_files import probe
    from .index_shard import begin, described

    parts, notes = config.output / PARTS, list(table.notes)
    digest = sha256(config.data)
    check_made_of(config.output, "an index", held=library_of(config.output), data=config.data, digest=digest)
    made_from = [FORMAT, digest, config.bits, config.smiles_column, config.id_column, config.batch, probe(config.bits)]
    stamp = hashlib.sha256(json.dumps(made_from).encode()).hexdigest()
    if config.resume and (done := _finished(config.output, stamp, notes)) is not None:
        return done
    if parts.exists() and not config.resume:
        shutil.rmtree(parts)
    counted = CountedRows(table, config.batch, most=MOST)
    with engine(config.workers, initializer=begin, initargs=(config.bits,)) as pool:
        files = run_shards(
            counted,
            described,
            parts,
            engine=pool,
            stamp=stamp,
            suffix=".npz",
            label=config.data.name,
            progress=progress,
        )
    problems = marked(parts)
    if counted.rows == problems:
        shutil.rmtree(parts)
        raise DataError(f"{config.data.name} has no structure that can be read")
    progress(counted.rows, counted.rows, "writing the index")
    facts = {"stamp": stamp, "name": config.data.name, "sha256": digest, "rows": counted.rows, "problems": problems}
    _write(files, config, facts)
    shutil.rmtree(parts)
    return IndexResult(config.output, counted.rows, problems, notes)


def _finished(folder: Path, stamp: str, notes: list[str]) -> IndexResult | None:
    """The index in a folder, where it is whole and was made of the same; where there is none whole, a note says so."""
    from .index_facts import check_files, read_facts
    from .index_files import INDEX

    if not (folder / INDEX).exists():
        return None
    try:
        facts = read_facts(folder)
        check_files(folder, facts)
    except DataError:
        notes.append(f"the index in {folder} was not whole, or of another version, and was made again")
        return None
    return IndexResult(folder, facts["rows"], facts["problems"], notes) if facts["stamp"] == stamp else None


def _write(shards: Sequence[Path], config: IndexConfig, facts: dict[str, Any]) -> None:
    """The shards as the files of an index, and the manifest last: without it the folder is no index.

    The files are written beside those of an older index, which is there until they are whole.
    """
    from pharmakon.core.files import sha256, sync_folder, write_atomic
    from pharmakon.store.plain import document
    from pharmakon.store.runs import versions

    from .index_facts import FORMAT
    from .index_files import FILES, INDEX, probe, write_files

    folder, new = config.output, config.output / PARTS / "index"
    n = write_files(shards, new, bits=config.bits)
    facts |= {"format": FORMAT, "molecules": n, "bits": config.bits, "radius": 2, "probe": probe(config.bits)}
    facts["versions"] = versions()
    facts["files"] = {name: {"bytes": (new / name).stat().st_size, "sha256": sha256(new / name)} for name in FILES}
    (folder / INDEX).unlink(missing_ok=True)  # from here until the end there is no index
    for name in FILES:
        (new / name).replace(folder / name)
    sync_folder(folder)
    write_atomic(folder / INDEX, document(facts))

"""library: a file of up to a million molecules made a folder that opens at once: estimates, flags, fingerprints."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from pydantic import Field

from pharmakon.core.config import Config
from pharmakon.core.errors import DataError, UsageError
from pharmakon.core.types import Estimates, Profile, Progress, Property, silent
from pharmakon.record.notebook import Shown

from .library_filter import quoted
from .library_numbers import numeric
from .library_repeats import COLUMN, NONE, REPEAT, repeats
from .molecule import COMPUTED
from .molecules import CountedRows, check_made_of

if TYPE_CHECKING:
    from pharmakon.store.tables import Row, Table

MOST = 1_000_000
"""Rows of a library."""
FORMAT = 1
TABLE, FACTS, SCREEN, ECFP4 = "molecules.parquet", "library.json", "screen.npy", "ecfp4.npy"
OWN = {"row": "row", "id": "id", "smiles": "smiles", "problem": "problem", "changes": "Changed by standardising"}
"""Columns that every library begins with, and their titles; `row` counts from 0."""
DESCRIPTORS = (*COMPUTED, "aromatic_rings", "fsp3", "stereo_centres", "charge")
ROW_GROUP = 20_000


class LibraryConfig(Config):
    """Which molecules, which models, where to."""

    data: Path = Field(description="table of structures: CSV, TSV, SMI, SDF or Parquet, also gzipped")
    output: Path = Field(description="folder to write")
    smiles_column: str | None = Field(None, description="structure column; guessed when not given")
    id_column: str | None = Field(None, description="identifier column; guessed when not given")
    models: tuple[str, ...] = Field(
        (), description="shipped models, groups of them or model folders; every endpoint when none"
    )
    profile: Profile = Field("fast", description="fast: one network for every endpoint; full: each its own model")
    workers: int | None = Field(None, ge=1, description="processes; one a core when not given")
    batch: int = Field(1_000, ge=1, le=100_000, description="rows a shard holds")
    resume: bool = Field(False, description="go on with an interrupted run of the same input")


@dataclass(frozen=True, slots=True)
class LibraryResult(Shown):
    """A finished library: its folder, its rows, and how many of them have a problem."""

    folder: Path
    rows: int
    problems: int
    notes: list[str] = field(default_factory=list)


def run(config: LibraryConfig, *, progress: Progress = silent) -> LibraryResult:
    """Read, standardise, describe and estimate every row; one that cannot be read stays, and says why.

    Raises DataError for a file that cannot be read or has more than a million rows, UnknownName for a wrong column,
    UsageError where another process is working in the folder or it holds something else.
    """
    from pharmakon.core.files import alone
    from pharmakon.predict.panel import expanded, shipped_names
    from pharmakon.store.tables import open_table

    from .recorded import models_files, recorded

    table = open_table(config.data, smiles=config.smiles_column, id=config.id_column, flag="--smiles-column")
    names = tuple(map(str, expanded(config.models or shipped_names())))
    if config.output.exists() and not config.output.is_dir():
        raise UsageError(f"{config.output} is a file, not a folder; choose another -o")
    inputs = [config.data, *models_files(names, config.profile)]
    with alone(config.output), recorded("library", config, [config.output], inputs=inputs):
        return _made(config, table, names, progress)


def _made(config: LibraryConfig, table: Table, names: tuple[str, ...], progress: Progress) -> LibraryResult:
    from pharmakon.core.files import sha256
    from pharmakon.engine.local import engine
    from pharmakon.engine.shards import marked, run_shards
    from pharmakon.predict.panel import Panel, load_model

    models = list(Panel([load_model(name, config.profile) for name in names]).models.values())
    layout = _layout(table, [model.property for model in models])
    parts = config.output / "parts"
    if config.output.exists() and any(p.name not in (TABLE, FACTS, SCREEN, ECFP4, "parts") for p in _within(config)):
        raise UsageError(f"{config.output} holds other files: name another folder")
    digest = sha256(config.data)
    check_made_of(config.output, "a library", held=_held(config.output), data=config.data, digest=digest)
    if parts.exists() and not config.resume:
        shutil.rmtree(parts)
    counted = CountedRows(table, config.batch, most=MOST)
    cards = [json.dumps(model.card, sort_keys=True) for model in models]
    stamp = json.dumps(
        [FORMAT, digest, config.smiles_column, config.id_column, config.batch, config.profile, cards, layout]
    )
    with engine(config.workers, initializer=_load, initargs=(names, config.profile, layout)) as pool:
        files = run_shards(
            counted,
            _describe,
            parts,
            engine=pool,
            stamp=_hash(stamp),
            suffix=".parquet",
            label=config.data.name,
            progress=progress,
        )
    if not files:
        raise DataError(f"{config.data.name} has no rows")
    problems = marked(parts)
    progress(counted.rows, counted.rows, "writing one table")
    layout, again = _merged(files, config.output, layout)
    facts = {
        "format": FORMAT,
        "name": config.data.name,
        "sha256": digest,
        "rows": counted.rows,
        "problems": problems,
        "repeats": again,
        "profile": config.profile,
        "notes": list(table.notes),
        "columns": layout,
    }
    from pharmakon.core.files import write_atomic

    write_atomic(config.output / FACTS, json.dumps(facts, ensure_ascii=False) + "\n")
    shutil.rmtree(parts)
    return LibraryResult(config.output, counted.rows, problems, list(table.notes))


def _held(folder: Path) -> tuple[str, str] | None:
    """Name and SHA-256 of the file whose library a folder holds; None for none, or one of another version."""
    try:
        facts = read_facts(folder)
    except DataError:
        return None
    return facts["name"], facts["sha256"]


def _within(config: LibraryConfig) -> Iterator[Path]:
    return (path for path in config.output.iterdir() if not path.name.startswith("."))


def _hash(text: str) -> str:
    import hashlib

    return hashlib.sha256(text.encode()).hexdigest()


def _layout(table: Table, estimated: Sequence[Property]) -> list[dict[str, Any]]:
    """Every column with its meaning, in the order of the table."""
    from pharmakon.chem.properties import descriptor
    from pharmakon.predict.endpoints import endpoints

    taken = [*OWN, REPEAT, *DESCRIPTORS, "_screen", "_ecfp4"]
    for what in estimated:
        taken += [what.name + suffix for suffix in ("", "_low", "_high", "_verdict", "_in_domain")]
    inputs = {name: _free(name, taken) for name in table.columns}
    columns: list[dict[str, Any]] = [
        {"name": name, "kind": "own", "title": title, "group": "structure"} for name, title in OWN.items()
    ]
    columns += [
        _told(Property(header, name, ""), "input") | {"kind": "text", "input": name} for name, header in inputs.items()
    ]
    for name in DESCRIPTORS:
        computed = descriptor(name)
        if computed is not None:
            columns.append(_told(computed, "computed") | {"kind": "number"})
    for what in estimated:
        group = endpoints()[what.name].group if what.name in endpoints() else "own models and targets"
        columns.append(_told(what, group) | {"kind": "estimate"})
    return columns


def _free(name: str, taken: list[str]) -> str:
    """A header that no other column has, upper and lower case taken for the same; it is taken from now on."""
    header = name or "column"
    while header.casefold() in {other.casefold() for other in taken}:
        header = f"input_{header}"
    taken.append(header)
    return header


def _told(what: Property, group: str) -> dict[str, Any]:
    return {
        "name": what.name,
        "title": what.title,
        "unit": what.unit,
        "group": group,
        "better": what.better,
        "threshold": what.threshold,
        "meaning": what.meaning,
        "classification": what.kind == "classification",
    }


_worker: dict[str, Any] = {}


def _load(models: tuple[str, ...], profile: Profile, layout: list[dict[str, Any]]) -> None:
    """In each worker: load the models once."""
    from pharmakon.predict.panel import Panel

    _worker["panel"], _worker["layout"] = Panel.load(models, profile), layout


def _describe(rows: list[Row]) -> tuple[bytes, int]:
    """In a worker: a batch as the bytes of a Parquet file, and how many rows have a problem."""
    import numpy as np
    import pandas as pd

    from pharmakon.chem import properties
    from pharmakon.chem.fingerprints import bits
    from pharmakon.chem.standardize import standardize
    from pharmakon.chem.substructure import pattern_bits
    from pharmakon.predict.features import Features

    done = [standardize(row.structure if not row.problem else "") for row in rows]
    problem = [row.problem or d.problem for row, d in zip(rows, done, strict=True)]
    mols = [None if why else d.mol for why, d in zip(problem, done, strict=True)]
    good = [i for i, mol in enumerate(mols) if mol is not None]
    frame: dict[str, Any] = {
        "row": [row.number - 1 for row in rows],
        "id": [row.id for row in rows],
        "smiles": ["" if why else d.smiles for why, d in zip(problem, done, strict=True)],
        "problem": problem,
        "changes": ["" if why else "; ".join(d.changes) for why, d in zip(problem, done, strict=True)],
    }
    got = _worker["panel"].predict([done[i].smiles for i in good], features=Features([done[i].mol for i in good]))
    for column in _worker["layout"]:
        name = column["name"]
        if column["kind"] == "text":
            frame[name] = [str(row.fields.get(column["input"]) or "") for row in rows]
        elif column["kind"] == "number":
            frame[name] = properties.named(mols, name)
        elif column["kind"] == "estimate":
            frame |= _estimated(name, got[name], good, len(rows))
    frame["_screen"] = list(map(bytes, pattern_bits(mols)))
    frame["_ecfp4"] = list(map(bytes, bits(mols)))
    types = [f"CAST({quoted(name)} AS {_type(values, np)}) AS {quoted(name)}" for name, values in frame.items()]
    return _parquet(pd.DataFrame(frame), types), len(rows) - len(good)


def _estimated(name: str, got: Estimates, good: list[int], n: int) -> dict[str, Any]:
    import numpy as np
    import pandas as pd

    columns: dict[str, Any] = {}
    for suffix, values in (("", got.value), ("_low", got.low), ("_high", got.high)):
        columns[name + suffix] = np.full(n, np.nan)
        columns[name + suffix][good] = values
    verdict = np.full(n, "", dtype=object)
    verdict[good] = list(got.verdict)
    inside = pd.array([pd.NA] * n, dtype="boolean")  # no model was asked of a row that cannot be read
    inside[np.array(good, dtype=int)] = got.in_domain
    return columns | {f"{name}_verdict": verdict, f"{name}_in_domain": inside}


def _type(values: Any, np: Any) -> str:
    if getattr(values, "dtype", None) == "boolean":
        return "BOOLEAN"
    first = values[0]
    if isinstance(first, bytes):
        return "BLOB"
    if isinstance(first, (int, np.integer)):
        return "INTEGER"
    return "FLOAT" if isinstance(first, (float, np.floating)) else "VARCHAR"


def _parquet(frame: Any, types: Sequence[str]) -> bytes:
    import duckdb

    with TemporaryDirectory() as folder, duckdb.connect() as connection:
        path = Path(folder) / "part.parquet"
        connection.execute("SET threads = 1")
        connection.register("frame", frame)
        connection.execute(f"COPY (SELECT {', '.join(types)} FROM frame) TO '{path}' (FORMAT parquet)")  # noqa: S608
        return path.read_bytes()


def _merged(files: Sequence[Path], folder: Path, layout: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], int]:
    """One table, numbers of the input as numbers, repeats marked, and the fingerprints apart.

    Gives the layout with the kinds found, and how many rows have the structure of an earlier one.
    """
    import duckdb
    import pandas as pd

    with duckdb.connect() as connection:
        connection.execute("SET threads = 1; SET temp_directory = ''; SET preserve_insertion_order = true")
        literal = [str(path) for path in files]
        connection.from_parquet(literal).create_view("parts")
        numbers = numeric(connection, [column["name"] for column in layout if column["kind"] == "text"])
        names = list(connection.table("parts").columns)
        columns, replaced, added = [], list[str](), list[str]()
        for column in layout:
            number = numbers.get(column["name"])
            if number is not None:
                column = column | {"kind": "number"}
                if number.plain:
                    replaced.append(f"{number.sql} AS {quoted(column['name'])}")
                else:  # the cells stay as they were written; their numbers stand in a column beside them
                    column["numbers"] = _free(f"{column['name']}_number", names)
                    added.append(f", {number.sql} AS {quoted(column['numbers'])}")
            columns.append(column)
        columns.insert(len(OWN), dict(COLUMN))
        first = repeats(connection)
        connection.register("again", pd.DataFrame({REPEAT: first}))
        replace = f" REPLACE ({', '.join(replaced)})" if replaced else ""
        made = folder / (TABLE + ".new")
        added.append(f", NULLIF(again.{REPEAT}, {NONE}) AS {REPEAT}")
        connection.execute(
            f"COPY (SELECT parts.* EXCLUDE (_screen, _ecfp4){replace}{''.join(added)} "  # noqa: S608
            f"FROM parts POSITIONAL JOIN again) TO '{_in_quotes(made)}' "
            f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
        )
        made.replace(folder / TABLE)
        for bits, name in (("_screen", SCREEN), ("_ecfp4", ECFP4)):
            _write_bits(connection, bits, folder / name)
    return columns, int((first != NONE).sum())


def _write_bits(connection: Any, column: str, path: Path) -> None:
    """A column of bytes as a NumPy file, uint8, one row a molecule."""
    import numpy as np

    from pharmakon.core.files import replacing

    n = connection.execute("SELECT count(*) FROM parts").fetchone()[0]
    found = connection.execute(f"SELECT {column} FROM parts")  # noqa: S608 - a name of ours
    with replacing(path) as out:
        first = found.fetchmany(5_000)
        shape = (n, len(first[0][0]))
        np.lib.format.write_array_header_1_0(out, {"descr": "|u1", "fortran_order": False, "shape": shape})
        while first:
            out.write(b"".join(row[0] for row in first))
            first = found.fetchmany(5_000)


def _in_quotes(path: Path) -> str:
    return str(path).replace("'", "''")


def read_facts(folder: Path) -> Mapping[str, Any]:
    """What a library says of itself. Raises DataError where the folder holds none that this version reads."""
    try:
        facts: dict[str, Any] = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise DataError(f"{folder} holds no library") from None
    if facts.get("format") != FORMAT:
        raise DataError(f"{folder} holds a library of another version: make it again from its file")
    return facts

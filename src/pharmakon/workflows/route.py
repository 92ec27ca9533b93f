"""route: for each molecule a way to make it from building blocks by a few named reactions, or that none was found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field, model_validator

from pharmakon.chem.routes import EXPANSIONS, STEPS, Route, RouteFinder
from pharmakon.core.excerpt import excerpt
from pharmakon.core.types import Progress, silent
from pharmakon.record.notebook import Shown

from .molecules import MoleculesConfig, check_output

if TYPE_CHECKING:
    from pharmakon.engine.base import Engine

COLUMNS = ("problem", "route_steps", "route", "blocks")
NONE_FOUND = "none found"
SCHEDULED = "a chemical of the Chemical Weapons Convention's schedules: no route is looked for"
_BATCH = 500
_CHUNK = 20


class RouteConfig(MoleculesConfig):
    """Which molecules, from which building blocks, in how many steps."""

    stock: Path = Field(description="table of building blocks: a column of SMILES and one of catalogue ids")
    steps: int = Field(STEPS, ge=1, le=STEPS, description="most reactions of a route")
    effort: int = Field(
        EXPANSIONS, ge=1, le=100_000, description="molecules that are taken apart in the search for one route, at most"
    )
    workers: int | None = Field(None, ge=1, description="processes (all cores otherwise)")

    @model_validator(mode="before")
    @classmethod
    def _a_structure_may_stand_for_the_file(cls, given: dict[str, Any]) -> dict[str, Any]:
        from pharmakon.chem.parse import parse

        text = str(given.get("data") or "")
        if text and not _names_a_file(Path(text)) and not parse(text).problem:
            rest = {name: value for name, value in given.items() if name != "data"}
            return {**rest, "smiles": (*given.get("smiles", ()), text)}
        return given

    @model_validator(mode="after")
    def _a_file_has_an_output(self) -> RouteConfig:
        if self.data is not None and self.output is None:
            if not _names_a_file(self.data):  # a SMILES with a slip of the pen, or the value of an empty variable
                given = "an empty text" if self.data == Path() else excerpt(str(self.data), 200)
                raise ValueError(f"neither a file nor a SMILES: {given}")
            raise ValueError("name the table to write with -o")
        return self


def _names_a_file(path: Path) -> bool:
    try:
        return path.exists() and not path.is_dir()
    except OSError:  # a text that is longer than names may be
        return False


@dataclass(frozen=True, slots=True)
class Answer:
    """One molecule: its route, or None where none was found; with a `problem` none was looked for."""

    given: str
    route: Route | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class RouteResult(Shown):
    """Answers in memory (`table`), or counts of a file (`output`) by the number of reactions."""

    rows: int
    counts: dict[str, int]
    table: list[Answer] = field(default_factory=list)
    output: Path | None = None
    notes: list[str] = field(default_factory=list)


def run(config: RouteConfig, *, progress: Progress = silent) -> RouteResult:
    """Find the route of each molecule; a row that cannot be read keeps its columns and says why in `problem`.

    Raises DataError for a file that cannot be read at all, UnknownName for a wrong column.
    """
    from pharmakon.engine.local import engine

    from .recorded import recorded
    from .stock import load_stock

    if config.data is not None and config.output is not None:
        check_output(config.data, config.output)
        check_output(config.stock, config.output)
    finder = RouteFinder(load_stock(config.stock, progress=progress), steps=config.steps, expansions=config.effort)
    workers = config.workers if config.data is not None else 1
    with engine(workers, initializer=_prepare, initargs=(finder,)) as pool:
        counts: dict[str, int] = {}
        if config.data is None:
            table = list(_answers(config.smiles, pool))
            for one in table:
                _count(counts, one)
            return RouteResult(len(table), counts, table)
        with recorded("route", config, [config.output], inputs=[config.data, config.stock]):
            return _run_file(config, counts, pool, progress)


def _run_file(config: RouteConfig, counts: dict[str, int], pool: Engine, progress: Progress) -> RouteResult:
    from pharmakon.store.tables import open_table
    from pharmakon.store.writers import CsvWriter, own_columns

    data, output = Path(config.data or ""), Path(config.output or "")
    rows = open_table(data, smiles=config.smiles_column, id=config.id_column, flag="--smiles-column")
    titled = not (rows.id_column or rows.structure_column)  # an SDF file's names stand in no column
    names = own_columns((*(["id"] if titled else []), *COLUMNS), rows.columns)
    done = 0
    with CsvWriter(output, (*rows.columns, *names.values())) as writer:
        for batch in rows.batches(_BATCH):
            answers = _answers(["" if row.problem else row.structure for row in batch], pool)
            for row, one in zip(batch, answers, strict=True):
                if row.problem:
                    one = Answer(row.structure, problem=row.problem)
                told: Mapping[str, object] = cells(one) | ({"id": row.id} if titled else {})
                _count(counts, one)
                writer.write({**row.fields, **{names[name]: value for name, value in told.items()}})
            done += len(batch)
            progress(done, 0, data.name)
    return RouteResult(done, counts, output=output, notes=list(rows.notes))


def cells(one: Answer) -> dict[str, object]:
    """A row of the output, by COLUMNS: steps in the order of work, and the blocks to buy."""
    if one.problem:
        return {"problem": one.problem}
    if one.route is None:
        return {"problem": "", "route": NONE_FOUND}
    return {
        "problem": "",
        "route_steps": len(one.route.steps),
        "route": "; ".join(one.route.lines),
        "blocks": " ".join(dict.fromkeys(block.id for block in one.route.blocks)),
    }


def plain(one: Answer) -> dict[str, Any]:
    """An answer as data for JSON."""
    return {
        "given": one.given,
        "problem": one.problem,
        "route": None if one.route is None else one.route.plain(),
    }


_worker: dict[str, RouteFinder] = {}


def _prepare(finder: RouteFinder) -> None:
    """In a worker: keep the finder for the tasks to come."""
    _worker["finder"] = finder


def _answers(smiles: Sequence[str], pool: Engine) -> Iterator[Answer]:
    chunks = [tuple(smiles[i : i + _CHUNK]) for i in range(0, len(smiles), _CHUNK)]
    return (one for part in pool.map(_answer_many, chunks, label="finding routes") for one in part)


def _answer_many(smiles: tuple[str, ...]) -> list[Answer]:
    return [_answer(text) for text in smiles]


def _answer(text: str) -> Answer:
    """In a worker: one molecule, as its standard form."""
    from pharmakon.chem.scheduled import is_scheduled
    from pharmakon.chem.standardize import standardize

    done = standardize(text)
    if done.mol is None:
        return Answer(text, problem=done.problem)
    if is_scheduled(done.mol):
        return Answer(text, problem=SCHEDULED)
    return Answer(text, _worker["finder"].find(done.mol))


def _count(counts: dict[str, int], one: Answer) -> None:
    if one.problem:
        name = "not looked for"
    elif one.route is None:
        name = NONE_FOUND
    else:
        name = f"of {len(one.route.steps)}" if one.route.steps else "in stock"
    counts[name] = counts.get(name, 0) + 1

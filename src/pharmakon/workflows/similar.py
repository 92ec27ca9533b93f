"""similar: the molecules of an index that are most like some queries, exactly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from pharmakon.core.config import Config
from pharmakon.core.errors import DataError, UsageError
from pharmakon.core.types import Problem, Progress, silent
from pharmakon.record.notebook import Shown

if TYPE_CHECKING:
    from .index_view import Hit, Index

COLUMNS = ("query", "rank", "similarity", "row", "id", "smiles")
ROUND = 4_096
"""Queries of a file that are worked on together."""
SUFFIXES = (
    *(".csv", ".tsv", ".tab", ".smi", ".smiles", ".ism", ".can", ".cxsmiles", ".sdf", ".sd", ".mol", ".mdl", ".txt"),
    *(".parquet", ".pq", ".gz", ".bz2", ".xz", ".zst", ".zip", ".vault", ".xlsx", ".xls", ".ods", ".json"),
)
"""Of tables, also of those that cannot be read: no SMILES ends so."""


class SimilarConfig(Config):
    """Like which molecules, in which index, how many."""

    queries: tuple[str, ...] = Field(min_length=1, description="structures as SMILES, or tables of them")
    index: Path = Field(description="folder that pharmakon index wrote")
    top: int = Field(100, ge=1, le=1_000_000, description="how many of the most similar molecules of each query")
    threshold: float = Field(0.0, ge=0.0, le=1.0, description="only those of at least this Tanimoto similarity")
    output: Path | None = Field(None, description="CSV to write, one line a hit; of a few queries it may be left out")
    smiles_column: str | None = Field(None, description="structure column of the queries; guessed when not given")
    id_column: str | None = Field(None, description="identifier column of the queries; guessed when not given")
    workers: int | None = Field(None, ge=1, description="processes; for many queries one a core when not given")
    verify: bool = Field(False, description="first check every file of the index against its SHA-256")


@dataclass(frozen=True, slots=True)
class Answer:
    """A query, by its id or as it was given, and what is most like it."""

    query: str
    hits: list[Hit]


@dataclass(slots=True)
class SimilarResult(Shown):
    """How many queries and hits there were; the answers themselves where no file was written."""

    molecules: int
    queries: int = 0
    hits: int = 0
    problems: list[Problem] = field(default_factory=list)
    output: Path | None = None
    answers: list[Answer] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def run(config: SimilarConfig, *, progress: Progress = silent) -> SimilarResult:
    """Search. A query that cannot be read is told of in `problems`, and the others are answered.

    Raises DataError for a folder that holds no index, or a file that cannot be read or has no rows; UnknownName for a
    wrong column; UsageError for a query that is a folder.
    """
    from contextlib import ExitStack

    from pharmakon.store.writers import CsvWriter

    from .index_files import INDEX
    from .index_output import check_answer
    from .index_view import Index
    from .recorded import recorded

    index = Index(config.index)
    if config.verify:
        index.verify()
    result = SimilarResult(len(index), output=config.output)
    tables = list(filter(_is_table, config.queries))
    with ExitStack() as stack:
        out = None
        if config.output is not None:
            check_answer(config.index, config.output, queries=map(Path, tables))
        stack.enter_context(recorded("similar", config, [config.output], inputs=[config.index / INDEX, *tables]))
        if config.output is not None:
            out = stack.enter_context(CsvWriter(config.output, COLUMNS, formats={"similarity": ".6f"}))
        for some in _rounds(config, result):
            if out is None and len(result.answers) + len(some) > ROUND:
                raise UsageError(f"for more than {ROUND:,} queries name the table to write with -o")
            for answer in _answers(config, index, some, progress):
                result.hits += len(answer.hits)
                if out is None:
                    result.answers.append(answer)
                else:
                    out.write_all(records(answer))
        if not result.queries:  # inside, so that no file of no hits is left
            raise DataError(f"there are no rows in {', '.join(tables)}")
    return result


def records(answer: Answer) -> Iterator[dict[str, Any]]:
    """The lines of one query."""
    for rank, hit in enumerate(answer.hits, start=1):
        one = hit.molecule
        yield {
            "query": answer.query,
            "rank": rank,
            "similarity": hit.similarity,
            "row": one.row,
            "id": one.id,
            "smiles": one.smiles,
        }


def _rounds(config: SimilarConfig, result: SimilarResult) -> Iterator[list[tuple[str, Any]]]:
    """The queries that can be read, (name, molecule), some at a time; the others go to `result.problems`."""
    from pharmakon.chem.standardize import standardize

    waiting: list[tuple[str, Any]] = []
    for number, name, structure, problem in _given(config, result):
        result.queries += 1
        done = standardize(structure if not problem else "")
        if why := problem or done.problem:
            result.problems.append(Problem(row=number, id=name, reason=why, text=structure))
            continue
        waiting.append((name, done.mol))
        if len(waiting) == ROUND:
            yield waiting
            waiting = []
    if waiting:
        yield waiting


def _given(config: SimilarConfig, result: SimilarResult) -> Iterator[tuple[int, str, str, str]]:
    """Number, name, structure and problem of every query. Raises UsageError for one that is a folder."""
    from pharmakon.store.tables import open_table

    for number, text in enumerate(config.queries, start=1):
        if not _is_table(text):
            _refuse_folder(text)
            yield number, text, text, ""
            continue
        table, rows = open_table(text, smiles=config.smiles_column, id=config.id_column, flag="--smiles-column"), 0
        result.notes += table.notes
        for row in table.rows():
            rows += 1
            yield row.number, row.id, row.structure, row.problem
        if not rows:
            result.notes.append(f"{text} has no rows")


def _is_table(text: str) -> bool:
    """Whether a query names a file, and is no SMILES, which may be longer than a file's name can be."""
    try:
        return text.casefold().endswith(SUFFIXES) or Path(text).is_file()
    except (OSError, ValueError):
        return False


def _refuse_folder(text: str) -> None:
    """UsageError for the name of a folder that is no SMILES besides."""
    from pharmakon.chem.parse import parse

    try:
        folder = Path(text).is_dir()
    except (OSError, ValueError):
        return
    if folder and parse(text).mol is None:
        raise UsageError(f"{text} is a folder; give a table of structures, or a SMILES")


def _answers(
    config: SimilarConfig, index: Index, some: Sequence[tuple[str, Any]], progress: Progress
) -> Iterator[Answer]:
    from pharmakon.chem.fingerprints import bits

    from .index_view import Hit

    packed = bits([mol for _, mol in some], index.facts["bits"])
    found = index.nearest(packed, config.top, at_least=config.threshold, workers=config.workers, progress=progress)
    for (name, _), (similarity, place) in zip(some, found, strict=True):
        yield Answer(name, [Hit(s, index[i]) for s, i in zip(similarity.tolist(), place.tolist(), strict=True)])

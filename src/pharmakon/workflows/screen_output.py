"""The files that a screen leaves: the best rows as CSV and Parquet, sketches, rows without answer, report, record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pharmakon.chem.parse import to_mol
from pharmakon.chem.standardize import inchikey
from pharmakon.core.files import write_atomic
from pharmakon.core.types import Progress
from pharmakon.engine.guarded import each
from pharmakon.record import crate
from pharmakon.record.ledger import Ledger
from pharmakon.store.plain import document
from pharmakon.store.runs import RunFolder
from pharmakon.store.writers import CsvWriter, own_columns, write_csv, write_parquet

from .screen_report import page
from .screen_request import REPORT, SHARDS, ScreenConfig, ScreenResult
from .screen_sketch import Hit
from .screen_summary import Summary, read_part

if TYPE_CHECKING:
    from pharmakon.engine.forked import Limits

    from .screen_shard import Screener

TOP, TABLE, SKETCHES, PROBLEMS, SAMPLED = "top.csv", "top.parquet", "sketches.json", "problems.csv", "scaffolds.csv"
QUARANTINE = "quarantine.csv"
FIRST = ("rank", "id", "smiles", "inchikey", "score")
LAST = ("out_of_domain", "file", "row")
TYPES = {"rank": "BIGINT", "score": "DOUBLE", "row": "BIGINT"}


def write(
    config: ScreenConfig,
    screener: Screener,
    parts: Sequence[Path],
    files: Sequence[Path],
    *,
    folder: RunFolder,
    ledger: Ledger,
    notes: Sequence[str],
    progress: Progress,
) -> ScreenResult:
    """Merge the parts, write every file, record it and close the ledger."""
    place, labels = folder.path, labels_of(files)
    whole = _merged(screener, parts, labels, place, progress)
    limits = screener.asked.limits
    made = [PROBLEMS, QUARANTINE, SAMPLED, SKETCHES]
    terms = own_columns(screener.terms, (*FIRST, *LAST))
    if screener.objective is not None:
        columns = (*FIRST, *terms.values(), *LAST)
        rows = list(_rows(whole.hits(), labels, list(terms.values()), limits))
        write_csv(place / TOP, columns, rows)
        write_parquet(place / TABLE, columns, rows, types=TYPES | dict.fromkeys(terms.values(), "DOUBLE"))
        made += [TOP, TABLE]
    sample = list(_rows(whole.scaffolds.hits(), labels, list(terms.values()), limits))
    left_out = set() if screener.objective is not None else {"score"}
    columns = tuple(name for name in (*FIRST, *terms.values(), *LAST) if name not in left_out)
    write_csv(place / SAMPLED, columns, [{k: v for k, v in row.items() if k not in left_out} for row in sample])
    write_atomic(place / SKETCHES, document(told(whole, labels)))
    from pharmakon.record.statement import render

    write_atomic(place / REPORT, render(page(config, screener, whole, files, notes)))
    for name in [*made, REPORT]:
        ledger.output(place / name)
    counts = whole.counts
    result: dict[str, Any] = {
        "rows": counts["rows"],
        "unreadable": counts["unreadable"],
        "feasible": counts["feasible"],
        "listed": len(whole.hits()),
        "set_aside": counts["set aside"],
        "best": whole.hits()[0].score if whole.hits() else None,
    }
    end = crate.close(ledger, scratch=_scratch(place, config), **result)
    return ScreenResult(place, **result, head=end.hash, notes=list(notes))


def finished(folder: Path, config: ScreenConfig, notes: Sequence[str]) -> ScreenResult | None:
    """The result of a run that had come to its end, when that is what the folder holds; RecordError as crate's."""
    last = crate.finished(folder, scratch=_scratch(folder, config))
    if last is None:
        return None
    found = {name: last.data[name] for name in ("rows", "unreadable", "feasible", "listed", "set_aside", "best")}
    return ScreenResult(folder, **found, head=last.hash, notes=list(notes))


def _scratch(folder: Path, config: ScreenConfig) -> Path | None:
    """The shards, where their sketches are all that is kept of them: every row's estimates stay."""
    return None if config.whole else folder / SHARDS


def labels_of(files: Sequence[Path]) -> list[str]:
    """What rows call the files: their names, or, where two have one name, all that was written of them."""
    names = [path.name for path in files]
    return names if len(set(names)) == len(names) else [path.as_posix() for path in files]


def told(whole: Summary, labels: Sequence[str]) -> dict[str, Any]:
    """What sketches.json says."""
    names = ("rows", "unreadable", "set aside", "infeasible", "no estimate", "scheduled", "feasible", "outside")
    return {
        "files": list(labels),
        "counts": {name.replace(" ", "_"): whole.counts[name] for name in names},
        "distinct_molecules": {"estimate": whole.distinct.count(), "standard_error": 0.0081},
        "distinct_scaffolds": {"estimate": whole.scaffolds.count(), "standard_error": 0.032},
        "broken_constraints": dict(sorted(whole.broken.items())),
        "outside_domain": dict(sorted(whole.outside.items())),
        "histograms": {name: histogram.plain() for name, histogram in whole.histograms.items()},
    }


def _merged(
    screener: Screener, parts: Sequence[Path], labels: Sequence[str], place: Path, progress: Progress
) -> Summary:
    """All parts as one summary; rows without an answer go to files on the way."""
    whole, head = screener.summary(), ("file", "row", "id", "structure")
    with (
        CsvWriter(place / PROBLEMS, (*head, "problem")) as problems,
        CsvWriter(place / QUARANTINE, (*head, "reason")) as quarantine,
    ):
        for done, part in enumerate(parts, start=1):
            one = read_part(part, top=screener.asked.top, seed=screener.asked.seed, into=whole.best)
            for writer, word, rows in ((problems, "problem", one.problems), (quarantine, "reason", one.set_aside)):
                for file, row, id, text, why in rows:
                    writer.write({"file": labels[file], "row": row, "id": id, "structure": text, word: why})
            whole.merge(one)
            progress(done, len(parts), "merging")
    return whole


def _rows(
    hits: Sequence[Hit], labels: Sequence[str], terms: Sequence[str], limits: Limits
) -> Iterator[Mapping[str, object]]:
    keys = each(_inchikey, [hit.smiles for hit in hits], limits, empty="")
    for rank, (hit, key) in enumerate(zip(hits, keys, strict=True), start=1):
        yield {
            "rank": rank,
            "id": hit.id,
            "smiles": hit.smiles,
            "inchikey": key,
            "score": hit.score,
            **dict(zip(terms, hit.values, strict=True)),
            "out_of_domain": hit.outside,
            "file": labels[hit.file],
            "row": hit.row,
        }


def _inchikey(smiles: str) -> str:
    return inchikey(to_mol(smiles))

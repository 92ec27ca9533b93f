"""What an anonymisation leaves behind: the rows, the tables of counts, result.json, report.html, and the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pharmakon.core.files import write_atomic
from pharmakon.privacy.loss import MEANINGS
from pharmakon.record.crate import close
from pharmakon.record.ledger import Ledger
from pharmakon.record.statement import Grid, Part, StatementPage, render
from pharmakon.store.plain import document
from pharmakon.store.plain import plain as plain_data
from pharmakon.store.writers import write_csv

if TYPE_CHECKING:
    from pharmakon.privacy.risk import Risk

    from .anonymise import AnonymiseConfig, AnonymiseResult, Cells

ROWS, RESULT, REPORT, LEDGER = "anonymous.csv", "result.json", "report.html", "ledger.jsonl"
HIDDEN, TOTAL = "*", "total"
CAUTION = (
    "The promise holds for the columns that were named as known to others, and for nobody who knows more. k-anonymity "
    "does not keep a secret that a class shares, which is what l and t are for, and does not add up: two releases of "
    "the same people can be joined. Whether the remaining risk is very small is for a person to judge."
)


def write(result: AnonymiseResult, config: AnonymiseConfig, ledger: Ledger) -> AnonymiseResult:
    """Write every file, record it, close the ledger; the result with the ledger's head."""
    folder = result.folder
    write_csv(
        folder / ROWS, result.columns, ({str(k): v for k, v in row.items()} for row in result.frame.to_dict("records"))
    )
    names = [ROWS]
    for number, table in enumerate(result.cells, start=1):
        names.append(f"cells-{number}.csv")
        write_csv(folder / names[-1], (*table.columns, "count"), listing(table))
    write_atomic(folder / RESULT, document(plain(result)))
    for name in (*names, RESULT):
        ledger.output(folder / name)
    head = ledger.append("anonymised", k=result.request.k, rows=len(result.frame), suppressed=result.found.suppressed)
    result = replace(result, head=head.hash)
    write_atomic(folder / REPORT, render(_page(result, config)))
    ledger.output(folder / REPORT)
    return replace(result, head=close(ledger).hash)


def plain(result: AnonymiseResult) -> dict[str, Any]:
    """The result as plain data."""
    found = result.found
    said = {
        "k": result.request.k,
        "loss": result.request.loss,
        "levels": {name: {"level": level, "of": height} for name, (level, height) in result.levels.items()},
        "losses": result.losses,
        "suppressed": found.suppressed,
        "rows": len(result.frame),
        "lattice": {"nodes": found.nodes, "looked_at": found.looked_at},
        "risk": {"before": asdict(result.before), "after": asdict(result.after)},
        "measures": {name: {"before": asdict(b), "after": asdict(a)} for name, (b, a) in result.measures.items()},
        "auc": result.auc and {"before": result.auc[0], "after": result.auc[1]},
        "cells": [
            {
                "columns": table.columns,
                "small": int(table.found.primary.sum()),
                "complementary": int(table.found.complementary.sum()),
                "safe": table.found.safe,
            }
            for table in result.cells
        ],
        "left_out": result.dropped,
        "notes": result.notes,
    }
    whole: dict[str, Any] = plain_data(said)
    return whole


def listing(table: Cells) -> Iterator[dict[str, object]]:
    """Each cell of a table with its margins, hidden counts as "*"."""
    axes = [(*values, TOTAL) for values in table.values]
    for place in np.ndindex(*table.found.counts.shape):
        row: dict[str, object] = {c: axes[i][place[i]] for i, c in enumerate(table.columns)}
        yield row | {"count": HIDDEN if table.found.hidden[place] else int(table.found.counts[place])}


def risk_rows(before: Risk, after: Risk) -> list[tuple[str, str, str]]:
    """(what, before, after) of the risk, as text."""
    rows = [
        ("records", f"{before.records:,}", f"{after.records:,}"),
        ("classes", f"{before.classes:,}", f"{after.classes:,}"),
        ("smallest class (k)", f"{before.smallest:,}", f"{after.smallest:,}"),
        ("unique records", f"{before.unique_share:.1%}", f"{after.unique_share:.1%}"),
    ]
    for name in ("prosecutor", "journalist"):
        b, a = getattr(before, name), getattr(after, name)
        rows.append((f"{name}, highest", _percent(b.highest), _percent(a.highest)))
        rows.append((f"{name}, mean", _percent(b.mean), _percent(a.mean)))
        rows.append((f"{name}, records above 9 %", _percent(b.share_at_risk), _percent(a.share_at_risk)))
    rows.append(("marketer: records found", _percent(before.marketer), _percent(after.marketer)))
    if before.population and after.population:
        b, a = before.population, after.population
        rows.append(("unique in the population", f"{b.share:.2%} ({b.model})", f"{a.share:.2%} ({a.model})"))
    return rows


def measure_rows(result: AnonymiseResult) -> list[tuple[str, str, str, str]]:
    """(column, what, before, after) of the sensitive columns, as text."""
    words = {
        "l": "distinct l",
        "entropy_l": "entropy l",
        "recursive_c": "recursive c",
        "t": "t",
        "alpha": "alpha",
        "basic_beta": "basic beta",
        "enhanced_beta": "enhanced beta",
        "delta": "delta",
    }
    return [
        (column, word, f"{getattr(before, name):.4g}", f"{getattr(after, name):.4g}")
        for column, (before, after) in result.measures.items()
        for name, word in words.items()
    ]


def utility_rows(result: AnonymiseResult) -> list[tuple[str, str, str]]:
    """(what, number, meaning) of what was lost."""
    rows, total = len(result.frame), len(result.frame) + result.found.suppressed
    said = [
        ("suppressed rows", f"{result.found.suppressed:,} ({result.found.suppressed / total:.2%})", f"{rows:,} kept")
    ]
    said += [(name, f"{value:.4f}", MEANINGS.get(name, "1 is the least possible")) for name, value in _losses(result)]
    if result.auc:
        said.append(
            (
                f"AUC of {result.request.predict}",
                f"{result.auc[0]:.3f} → {result.auc[1]:.3f}",
                "logistic model of the quasi-identifiers, five folds, every row tested",
            )
        )
    return said


def _losses(result: AnonymiseResult) -> list[tuple[Any, float]]:
    return list(result.losses.items())


def _percent(value: float) -> str:
    return f"{value:.1%}" if value >= 0.001 or value == 0 else f"{value:.2g}"


def _page(result: AnonymiseResult, config: AnonymiseConfig) -> StatementPage:
    request, found = result.request, result.found
    total = len(result.frame) + found.suppressed
    good = result.after.smallest >= request.k
    levels = [(name, f"{level}", f"{height}") for name, (level, height) in result.levels.items()]
    population = f"{request.population:,} people" if request.population else "not given: the journalist is a prosecutor"
    parts = [
        Part(
            "risk",
            "Who could be found again",
            [
                (
                    "A class is the records that share every quasi-identifier. The prosecutor knows that the person is "
                    f"in the table; the journalist does not. Population: {population}."
                )
            ],
            [Grid(("Risk", "Before", "After"), risk_rows(result.before, result.after), ("Before", "After"))],
            verdict=("good" if good else "poor", f"k = {result.after.smallest:,}"),
        )
    ]
    if result.measures:
        columns = ("Sensitive column", "Measure", "Before", "After")
        parts.append(
            Part(
                "secrets",
                "What could be learnt of somebody",
                ["Of the worst class. t is measured from the released table; numbers are ordered, words equally far."],
                [Grid(columns, measure_rows(result), ("Before", "After"))],
            )
        )
    parts.append(
        Part(
            "utility",
            "What it cost",
            [
                (
                    f"Of {found.nodes:,} ways to generalise {found.looked_at:,} were looked at; the others cannot "
                    f"be better. The loss that was minimised is {request.loss}."
                )
            ],
            [
                Grid(("Loss", "Value", "Meaning"), utility_rows(result), ("Value",)),
                Grid(("Quasi-identifier", "Level", "Highest"), levels, ("Level", "Highest"), "Generalisation"),
            ],
        )
    )
    parts += [_cell_part(number, table) for number, table in enumerate(result.cells, start=1)]
    return StatementPage(
        "anonymisation",
        f"{config.data.name}, {request.k}-anonymous",
        [
            (
                f"{len(result.frame):,} of {total:,} records are released, each alike {request.k - 1:,} others or more "
                f"in {', '.join(result.levels)}."
            ),
            *([f"Left out, since no rule names them: {', '.join(result.dropped)}."] if result.dropped else []),
        ],
        [
            (f"{result.after.smallest:,}", "smallest class"),
            (f"{found.suppressed / total:.1%}", "records suppressed"),
            (f"{result.losses['ncp']:.3f}", "information lost (NCP)"),
            (_percent(result.after.prosecutor.highest), "highest risk"),
        ],
        parts,
        CAUTION,
        _facts(result),
        document(request.model_dump(mode="json")),
    )


def _cell_part(number: int, table: Cells) -> Part:
    found = table.found
    low, high = found.low[found.primary], found.high[found.primary]
    proof = (
        f"What the shown numbers leave open of a small cell: {low.max():.0f} or fewer to {high.min():.0f} or more "
        "(linear programmes over every hidden cell)."
        if found.primary.any()
        else "No cell is small."
    )
    rows = [tuple(str(v) for v in row.values()) for row in listing(table)]
    return Part(
        f"cells{number}",
        f"Counts by {' and '.join(table.columns)}",
        [
            (
                f"{int(found.primary.sum()):,} counts below {found.threshold} are hidden, and "
                f"{int(found.complementary.sum()):,} others so that totals do not give them back. {proof}"
            ),
            "This table is protected alone: of several tables of the same people one may give back what another hides.",
        ],
        [Grid((*table.columns, "count"), rows, ("count",))],
        verdict=("good", "safe") if found.safe else ("poor", "NOT safe"),
    )


def _facts(result: AnonymiseResult) -> dict[str, str]:
    from pharmakon import __version__

    facts = {"pharmakon": __version__, "Loss": result.request.loss, "Search": "exact, full-domain"}
    if result.head:
        facts["Ledger's entry before this page"] = result.head
    return facts

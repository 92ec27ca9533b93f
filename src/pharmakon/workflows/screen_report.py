"""The report of a screen: what became of the rows, how values are spread, and the best molecules drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pharmakon.chem.depict import svg
from pharmakon.chem.parse import to_mol
from pharmakon.core.units import show
from pharmakon.design.aggregate import IN_WORDS
from pharmakon.design.quantities import halves
from pharmakon.engine.guarded import each
from pharmakon.record.plot import Curve, Plot
from pharmakon.record.statement import Grid, Part, Picture, StatementPage

from .screen_sketch import Histogram, Hit
from .screen_summary import Summary

if TYPE_CHECKING:
    from pharmakon.engine.forked import Limits

    from .screen_request import ScreenConfig
    from .screen_shard import Screener

DRAWN = 20
CAUTION = (
    "A high score says that models expect a molecule to be what was asked for. Of many candidates the best are those "
    "whose errors are luckiest too: expect less of them than their estimates say, and measure."
)


def page(
    config: ScreenConfig, screener: Screener, whole: Summary, files: Sequence[Path], notes: Sequence[str]
) -> StatementPage:
    """The page, made of the summary alone."""
    from pharmakon import __version__

    counts = whole.counts
    figures = [
        (f"{counts['rows']:,}", "rows"),
        (f"{whole.distinct.count():,}", "different molecules, about"),
        (f"{whole.scaffolds.count():,}", "scaffolds of those that hold, about"),
        (f"{counts['feasible']:,}", _held(screener)),
    ]
    parts = [
        Part("best", "The best", list(_best(screener, whole)), structures=list(_drawn(whole, screener.asked.limits)))
    ]
    if screener.objective is None:
        parts = []
    parts += [
        Part("rows", "What became of the rows", [*notes], [_fates(screener, whole), *_tables(whole)]),
        Part(
            "spread",
            "How values are spread",
            [
                "Of all rows that could be read"
                + ("; a score is of those that hold every constraint." if screener.objective is not None else ".")
            ],
            pictures=[_picture(screener, name, one) for name, one in whole.histograms.items() if one.counts.any()],
        ),
    ]
    wanted = screener.asked
    return StatementPage(
        "screen",
        f"{counts['rows']:,} rows of {files[0].name}" + (f" and {len(files) - 1} more" if len(files) > 1 else ""),
        [*_summary(screener, whole)],
        figures,
        parts,
        CAUTION,
        {"pharmakon": __version__, "Profile": wanted.profile, "Seed": str(wanted.seed)},
        config.model_dump_json(indent=2, exclude={"workers", "resume", "output"}),
    )


def _summary(screener: Screener, whole: Summary) -> Iterator[str]:
    counts = whole.counts
    if screener.objective is None:
        answered = counts["rows"] - counts["unreadable"] - counts["set aside"]
        yield f"{answered:,} of {counts['rows']:,} rows have estimates."
        return
    held = f"{counts['feasible']:,} of {counts['rows']:,} rows hold every constraint"
    hits = whole.hits()
    yield held + (
        f"; the best score is {hits[0].score:.3f}, the last one listed {hits[-1].score:.3f}." if hits else "."
    )


def _best(screener: Screener, whole: Summary) -> Iterator[str]:
    if screener.objective is not None and screener.objective.goals:
        yield f"The score is {IN_WORDS[screener.asked.aggregate].partition(';')[0]}."
    if not whole.hits():
        yield "No row holds every constraint."
        return
    shown = len({hit.smiles for hit in whole.hits()})
    yield f"top.csv lists {len(whole.hits()):,} rows; these are its first {min(DRAWN, shown)} different molecules."


def _drawn(whole: Summary, limits: Limits) -> Iterator[tuple[str, str]]:
    first: dict[str, tuple[int, Hit]] = {}
    for rank, hit in enumerate(whole.hits(), start=1):
        first.setdefault(hit.smiles, (rank, hit))
    shown = list(islice(first.items(), DRAWN))
    drawings = each(_drawing, [smiles for smiles, _ in shown], limits, empty="")
    for drawing, (_, (rank, hit)) in zip(drawings, shown, strict=True):
        yield drawing, f"{rank}. {hit.id}: {hit.score:.3f}"


def _drawing(smiles: str) -> str:
    return svg(to_mol(smiles))


def _held(screener: Screener) -> str:
    """What is said of the rows that nothing speaks against."""
    return "hold every constraint" if screener.objective is not None else "have estimates, and are not scheduled"


def _fates(screener: Screener, whole: Summary) -> Grid:
    said = {
        "unreadable": "cannot be read: problems.csv says why",
        "set aside": "hang, take too much memory or crash: quarantine.csv says which, and how",
        "infeasible": "break a constraint",
        "no estimate": "a model says nothing of",
        "scheduled": "belong to the schedules of the Chemical Weapons Convention, and are not ranked",
        "feasible": _held(screener),
        "outside": "lie outside the domain of a model",
    }
    rows = [(text, f"{whole.counts[name]:,}") for name, text in said.items() if whole.counts[name]]
    return Grid(("Rows that", "Count"), rows, ("Count",))


def _tables(whole: Summary) -> Iterator[Grid]:
    for title, head, found in (
        ("Constraints that are broken", "Constraint", whole.broken),
        ("Outside the domain", "Model", whole.outside),
    ):
        if found:
            rows = [(name, f"{n:,}") for name, n in sorted(found.items(), key=lambda one: (-one[1], one[0]))]
            yield Grid((head, "Rows"), rows, ("Rows",), title)


def _picture(screener: Screener, name: str, found: Histogram) -> Picture:
    filled = np.flatnonzero(found.counts)
    first, last = int(filled[0]), int(filled[-1]) + 1
    edges = np.linspace(found.low, found.high, len(found.counts) + 1)
    shown = found.counts[first:last].tolist()
    points = [(float(edges[first]), 0.0)]
    points += [(float(edge), float(n)) for edge, n in zip(edges[first:last], shown, strict=True)]
    points.append((float(edges[last]), 0.0))
    title, unit = _titles(screener).get(name, (name, ""))
    beyond = [f"{n:,} {word}" for word, n in (("below", found.below), ("above", found.above)) if n]
    caption = f"{int(found.counts.sum()):,} rows" + (f"; {', '.join(beyond)}." if beyond else ".")
    about = f"{title}: most rows near {show(float(edges[int(found.counts.argmax())]))}"
    return Picture(title, caption, Plot([Curve(points, shape="steps")], (unit or title, "rows"), about))


def _titles(screener: Screener) -> dict[str, tuple[str, str]]:
    """(title, unit) of what histograms are of."""
    found = {name: (what.title, what.unit) for name, what in screener.panel.properties.items()}
    for judge in screener.objective.judges if screener.objective is not None else ():
        named = bool(halves(judge.term))  # a substructure is told by its pattern, a likeness by its molecule
        found.setdefault(judge.key, (judge.what.title if named else judge.key, judge.what.unit))
    return found | {"score": ("Score", "")}

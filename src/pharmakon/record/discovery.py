"""The report of a biomarker study, discovered or validated: one self-contained HTML file, made of plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite

from .charts import common_scale, interval_bar
from .checklist import Answer, Checklist
from .drawings import Drawings
from .page import write_page
from .plot import Plot, legend, plot

REPORT, MARKERS_FILE, RISKS_FILE, RESULT = "report.html", "markers.csv", "risks.csv", "result.json"
SIGNATURE, LEDGER, DESIGN = "signature", "ledger.jsonl", "design"
"""What lies in the folder of a study."""
PILLS = {"refused": "poor", "warning": "unsure", "info": "note", "passed": "good"}
LISTED = 100
"""Markers in the page's table; all are in the CSV file beside it."""


Span = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One matter of the design check."""

    severity: str
    title: str
    sentence: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class MarkerLine:
    """One feature alone: adjusted and unadjusted, as text."""

    feature: str
    block: str
    n: str
    effect: str
    interval: str
    p: str
    q: str
    raw: str
    raw_q: str
    flips: bool = False


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """A model's score out of the folds it was made in. `kind` is "baseline", "null" or "" for a model.

    `others` are further measures by name, each a column; `span` is (low, value, high), to be drawn.
    """

    model: str
    score: str
    interval: str
    more: str = ""
    note: str = ""
    kind: str = ""
    others: Mapping[str, str] = field(default_factory=dict)
    gain: str = ""
    """By how much it is better than the clinical variables alone, with its interval."""
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class WeightLine:
    """A marker of the signature: its weight per standard deviation, and how often it was chosen."""

    feature: str
    block: str
    weight: str
    chosen: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class GroupLine:
    """How well it works for some of the patients."""

    group: str
    n: str
    events: str
    score: str
    interval: str
    gap: str
    note: str = ""
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """A chart and what it shows."""

    name: str
    title: str
    caption: str
    plot: Plot


@dataclass(frozen=True, slots=True)
class StudyPage:
    """Everything the page says. `kind` is "discovery" or "validation"; parts without content are left out."""

    kind: str
    title: str
    summary: Sequence[str]
    figures: Sequence[tuple[str, str]]
    caution: str
    checks: Sequence[CheckLine]
    flow: Sequence[tuple[str, int]]
    markers: Sequence[MarkerLine] = ()
    effect: str = ""
    """What a marker's effect means, with its unit."""
    tested: str = ""
    scores: Sequence[ScoreLine] = ()
    measure: str = ""
    chance: float | None = None
    """What the measure is by chance; a line in the drawn intervals."""
    weights: Sequence[WeightLine] = ()
    said_of_signature: Sequence[str] = ()
    groups: Sequence[GroupLine] = ()
    cohorts: Sequence[GroupLine] = ()
    panels: Sequence[Panel] = ()
    checklists: Sequence[tuple[Checklist, Sequence[Answer]]] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    config: str = ""


def bars(page: StudyPage) -> dict[Span, str]:
    """Every interval of scores, groups and cohorts as a drawing, all on one scale."""
    rows: list[ScoreLine | GroupLine] = [*page.scores, *page.groups, *page.cohorts]
    spans = [row.span for row in rows if row.span and all(map(isfinite, row.span))]
    scale = common_scale([end for span in spans for end in span], threshold=page.chance)
    return {span: interval_bar(*span, scale=scale, threshold=page.chance, called="95 % interval") for span in spans}


def render(page: StudyPage) -> str:
    """The page: needs no network and no other file; the same study gives the same bytes."""
    charts = {panel.name: (panel, plot(panel.plot), legend(panel.plot)) for panel in page.panels}
    return write_page(
        "discovery.html",
        title=page.title,
        summary=page.summary,
        figures=page.figures,
        drawings=Drawings(),
        styles=("report.css", "findings.css", "discovery.css"),
        page=page,
        pills=PILLS,
        others=list(dict.fromkeys(name for row in page.scores for name in row.others)),
        bars=bars(page),
        charts={name: found for name, found in charts.items() if found[1]},
        listed=LISTED,
    )

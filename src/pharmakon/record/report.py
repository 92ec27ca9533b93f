"""The report of a design run: one self-contained HTML file, made of plain data.

A number of a design is a `Value`: the exact text of its cell in designs.csv. The page shows a rounded form of it and
carries the text itself in `data-property` and `data-value`, so that the two files can be compared.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pharmakon.core.types import Better
from pharmakon.core.units import show

from .card import html as card_html
from .charts import TrajectoryPoint, common_scale, interval_bar, trajectory
from .drawings import Drawing, Drawings
from .entry import Head
from .front import scatter, volume_line
from .page import write_page
from .statement import Part

MARKS = {"good": "✓", "poor": "✕", "don't know": "?"}
FAINT = 0.08
"""Weights smaller than this are not coloured."""


@dataclass(frozen=True, slots=True)
class Value:
    """One cell of designs.csv: its column and its exact text ("" where there is no answer)."""

    column: str
    csv: str

    @property
    def number(self) -> float:
        """NaN where the text is not a number."""
        try:
            return float(self.csv)
        except ValueError:
            return math.nan

    @property
    def shown(self) -> str:
        """Three significant figures; text and whole numbers as they are; "-" for nothing."""
        if math.isfinite(self.number):
            whole = self.csv.lstrip("-").isdigit() and len(self.csv) <= 7
            return (self.csv if whole else show(self.number)).replace("-", "−")
        return "-" if self.csv in ("", "nan", "inf", "-inf") else self.csv


@dataclass(frozen=True, slots=True)
class Goal:
    """A line of what was asked: `wanted` in words ("at least 8"), `source` the model or method that answers."""

    title: str
    wanted: str
    weight: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked of a property ("≥ 8"), and by how much one design misses it, in the property's unit; 0 is met."""

    wanted: str
    missed: Value
    must: bool = False
    """A constraint: what does not meet it is no design."""

    @property
    def met(self) -> bool:
        """Whether the design is what was asked for."""
        return self.missed.number == 0


@dataclass(frozen=True, slots=True)
class PropertyLine:
    """One property of one design. One with `wishes` was asked for and stands on the design's card.

    `range` is the physical range (None: open). `weights` are in [-1, 1] by atom, positive for good, or None where the
    explanation is withheld; `explanation` is then the reason, and otherwise a sentence. `coloured_svg` is shown instead
    where the design's `atoms` are not given.
    """

    name: str
    title: str
    value: Value
    unit: str = ""
    low: Value | None = None
    high: Value | None = None
    range: tuple[float | None, float | None] = (None, None)
    threshold: float | None = None
    better: Better = "none"
    in_domain: bool | None = None
    percentile: Value | None = None
    verdict: str = ""
    desirability: Value | None = None
    model: str = ""
    weights: Mapping[int, float] | None = None
    explanation: str = ""
    coloured_svg: str = ""
    wishes: Sequence[Wish] = ()

    @property
    def interval(self) -> str:
        """What its interval is called: a calibrated probability's promises no nine in ten."""
        return "interval" if self.unit == "probability" else "90 % interval"


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A known molecule near a design, with what was measured; drawn where its structure is on the machine."""

    id: str
    similarity: Value
    measured: Value | None = None
    what: str = ""
    svg: str | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a design's descent, first ancestor first; the design itself is the last.

    `partner` is the second parent's SMILES where a step had two, and `partner_svg` a small drawing of it.
    """

    operator: str
    smiles: str
    svg: str | None = None
    score: Value | None = None
    partner: str = ""
    partner_svg: str | None = None


@dataclass(frozen=True, slots=True)
class Compound:
    """A reactant or product of a route; `id` is the vendor's, "" for what is made."""

    smiles: str
    id: str = ""
    svg: str | None = None


@dataclass(frozen=True, slots=True)
class Reaction:
    """One step of a route."""

    name: str
    conditions: str
    reactants: Sequence[Compound]
    product: Compound


@dataclass(frozen=True, slots=True)
class Making:
    """How a design could be made: `said` in a sentence, and the steps in the order of work."""

    said: str
    steps: Sequence[Reaction] = ()


@dataclass(frozen=True, slots=True)
class DesignCard:
    """One design. `atoms` are the positions of its atoms in the coordinates of `svg`.

    `lead` names the property by which the structure on the card is coloured.
    """

    name: str
    rank: int
    smiles: str
    svg: str
    score: Value
    parts: Sequence[PropertyLine] = ()
    atoms: Sequence[tuple[float, float]] = ()
    alerts: Sequence[str] = ()
    sa_score: Value | None = None
    novelty: Value | None = None
    nearest: Sequence[Neighbour] = ()
    lineage: Sequence[Step] = ()
    notes: Sequence[str] = ()
    lead: str = ""
    route: Making | None = None

    @property
    def asked(self) -> Sequence[PropertyLine]:
        """The properties that were asked for; all of them where no wish is known."""
        return [line for line in self.parts if line.wishes] or self.parts

    @property
    def leading(self) -> PropertyLine | None:
        """The property by which the card is coloured."""
        return next((line for line in self.parts if line.name == self.lead), None)

    @property
    def missed(self) -> int:
        """How many wishes it does not meet."""
        return sum(not wish.met for line in self.parts for wish in line.wishes)


@dataclass(frozen=True, slots=True)
class RunFacts:
    """How the run can be repeated and checked. `inputs` are file names with their SHA-256."""

    config: str = ""
    seed: int = 0
    folder: str = "DIR"
    started: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    cards: Sequence[Mapping[str, Any]] = ()
    ledger: Head | None = None
    limits: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Front:
    """Molecules in the values of two goals, those no other beats, and the front's hypervolume after so many calls."""

    points: Sequence[tuple[float, float]]
    first: Sequence[tuple[float, float]]
    titles: tuple[str, str]
    volumes: Sequence[tuple[int, float]]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the page says. `summary` is what was asked and found, in plain sentences."""

    title: str
    summary: Sequence[str]
    designs: Sequence[DesignCard]
    goals: Sequence[Goal] = ()
    trajectory: Sequence[TrajectoryPoint] = ()
    scores: Sequence[tuple[int, float]] = ()
    aggregate: str = ""
    """What a score is, to follow "A molecule's score is"."""
    front: Front | None = None
    asides: Sequence[Part] = ()
    """What else there is to say; the first column of their tables names the molecule."""
    facts: RunFacts = field(default_factory=RunFacts)


def render(report: Report) -> str:
    """The page: needs no network and no other file; the same report gives the same bytes."""
    return write_page(
        "report.html",
        title=report.title,
        summary=report.summary,
        figures=_figures(report),
        drawings=Drawings(),
        script="report.js",
        report=report,
        marks=MARKS,
        bars=_bars(report),
        overlay=lambda design, line, drawing: overlay(line.weights, design.atoms, drawing),
        card_html=card_html,
        charts=[
            ("wide", trajectory(report.trajectory, scores=report.scores)),
            ("narrow", trajectory(report.trajectory, scores=report.scores, width=400, height=260)),
        ],
        front_charts=_front_charts(report.front),
    )


def _front_charts(front: Front | None) -> list[tuple[str, str, str]]:
    """The scatter and the volume, wide and narrow."""
    if front is None:
        return []
    sizes = (("wide", 960, 380, 220), ("narrow", 400, 340, 220))
    return [
        (
            name,
            scatter(front.points, front.first, titles=front.titles, width=width, height=tall),
            volume_line(front.volumes, width=width, height=low),
        )
        for name, width, tall, low in sizes
    ]


def _figures(report: Report) -> list[tuple[str, str]]:
    """The few numbers to see first."""
    designs = report.designs
    out = [(str(len(designs)), "designs shown")]
    scores = [d.score.number for d in designs if math.isfinite(d.score.number)]
    if scores:
        out.append((show(max(scores)), "best score"))
    if report.front is not None:
        out.append((str(len(report.front.first)), "on the front"))
    if any(line.wishes for d in designs for line in d.parts):
        out.append((str(sum(not d.missed for d in designs)), "meet every goal"))
    if any(line.in_domain is not None for d in designs for line in d.asked):
        inside = sum(all(line.in_domain is not False for line in d.asked) for d in designs)
        out.append((str(inside), "in every asked model's domain"))
    if report.trajectory:
        out.append((f"{report.trajectory[-1].call:,}", "scorer calls"))
    return out


def _bars(report: Report) -> dict[tuple[str, str], str]:
    """The interval bar of each (design, property), all bars of a property on one scale."""
    lines: dict[str, list[tuple[str, PropertyLine]]] = {}
    for card in report.designs:
        for line in card.parts:
            lines.setdefault(line.name, []).append((card.name, line))
    bars: dict[tuple[str, str], str] = {}
    for name, found in lines.items():
        first = found[0][1]
        ends = [[_number(line.low), line.value.number, _number(line.high)] for _, line in found]
        numbers = [n for three in ends for n in three]
        scale = common_scale(numbers, threshold=first.threshold, low=first.range[0], high=first.range[1])
        for (design, line), (low, value, high) in zip(found, ends, strict=True):
            if line.low is not None and line.high is not None:
                bars[design, name] = interval_bar(
                    low,
                    value,
                    high,
                    scale=scale,
                    threshold=line.threshold,
                    better=line.better,
                    called=line.interval,
                )
    return bars


def overlay(weights: Mapping[int, float] | None, atoms: Sequence[tuple[float, float]], drawing: Drawing) -> str:
    """Coloured discs that lie behind a structure, one for each atom that matters; "" without weights or places."""
    if not weights or not atoms:
        return ""
    radius = 0.46 * _bond_length(atoms)
    discs = "".join(
        f'<circle class="{"up" if weight > 0 else "down"}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"'
        f' fill-opacity="{0.15 + 0.7 * abs(weight):.2f}"/>'
        for i, (x, y) in enumerate(atoms)
        if abs(weight := weights.get(i, 0.0)) >= FAINT
    )
    return f'<svg class="glow" viewBox="{drawing.box}" aria-hidden="true">{discs}</svg>'


def _bond_length(atoms: Sequence[tuple[float, float]]) -> float:
    """The median distance from an atom to its nearest; 24 for a lone atom."""
    nearest = sorted(min((math.dist(a, b) for b in atoms if b is not a), default=24.0) for a in atoms)
    return nearest[len(nearest) // 2]


def _number(value: Value | None) -> float:
    return value.number if value is not None else math.nan

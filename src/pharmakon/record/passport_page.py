"""The page of passports: one self-contained HTML file, made of plain data."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from pharmakon.core.units import show, tiny

from .drawings import Drawings
from .histogram import Series, histogram
from .page import write_page
from .passport import Passport, Passports

FULL = 8.0
"""The cost of a token, in nats, that fills its bar."""


def render(found: Passports, *, drawn: Mapping[str, str], caution: str) -> str:
    """The page; `drawn` are SVG drawings by SMILES, `caution` what is said of the language model's likelihood."""
    drawings = Drawings()
    for svg in drawn.values():  # before the page is written, since its head holds their colours
        drawings.add(svg)
    bars = [Series("", found.memory.similarity)]
    axis = "similarity (ECFP4 Tanimoto) of each design to the nearest measured molecule"
    return write_page(
        "passport.html",
        title=f"{found.title}: passports",
        summary=_summary(found),
        figures=_figures(found),
        drawings=drawings,
        styles=("report.css", "findings.css", "discovery.css", "passport.css"),
        page=found,
        drawn=drawn,
        caution=caution,
        number=_number,
        measured=_measured,
        signed=_signed,
        tiny=tiny,
        change=_change,
        tokens=_tokens,
        charts=[
            ("wide", histogram(bars, axis=axis, height=170)),
            ("narrow", histogram(bars, axis="similarity to the nearest measured", width=400, height=170)),
        ],
    )


def _summary(found: Passports) -> list[str]:
    whole, n = sum(one.ok for one in found.passports), len(found.passports)
    error = max((max(one.score.error, one.score.regrading_error) for one in found.passports), default=0.0)
    again = (
        f"{whole} of {n} {'molecules were' if n != 1 else 'molecule was'} made again from the recorded steps, with the "
        f"score rebuilt from its parts (largest error {tiny(error)}; 1e-9 is allowed)."
    )
    memory = found.memory
    designs, copies = len(memory.similarity), memory.same_fingerprint
    copied = (
        f"Of the run's {designs} designs {copies or 'none'} {'has' if copies == 1 else 'have'} the fingerprint of "
        f"one of the {memory.against:,} measured molecules, and {memory.near or 'none'} "
        f"{'is' if memory.near == 1 else 'are'} a near copy (similarity {memory.bar:g} or more)."
    )
    flagged = sum(o.flagged for one in found.passports for o in one.opinions)
    said = f"{flagged} {'answer has' if flagged == 1 else 'answers have'} a second opinion that differs unusually."
    return [again, copied, *([said] if flagged else []), *found.warnings]


def _figures(found: Passports) -> list[tuple[str, str]]:
    n = len(found.passports)
    opinions = [o for one in found.passports for o in one.opinions if not o.problem]
    return [
        (f"{sum(one.replay.ok for one in found.passports)} of {n}", "same molecule when replayed"),
        (f"{sum(one.score.ok for one in found.passports)} of {n}", "scores rebuilt within 1e-9"),
        (str(found.memory.same_fingerprint), "designs with a measured molecule's fingerprint"),
        (f"{sum(o.flagged for o in opinions)} of {len(opinions)}", "second opinions that differ unusually"),
    ]


def _number(value: float, unit: str = "") -> str:
    """Three figures or a whole number, a real minus; "–" for none."""
    if not math.isfinite(value):
        return "–"
    if unit in ("count", "") and value.is_integer() and abs(value) < 1e6:
        return f"{value:.0f}".replace("-", "−")
    return show(value, "" if unit in ("Tanimoto", "probability") else unit).replace("-", "−")


def _measured(value: float, unit: str) -> str:
    """A measured value; of a class whether it was found."""
    return ("yes" if value > 0.5 else "no") if unit == "probability" else _number(value, unit)


def _signed(value: float, digits: int = 3) -> str:
    return f"{value:+.{digits}f}".replace("-", "−") if math.isfinite(value) else "–"


def _change(value: float) -> str:
    """A change of a score; one that rounds to nothing says so."""
    if not math.isfinite(value):
        return "–"
    if value == 0:
        return "none"
    return _signed(value, 4) if abs(value) >= 5e-5 else f"{value:+.0e}".replace("-", "−")


def _tokens(one: Passport) -> Sequence[tuple[str, float, Any]]:
    """Each token, its log-likelihood, and its bar's height in per cent."""
    spelling = one.spelling
    return [
        (token, log, round(100 * min(-log / FULL, 1.0), 1))
        for token, log in zip(spelling.tokens, spelling.logs, strict=True)
    ]

"""`pharmakon recalibrate solubility assay.csv --value logS -o our-solubility`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

from cyclopts import Parameter

from pharmakon.core.units import show, show_interval
from pharmakon.workflows import recalibrate as workflow

from . import render
from .flags import COLUMNS, from_config
from .progress import progress


@from_config(positional=("model", "data"), short={"output": "-o"}, also=COLUMNS)
def recalibrate(
    config: workflow.RecalibrateConfig,
    *,
    as_json: Annotated[bool, Parameter("--json", negative=(), help="print the model's card as JSON")] = False,
) -> None:
    """Fit a model's calibration to your own measurements, without training it again.

    The new folder holds the same weights, a new calibration, and a card that says what was found on whose molecules.
    """
    with progress("recalibrate") as advance:
        result = workflow.run(config, progress=advance)
    for text in result.notes:
        render.note(text)
    if as_json:
        print(json.dumps(result.card, indent=2, ensure_ascii=False))
        return
    render.rows_set_aside(result.problems)
    _show(result.card)
    print(f"model: {result.folder}")


def _show(card: Mapping[str, Any]) -> None:
    """What was found, and what it is worth on molecules that were not fitted."""
    found, scores, coverage = card["recalibration"], card["scores"]["laboratory"], card["coverage"]
    metrics = list(scores["model"])
    rows = [
        (
            when,
            *(f"{show(scores[who][m][0])} ({show_interval(*scores[who][m][1:])})" for m in metrics),
            f"{100 * coverage[split]['observed']:.1f} %",
            show(coverage[split]["mean_width"]),
        )
        for when, who, split in (("before", "before", "laboratory_before"), ("after", "model", "laboratory"))
    ]
    width = "mean classes" if card["property"]["kind"] == "classification" else "mean width"
    title = f"{found['molecules']:,} molecules, each judged by a calibration that did not see it"
    render.table(("", *metrics, "90 % coverage", width), rows, title=title)
    print(f"correction: {found['correction']}, {_formula(found)} ({found['scale']})")


def _formula(found: Mapping[str, Any]) -> str:
    slope = "" if found["slope"] == 1 else f"{show(found['slope'])} × "
    shift = found["shift"]
    return f"{slope}x {'−' if shift < 0 else '+'} {show(abs(shift))}" if shift else f"{slope}x"

"""`pharmakon passport RUN [DESIGN ...]`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from pharmakon.core.units import show, tiny
from pharmakon.workflows import passport as workflow

from . import render
from .flags import from_config
from .progress import progress

if TYPE_CHECKING:
    from pharmakon.record.passport import Descent, Passport

HEADINGS = ("design", "score", "replay", "error", "held back by", "moved most by", "nearest measured", "rarest part")


@from_config(positional=("run", "designs"), short={"output": "-o"})
def passport(
    config: workflow.PassportConfig,
    *,
    as_json: Annotated[bool, Parameter("--json", negative=(), help="print everything as JSON")] = False,
) -> int:
    """Say where designed molecules come from, what their scores are made of, and what speaks against them.

    Exit code 0 when each comes out of its recorded steps again and its score is rebuilt from its parts, 1 otherwise.
    """
    with progress("passport") as advance:
        result = workflow.run(config, progress=advance)
    found = result.found
    if as_json:
        from pharmakon.workflows.passport_output import data_of

        print(data_of(found), end="")
        return 0 if result.ok else 1
    render.table(HEADINGS, [_row(one) for one in found.passports])
    if len(found.passports) == 1:
        _one(found.passports[0])
    memory = found.memory
    print(
        f"{len(memory.similarity)} designs against {memory.against:,} measured molecules: "
        f"{memory.same_fingerprint} with the same fingerprint, {memory.near} near copies"
    )
    for warning in found.warnings:
        render.note(warning)
    if result.output is not None:
        print(f"passports: {result.output}")
    return 0 if result.ok else 1


def _row(one: Passport) -> tuple[str, ...]:
    worst = max(one.score.goals or one.score.constraints, key=lambda term: term.share)
    clusters = [(abs(c.score), c, i) for i in one.influence for c in i.most]
    most = max(clusters, key=lambda item: item[0], default=None)
    near = max((m for n in one.nearest for m in n.molecules), key=lambda m: m.similarity, default=None)
    rare = one.fragments[0] if one.fragments else None
    return (
        one.name,
        show(one.score.recorded),
        "same molecule" if one.replay.ok else "another molecule",
        one.score.problem or tiny(max(one.score.error, one.score.regrading_error)),
        f"{worst.title} ({worst.share:.0%})" if worst.share else "nothing",
        f"{most[1].nearest} and {most[1].size - 1} alike ({most[1].score:+.4f})" if most and most[0] else "",
        f"{near.id} ({near.similarity:.2f})" if near else "",
        f"{rare.smiles} ({rare.molecules:,})" if rare else "",
    )


def _one(one: Passport) -> None:
    terms = [
        (
            t.title,
            t.wanted,
            show(t.value, t.unit),
            f"{t.desirability:.4f}",
            f"{t.weight:g}" if t.weight else "must hold",
            f"{t.share:.0%}" if t.share else "",
        )
        for t in (*one.score.goals, *one.score.constraints)
    ]
    render.table(("wish", "wanted", "value", "desirability", "weight", "share of the loss"), terms, title=one.verdict)
    steps = [(*_step(step),) for step in one.lineage]
    if steps:
        render.table(("edits", "molecule", "score", "change", "runner-up"), steps, title=f"from {one.began}")
    spelling = one.spelling
    if not spelling.problem:
        print(
            f"log p = {spelling.total:.2f} by {spelling.model}, above {spelling.percentile:.0f} % of what it writes: "
            "how usual the spelling is, and nothing about chemistry"
        )
    for opinion in one.opinions:
        if opinion.flagged:
            print(
                f"{opinion.title}: {opinion.first} {show(opinion.first_value, opinion.unit)}, {opinion.second} "
                f"{show(opinion.second_value, opinion.unit)}: {opinion.deviations:+.1f} SD from their usual difference"
            )


def _step(step: Descent) -> tuple[str, ...]:
    edits = " + ".join(step.operators)
    if not math.isfinite(step.after):
        return edits, step.child, "not scored", "", ""
    change = f"{step.change:+.3f}" if math.isfinite(step.change) else ""
    rival = f"{-step.rival.less:+.3f}: {step.rival.why}" if step.rival else ""
    return edits, step.child, show(step.after), change, rival

"""`pharmakon models` and `pharmakon models NAME`."""

from __future__ import annotations

import json
from typing import Annotated

from cyclopts import Parameter

from pharmakon.core.types import Profile
from pharmakon.workflows import models as workflow

from . import render

HEADINGS = ("name", "what", "unit", "molecules", "score", "scaffold split", "cluster split", "licence")


def models(
    name: Annotated[
        str | None,
        Parameter(help="a shipped model or a model folder: show its card; a group, such as targets: list it"),
    ] = None,
    /,
    *,
    profile: Annotated[Profile, Parameter(help="fast: what the network of the fast profile does")] = "full",
    as_json: Annotated[bool, Parameter("--json", negative=(), help="print the cards as JSON")] = False,
) -> None:
    """List the shipped models, or show one model's card."""
    cards = workflow.cards([name] if name else [], profile=profile)
    if as_json:
        print(json.dumps(cards, indent=2, ensure_ascii=False))
    elif name and len(cards) == 1:
        print(workflow.card_text(cards[0]))
    elif cards:
        render.table(HEADINGS, (workflow.summary(card) for card in cards))
    else:
        render.note("no model is shipped with this copy; recipes/ trains them")

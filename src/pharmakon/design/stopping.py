"""When a search has had enough, before its calls are spent."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from pharmakon.design.settings import Settings

BEST = 10
"""Molecules whose mean score says how far a search has come."""
RISE = 0.001
"""Of that mean, as a part of it: less than this, and a search has not moved."""


def reason_to_stop(scores: Sequence[float], settings: Settings) -> str:
    """Why a search with these scores, in the order of the calls, ends here: "reached", "patience", or "" to go on."""
    if settings.until is not None and len(scores) >= BEST and best_mean(scores) >= settings.until:
        return "reached"
    before = len(scores) - (settings.patience or len(scores))
    if before >= max(BEST, settings.initial):
        now = best_mean(scores)
        if 0 < now < best_mean(scores[:before]) * (1 + RISE):  # at nothing, a search has not begun to stand still
            return "patience"
    return ""


def best_mean(scores: Sequence[float]) -> float:
    """The mean of the BEST highest."""
    return sum(heapq.nlargest(BEST, scores)) / BEST

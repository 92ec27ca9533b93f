"""What nested folds said of a signature where only some of its blocks are there: not the figure of all blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from pharmakon.biomarkers.fusion import Pattern, best_pattern
from pharmakon.biomarkers.signature import Signature

from .study_scores import Scores

PATTERNS = "nested of blocks alone"
"""In the card: the nested scores of each block alone, by its name."""


def alone(scores: Scores, signature: Signature, *, model: str) -> dict[str, dict[str, Any]]:
    """The nested scores of each block of the signature alone, for its card.

    None for stable markers: the folds try a block alone as an elastic net of all its features.
    """
    if model == "stable":
        return {}
    return {
        name: {measure: asdict(found) for measure, found in scores.models[name].items()}
        for name in signature.models
        if name in scores.models
    }


def pattern_of(signature: Signature, present: Sequence[str]) -> Pattern:
    """The blocks that a cohort's risks are made of, where it has those that are `present`; all where it has all."""
    there = tuple(name for name in signature.models if name in present)
    return there if len(there) == len(signature.models) else best_pattern(there, signature.fusions) or there


def promised(card: Mapping[str, Any], pattern: Pattern, leading: str) -> dict[str, float] | None:
    """The nested estimate of the leading measure with these blocks; None where the training study has none."""
    nested: Mapping[str, Any] = card["nested"]
    if set(pattern) != set(card["signature"]["blocks"]):
        nested = card.get(PATTERNS, {}).get(pattern[0], {}) if len(pattern) == 1 else {}
    found: dict[str, float] | None = nested.get(leading)
    return found

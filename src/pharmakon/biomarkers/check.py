"""What the design check says: one sentence a matter, and what it forbids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pharmakon.core.errors import RefusedDesign

Severity = Literal["refused", "warning", "info", "passed"]
SEVERITIES: tuple[Severity, ...] = ("refused", "warning", "info", "passed")
Forbidden = Literal["anything", "multivariable", "predictive"]
"""What a refusal stands in the way of: every analysis, a model of many markers, a claim of prediction."""


@dataclass(frozen=True, slots=True)
class Check:
    """One matter that was looked into. `name` is for programs; `measures` are the numbers behind the sentence."""

    name: str
    severity: Severity
    title: str
    sentence: str
    advice: str = ""
    forbids: Forbidden | None = None
    measures: Mapping[str, float] = field(default_factory=dict)


def ranked(checks: Iterable[Check]) -> list[Check]:
    """The worst first."""
    return sorted(checks, key=lambda check: (SEVERITIES.index(check.severity), check.name))


def refusals(checks: Iterable[Check], wanted: Sequence[Forbidden]) -> list[Check]:
    """The checks that forbid one of these."""
    return [check for check in checks if check.severity == "refused" and check.forbids in {*wanted, "anything"}]


def enforce(checks: Iterable[Check], wanted: Sequence[Forbidden]) -> None:
    """Raise RefusedDesign, with every reason, where something wanted is forbidden."""
    if found := refusals(checks, wanted):
        reasons = "; ".join(f"{check.sentence} {check.advice}".strip() for check in found)
        raise RefusedDesign(f"the design does not support this: {reasons}")

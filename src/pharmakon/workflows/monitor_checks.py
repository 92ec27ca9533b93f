"""What is looked at when a model is monitored, each against its limit: domain, coverage, error, bias, calibration."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pharmakon.core.units import show
from pharmakon.learn.drift import Limit, Verdict, fold_apart, loss_ratio, mean_shift, share
from pharmakon.learn.interval import Interval

if TYPE_CHECKING:
    from pharmakon.core.types import Property
    from pharmakon.predict.monitoring import Observed, Reference

    from .monitor import MonitorConfig


@dataclass(frozen=True, slots=True)
class Check:
    """One number against its limit. `reference` is what it was when the model was made, NaN where nobody knows."""

    name: str
    title: str
    found: Interval
    limit: Limit
    reference: float
    n: int
    meaning: str

    @property
    def verdict(self) -> Verdict:
        """Whether the limit is held, passed, or whether the data cannot tell."""
        return self.limit.verdict(self.found)

    @property
    def sentence(self) -> str:
        """The check in words, made of its numbers alone."""
        if not math.isfinite(self.found.value):
            return f"{self.title}: nothing to tell it from."
        edge = f"at {self.limit.side} {show(self.limit.value)}"
        interval = f" ({show(self.found.low)} to {show(self.found.high)})" if math.isfinite(self.found.low) else ""
        said = {"held": "held", "passed": "PASSED", "cannot tell": "cannot tell yet"}[self.verdict]
        return f"{self.title}: {show(self.found.value)}{interval} of {self.n:,}; {edge} is allowed: {said}."

    def plain(self) -> dict[str, Any]:
        """As JSON has it: null where there is no number."""
        return {
            "name": self.name,
            "title": self.title,
            "value": _known(self.found.value),
            "low": _known(self.found.low),
            "high": _known(self.found.high),
            "limit": asdict(self.limit),
            "reference": _known(self.reference),
            "n": self.n,
            "verdict": self.verdict,
        }


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def limits(config: MonitorConfig) -> dict[str, float]:
    """The limits that a configuration sets, by check."""
    names = ("domain", "coverage", "error", "bias", "calibration", "discrimination")
    return {name: float(getattr(config, name)) for name in names}


def of_molecules(
    what: Property, seen: Observed, was: Reference, edges: Mapping[str, float], *, nominal: float, seed: int
) -> list[Check]:
    """The checks of a molecule model. What needs measurements is asked of molecules in the domain alone."""
    judged = seen.judged
    n = int(judged.sum())
    hits, loss = seen.covered[judged], seen.loss[judged]
    errors = seen.y[judged] - seen.value[judged]
    spread, over = (was.loss if was.measure == "mae" else math.nan), "the mean absolute error of the card"
    if seen.scaled_error is not None:
        # A model of logarithms foretells the middle and not the mean, which lies higher: 0 is no bias on its scale.
        errors, over = seen.scaled_error[judged], "the mean absolute error, both on the model's own scale"
        spread = float(np.mean(np.abs(errors))) if n else math.nan
    name = {"mae": "mean absolute error", "brier": "Brier score"}[was.measure]
    checks = [
        Check(
            "domain",
            "Share of new molecules in the domain",
            share(int(seen.in_domain.sum()), len(seen.rows)),
            Limit("least", edges["domain"]),
            was.in_domain,
            len(seen.rows),
            "Molecules like those the model has seen. Outside of them it says that it does not know.",
        ),
        Check(
            "coverage",
            f"Share of measurements inside the {100 * nominal:.0f} % answer",
            share(int(np.nansum(hits)), n),
            Limit("least", edges["coverage"]),
            nominal,
            n,
            "The promise of the interval. Below it, intervals are too narrow: recalibrate.",
        ),
        Check(
            "error",
            f"{name[:1].upper()}{name[1:]} over that of the card",
            loss_ratio(loss, was.loss, seed=seed),
            Limit("most", edges["error"]),
            1.0,
            n,
            f"1 is the error of cross-validation over scaffolds, {show(was.loss)}.",
        ),
    ]
    if what.kind == "regression":
        checks.append(
            Check(
                "bias",
                f"Mean error over {over}",
                mean_shift(errors, unit=spread, seed=seed),
                Limit("most", edges["bias"]),
                0.0,
                n,
                "0 is no error to either side. A laboratory whose values lie higher or lower moves it: recalibrate.",
            )
        )
    else:
        checks.append(
            Check(
                "calibration",
                "How many times as many positives as foretold, or as few",
                fold_apart(int(np.nansum(seen.y[judged])), float(seen.value[judged].sum()), n),
                Limit("most", edges["calibration"]),
                1.0,
                n,
                "1 is as many as the probabilities add up to. Another mixture of molecules moves it: recalibrate.",
            )
        )
    return checks

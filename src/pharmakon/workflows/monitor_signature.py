"""A signature on new patients: whom it has a risk for, whether it tells them apart, whether events come as foretold."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pharmakon.core.files import sha256
from pharmakon.learn.drift import Limit, fold_apart, share
from pharmakon.learn.interval import Interval

from .monitor_checks import Check, limits
from .monitor_result import Seen
from .study_signature import load
from .validate import ValidateConfig, apply_to, signature_folder

if TYPE_CHECKING:
    from .monitor import MonitorConfig
    from .validate import Validation


def observed(config: MonitorConfig) -> Seen:
    """The checks of a signature on a cohort. Raises as `validate` does: its own patients are refused, for one."""
    from pharmakon.biomarkers.cohort import paths_of

    folder = signature_folder(Path(config.model))
    frozen = load(folder)
    asked = ValidateConfig(signature=folder, cohorts=(config.data,), seed=config.seed)
    found = apply_to(frozen, config.data, asked)
    edges = limits(config)
    leading, score = next(iter(found.scores.items()))
    nested = frozen.card["nested"].get(leading, {}) if isinstance(frozen.card["nested"], dict) else {}
    checks = [
        Check(
            "domain",
            "Share of patients for whom it has a risk",
            share(len(found.cohort) - found.without, len(found.cohort)),
            Limit("least", edges["domain"]),
            1.0,
            len(found.cohort),
            "Without any block of measurements that the signature takes there is no risk.",
        ),
        Check(
            "discrimination",
            f"{leading} on these patients",
            Interval(score.value, score.low, score.high),
            Limit("least", edges["discrimination"]),
            float(nested.get("value", math.nan)) if isinstance(nested, dict) else math.nan,
            score.patients,
            "How well risks tell the patients apart; beside it the nested estimate of the cohort that made it.",
        ),
        *_calibration(found, edges["calibration"]),
    ]
    facts = {
        "patients": len(found.cohort),
        "risks": np.round(found.risks.value[np.isfinite(found.risks.value)], 4).tolist(),
        "scores": {name: [one.value, one.low, one.high] for name, one in found.scores.items()},
    }
    name = str(frozen.card["name"])
    inputs = list(paths_of(config.data))
    return Seen(name, name, sha256(folder / "card.json"), "patients", checks, facts, inputs, list(found.notes))


def _calibration(found: Validation, edge: float) -> list[Check]:
    """Events seen against events foretold; of an outcome that is yes or no."""
    outcome = found.cohort.outcome
    if outcome.kind != "binary":
        return []
    known = np.flatnonzero(outcome.known & np.isfinite(found.risks.value))
    seen, foretold = int(outcome.value[known].sum()), float(found.risks.value[known].sum())
    return [
        Check(
            "calibration",
            "How many times as many events as foretold, or as few",
            fold_apart(seen, foretold, len(known)),
            Limit("most", edge),
            1.0,
            len(known),
            f"{seen:,} events, where the risks add up to {foretold:.1f}.",
        )
    ]

"""Whether what was not measured goes with the outcome: then a gap is itself a marker, and filling it misleads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pharmakon.biomarkers.aliasing import strength
from pharmakon.biomarkers.block import Block
from pharmakon.biomarkers.check import Check
from pharmakon.biomarkers.outcome import Outcome
from pharmakon.core.types import Floats

FEWEST = 5
"""Gaps, and measured values, a feature must have to be looked at."""
LEVEL = 0.01
"""False discovery rate among the features of a block; p of whole rows that is worth a warning."""


@dataclass(frozen=True, slots=True)
class Screened:
    """The samples as they were before those without any measurement were left out; n of each."""

    measured: NDArray[np.bool_]
    outcome: Outcome
    roles: Mapping[str, NDArray[np.str_]]
    """Labels of what is declared of "arm", "batch" and "site"."""


def unmeasured(everybody: Screened | None) -> list[Check]:
    """A check of the samples that were left out for want of any measurement against those that were kept.

    None where nobody was left out. No check of a block sees these samples, since they are no longer there.
    """
    if everybody is None:
        return []
    absent = ~everybody.measured
    p_values = {"outcome": float(_p_values(absent[:, None], everybody.outcome)[0])}
    p_values |= {name: _p_of_labels(absent, labels) for name, labels in everybody.roles.items()}
    share, title = float(absent.mean()), "Samples without any measurement"
    measures = {"share": share} | {f"p of {name}": p for name, p in p_values.items()}
    start = f"{share:.0%} of the samples have no measurement and were left out"
    guilty = [f"the {name} (p {p:.1g})" for name, p in p_values.items() if p < LEVEL]
    if guilty:
        sentence = f"{start}, and whether they were goes with {' and '.join(guilty)}."
        advice = "Find out why before anything else: those who are left do not stand for the patients."
        return [Check("unmeasured", "warning", title, sentence, advice, None, measures)]
    sentence = f"{start} (p {min(p_values.values()):.2g} for going with {' or '.join(p_values)})."
    return [Check("unmeasured", "info", title, sentence, measures=measures)]


def _p_of_labels(absent: NDArray[np.bool_], labels: NDArray[np.str_]) -> float:
    known = labels != ""
    if not known.any():
        return 1.0
    return strength(np.unique(labels[known], return_inverse=True)[1], absent[known].astype(np.int64))[1]


def missingness(outcome: Outcome, blocks: Mapping[str, Block]) -> list[Check]:
    """A check of each block: whole rows that are missing, then single features."""
    return [check for name, block in blocks.items() for check in _of_block(name, block, outcome)]


def _of_block(name: str, block: Block, outcome: Outcome) -> list[Check]:
    title = f"Gaps in {name}"
    gaps = ~np.isfinite(block.values)
    if not gaps.any():
        return [Check(f"gaps-{name}", "passed", title, "Nothing is missing.")]
    absent = ~block.present
    found = []
    if absent.any():
        p = float(_p_values(absent[:, None], outcome)[0])
        share = float(absent.mean())
        if p < LEVEL:
            sentence = f"{share:.0%} of the samples lack {name}, and whether they do goes with the outcome (p {p:.1g})."
            advice = "Find out why before the block is used: whoever is sicker may have been measured less."
            found.append(Check(f"absent-{name}", "warning", title, sentence, advice, None, {"share": share, "p": p}))
        else:
            sentence = f"{share:.0%} of the samples lack {name} (p {p:.2g} for going with the outcome)."
            found.append(Check(f"absent-{name}", "info", title, sentence, measures={"share": share, "p": p}))
    gaps = gaps[~absent]
    tried = (gaps.sum(axis=0) >= FEWEST) & ((~gaps).sum(axis=0) >= FEWEST)
    p_values = _p_values(gaps[:, tried], outcome.take(~absent)) if tried.any() else np.empty(0)
    order = np.sort(p_values)
    below = order <= LEVEL * np.arange(1, len(order) + 1) / max(len(order), 1)
    guilty = p_values <= (order[below].max() if below.any() else -1.0)
    share = float(gaps.mean()) if gaps.size else 0.0
    measures = {"share": share, "features": float(tried.sum()), "informative": float(guilty.sum())}
    if guilty.any():
        names = [f for f, t in zip(block.features, tried, strict=True) if t]
        some = ", ".join(names[i] for i in np.argsort(p_values, kind="stable")[:3])
        sentence = f"Gaps of {int(guilty.sum())} of {int(tried.sum())} features go with the outcome ({some})."
        advice = "Values below a limit of detection should be given as that limit, not left out."
        found.append(Check(f"gaps-{name}", "warning", title, sentence, advice, None, measures))
    elif gaps.any():
        sentence = f"{share:.1%} of the values are missing; no feature's gaps go with the outcome."
        found.append(Check(f"gaps-{name}", "passed", title, sentence, measures=measures))
    return found


def _p_values(gaps: NDArray[np.bool_], outcome: Outcome) -> Floats:
    """For each column of gaps (n, p), whether the outcome differs between those with a gap and those without: p."""
    from scipy import stats

    known = outcome.known
    gaps, y = gaps[known], outcome.strata[known]
    n, missing = len(y), gaps.sum(axis=0)
    some = (missing > 0) & (missing < n)
    p_values = np.ones(gaps.shape[1])
    if outcome.kind == "continuous":
        for j in np.flatnonzero(some):
            p_values[j] = stats.mannwhitneyu(y[gaps[:, j]], y[~gaps[:, j]]).pvalue
        return p_values
    hits, total = (gaps * y[:, None]).sum(axis=0).astype(int), int(y.sum())
    seen: dict[tuple[int, int], float] = {}  # thousands of features share few tables
    for j in np.flatnonzero(some):
        key = int(hits[j]), int(missing[j])
        if key not in seen:
            hit, lost = key
            table = np.array([[hit, lost - hit], [total - hit, n - lost - total + hit]])
            seen[key] = float(stats.fisher_exact(table).pvalue)
        p_values[j] = seen[key]
    return p_values

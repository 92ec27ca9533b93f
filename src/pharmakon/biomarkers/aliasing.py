"""Whether batch, site or arm says the same as the outcome, or as each other: then no analysis can tell them apart.

A two-step correction cannot mend it: removing the batch removes the outcome, keeping the group differences while
removing the batch invents them (Nygaard et al., Biostatistics 2016, 17:29).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from pharmakon.biomarkers.check import Check
from pharmakon.biomarkers.outcome import Outcome
from pharmakon.core.types import Floats

PURE = 0.9
"""Share of samples in levels of one class only from which the two are called the same thing."""
STRONG, UNLIKELY = 0.3, 0.01
"""Strength and p of an association that is worth a warning."""
SHOWN = 5
"""Levels of one sample that are named."""


def aliasing(outcome: Outcome, roles: Mapping[str, NDArray[np.str_] | None]) -> list[Check]:
    """Checks of each role that is declared ("batch", "site", "arm") against the outcome and against each other.

    A batch or a site of a single sample is named too: what it does cannot be told from the sample.
    """
    declared = {name: labels for name, labels in roles.items() if labels is not None}
    found = [_with_outcome(name, labels, outcome) for name, labels in declared.items()]
    found += [check for name in ("batch", "site") if name in declared for check in _single(name, declared[name])]
    pairs = [(name, declared[name]) for name in ("batch", "site") if name in declared and "arm" in declared]
    return found + [_with_arm(name, labels, declared["arm"]) for name, labels in pairs]


def association(labels: NDArray[np.str_], outcome: Outcome) -> tuple[float, float, float]:
    """Strength (0 to 1), p, and the share of samples whose level has one outcome only.

    Cramér's V and chi squared of classes or events; the correlation ratio and F of numbers.
    """
    from scipy import stats

    known = (labels != "") & outcome.known
    levels, codes = np.unique(labels[known], return_inverse=True)
    if len(levels) < 2:
        return 0.0, 1.0, 0.0
    if outcome.kind == "continuous":
        y = outcome.value[known]
        between = sum((codes == k).sum() * (y[codes == k].mean() - y.mean()) ** 2 for k in range(len(levels)))
        ratio = float(between / max(((y - y.mean()) ** 2).sum(), 1e-300))
        groups = [y[codes == k] for k in range(len(levels))]
        p = float(stats.f_oneway(*groups).pvalue) if min(map(len, groups)) > 1 else 1.0
        return ratio**0.5, p, ratio
    return strength(codes, outcome.strata[known].astype(int))


def strength(codes: NDArray[np.intp], classes: NDArray[np.int64]) -> tuple[float, float, float]:
    """Cramér's V, p of chi squared, and the share of samples in levels of one class.

    That share is of the class of which it is least: where events are rare most small sites have none, by chance.
    """
    from scipy import stats

    table: Floats = np.zeros((int(codes.max()) + 1, int(classes.max()) + 1))
    np.add.at(table, (codes, classes), 1)
    table = table[:, table.sum(axis=0) > 0]
    if min(table.shape) < 2:
        return 0.0, 1.0, 0.0
    found = stats.chi2_contingency(table, correction=False)
    alone = table[(table > 0).sum(axis=1) == 1].sum(axis=0)
    pure = float((alone / table.sum(axis=0)).min())
    return float((found.statistic / table.sum() / (min(table.shape) - 1)) ** 0.5), float(found.pvalue), pure


def _with_outcome(name: str, labels: NDArray[np.str_], outcome: Outcome) -> Check:
    levels = len({*labels} - {""})
    title = f"{name.capitalize()} and outcome"
    if levels > len(labels) / 2:
        sentence = f"The {name} has {levels} values for {len(labels)} samples: it is a name, not a {name}."
        return Check(f"{name}-names", "warning", title, sentence, f"Name the column of the {name}.")
    v, p, pure = association(labels, outcome)
    measures = {"strength": v, "p": p, "one outcome only": pure}
    if name != "arm" and pure >= PURE:
        sentence = (
            f"Of either outcome {pure:.0%} or more of the samples lie in a {name} without the other: {name} and "
            "outcome are the same thing here, and no correction can part them."
        )
        advice = f"Measure both outcomes in each {name}, or take the question to another cohort."
        return Check(f"{name}-outcome", "refused", title, sentence, advice, "anything", measures)
    if v > STRONG and p < UNLIKELY:
        sentence = f"The {name} goes with the outcome (strength {v:.2f}, p {p:.1g})."
        advice = "" if name == "arm" else f"Effects are adjusted for {name}; what is left of them is the finding."
        return Check(f"{name}-outcome", "info" if name == "arm" else "warning", title, sentence, advice, None, measures)
    sentence = f"The {name} does not go with the outcome (strength {v:.2f}, p {p:.2g})."
    return Check(f"{name}-outcome", "passed", title, sentence, measures=measures)


def _single(name: str, labels: NDArray[np.str_]) -> list[Check]:
    """A warning that names the levels with one sample; none where they are so many that the column is a name."""
    levels, number = np.unique(labels[labels != ""], return_counts=True)
    alone = [str(level) for level in levels[number == 1]]
    if not alone or len(levels) > len(labels) / 2:
        return []
    some = ", ".join(alone[:SHOWN]) + (", ..." if len(alone) > SHOWN else "")
    sentence = (
        f"{len(alone)} {name}{'' if len(alone) == 1 else 'es' if name == 'batch' else 's'} of one sample ({some})."
    )
    advice = (
        f"Adjusted for its {name}, a single sample tells nothing: join it to the {name} it belongs to, or leave it out."
    )
    return [Check(f"{name}-single", "warning", f"Samples alone in a {name}", sentence, advice)]


def _with_arm(name: str, labels: NDArray[np.str_], arm: NDArray[np.str_]) -> Check:
    known = (labels != "") & (arm != "")
    title = f"{name.capitalize()} and arm"
    if len({*labels[known]}) < 2 or len({*arm[known]}) < 2:
        return Check(f"{name}-arm", "passed", title, f"There is one {name}, or one arm.")
    codes = [np.unique(values[known], return_inverse=True)[1] for values in (labels, arm)]
    v, p, pure = strength(codes[0], codes[1].astype(np.int64))
    measures = {"strength": v, "p": p, "one arm only": pure}
    if pure >= PURE:
        sentence = (
            f"Of each arm {pure:.0%} or more lie in a {name} without the other: arm and {name} cannot be told apart."
        )
        advice = "A difference between the arms may be one between the series; no treatment effect can be estimated."
        return Check(f"{name}-arm", "refused", title, sentence, advice, "predictive", measures)
    sentence = f"Both arms are in most of the {name}s (strength {v:.2f}, p {p:.2g})."
    return Check(f"{name}-arm", "passed", title, sentence, measures=measures)

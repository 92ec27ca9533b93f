"""Y-randomisation: the same model of shuffled values. What it still scores, it did not learn from the structures.

Rücker, Rücker & Meringer, J. Chem. Inf. Model. 2007, 47, 2345.
"""

from __future__ import annotations

import numpy as np

from pharmakon.core.random import stream
from pharmakon.learn.metrics import bootstrap

from .findings import Finding, passed
from .quick import Quick

SHUFFLES, RESAMPLES = 10, 200


def y_randomisation(quick: Quick | None, *, seed: int = 0) -> list[Finding]:
    """Refit on ten shuffles of the values: a warning where one scores inside the 95 % band of the real score."""
    if quick is None:
        return []
    dice = stream(seed, "y-randomisation")
    shuffled = np.column_stack([dice.permutation(quick.y) for _ in range(SHUFFLES)])
    predicted = quick.out_of_fold(np.column_stack([quick.y, shuffled]))
    metric = "auroc" if quick.kind == "classification" else "r2"
    score, low, high = bootstrap(metric, quick.y, predicted[:, 0], n=RESAMPLES, random_state=seed)
    chance = [quick.score(predicted[:, 1 + i], shuffled[:, i]) for i in range(SHUFFLES)]
    measures = {"score": score, "low": low, "high": high, "shuffled": float(np.mean(chance)), "best": max(chance)}
    sentence = (
        f"A quick model of unseen scaffolds has {quick.metric} {score:z.2f} ({low:z.2f} to {high:z.2f}); of shuffled "
        f"values {np.mean(chance):z.2f} on average, {max(chance):z.2f} at best{quick.said}"
    )
    if max(chance) < low:
        return [passed("y-randomisation", "Y-randomisation", f"{sentence}: it has learnt something.", measures)]
    advice = (
        "A model of this table may be chance on new scaffolds: get more molecules, or ask an easier question; never "
        "choose a model by its score in such a table."
    )
    said = f"{sentence}: inside the band, so structure may say nothing here."
    return [Finding("y-randomisation", "warning", "Y-randomisation", said, advice, measures=measures)]

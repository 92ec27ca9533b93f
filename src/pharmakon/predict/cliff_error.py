"""How much more a model errs on activity cliffs than elsewhere: near twins tell it the wrong value.

As MoleculeACE asks of every model (van Tilborg et al., J. Chem. Inf. Model. 2022, 62, 5938), here of a quick one, each
molecule predicted without itself and with its twins among what is known.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.random import stream
from pharmakon.learn.splits import random_folds

from .cliffs import OTHER_STEPS, SIMILAR
from .findings import Case, Finding, cases, passed
from .measured import Sample
from .quick import Quick

MOST = 1.5
"""Ratio of the two errors from which the error overall says little of a cliff."""
FEWEST = 10
"""Molecules on cliffs under which their error cannot be told."""
RESAMPLES = 500


def cliff_error(sample: Sample, quick: Quick, *, seed: int = 0) -> list[Finding]:
    """RMSE on cliffs by RMSE of all, with a bootstrap interval over molecules; nothing for classes or few cliffs."""
    if quick.kind == "classification":
        return []
    apart = np.abs(quick.y[:, None] - quick.y) / sample.scale.step
    twins = (quick.kernel >= SIMILAR) & (apart > (OTHER_STEPS if sample.scale.name == "other" else 1.0))
    np.fill_diagonal(twins, val=False)
    on: NDArray[np.bool_] = np.asarray(twins.any(axis=1))
    if on.sum() < FEWEST:
        return []
    error = quick.out_of_fold(quick.y, random_folds(len(quick.y), random_state=seed)) - quick.y
    square = error**2
    cliff, whole = float(np.sqrt(square[on].mean())), float(np.sqrt(square.mean()))
    ratio = cliff / whole if whole else 1.0
    drawn = stream(seed, "audit", "cliffs").integers(0, len(on), (RESAMPLES, len(on)))
    there, all_ = on[drawn], square[drawn]
    kept = there.any(axis=1)
    some = (all_ * there).sum(axis=1)[kept] / there.sum(axis=1)[kept]
    low, high = np.quantile(np.sqrt(some / all_.mean(axis=1)[kept]), (0.025, 0.975))
    sentence = (
        f"A quick model errs by {sample.scale.words(cliff / sample.scale.step)} (RMSE) on the {on.sum():,} molecules "
        f"that stand on a cliff and by {sample.scale.words(whole / sample.scale.step)} on all: {ratio:.2f} times "
        f"({low:.2f} to {high:.2f}) as much{quick.said}."
    )
    measures = {"ratio": ratio, "low": float(low), "high": float(high), "molecules": int(on.sum()), "rmse": cliff}
    title = "Error on activity cliffs"
    if ratio <= MOST:
        return [passed("cliff-error", title, sentence, measures)]
    advice = (
        "Report the error on cliffs beside the one of all: a prediction near a known twin is less sure than it looks."
    )
    worst = [
        Case(
            (int(quick.row[i]), int(quick.row[j])),
            f"{abs(error[i]):.2f} off, beside a twin of similarity {quick.kernel[i, j]:.2f}",
            float(abs(error[i])),
        )
        for i in np.flatnonzero(on)
        for j in [int(np.argmax(np.where(twins[i], quick.kernel[i], -1)))]
    ]
    return [Finding("cliff-error", "warning", title, sentence, advice, cases(worst), measures)]

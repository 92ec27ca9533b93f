"""How often each person is drawn in each bootstrap sample: counts, not rows, so that a metric is a matrix product.

A person with several samples is drawn with all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.random import stream
from pharmakon.core.types import Floats

CELLS = 250_000
"""Counts that are held at once: what a processor's cache holds."""
RESAMPLES = 500


def draws(people: NDArray[Any] | None, n: int, *, times: int = RESAMPLES, seed: int = 0) -> Iterator[Floats]:
    """Blocks (b, n) of counts: first one row of ones, the data as they are, then `times` bootstrap samples.

    `people` (n,) says whose each row is; None takes every row for a person.
    """
    yield np.ones((1, n))
    owner = None if people is None else np.unique(people, return_inverse=True)[1]
    m = n if owner is None else int(owner.max()) + 1
    random = stream(seed, "fairness")
    step = max(1, CELLS // max(n, 1))
    for start in range(0, times, step):
        b = min(step, times - start)
        place = random.integers(m, size=(b, m)) + m * np.arange(b)[:, None]
        counts = np.bincount(place.ravel(), minlength=b * m).reshape(b, m).astype(np.float64)
        yield counts if owner is None else counts[:, owner]


def resampled(
    metrics: Callable[[Floats], Mapping[str, Floats]],
    people: NDArray[Any] | None,
    n: int,
    *,
    times: int = RESAMPLES,
    seed: int = 0,
) -> dict[str, Floats]:
    """Metrics of the data and of each bootstrap sample: by name (1 + times, ...), the data first.

    `metrics` takes counts (b, n) and gives values (b, ...).
    """
    blocks = [metrics(counts) for counts in draws(people, n, times=times, seed=seed)]
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}


def ends(values: Floats) -> tuple[Floats, Floats]:
    """The 95 % percentile interval of what `resampled` gives (1 + times, ...): two of shape (...).

    NaN where half of the samples or more have no value.
    """
    samples = values[1:]
    known = np.isfinite(samples)
    some = known.mean(axis=0) > 0.5 if len(samples) else np.zeros(values.shape[1:], dtype=bool)
    low, high = np.full(values.shape[1:], np.nan), np.full(values.shape[1:], np.nan)
    if np.any(some):
        kept = np.where(known, samples, np.nan)[:, some]
        low[some], high[some] = np.nanpercentile(kept, [2.5, 97.5], axis=0)
    return low, high

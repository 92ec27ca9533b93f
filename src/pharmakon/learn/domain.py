"""Where a model may be believed: near enough to rows it has seen.

Error grows as the nearest training row gets less similar. The domain ends where it has grown too much.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pharmakon.core.errors import UsageError

Floats = NDArray[np.float64]


class Domain:
    """A least similarity to the nearest training row, and bins of similarity.

    The threshold is the larger of two:
    - the similarity below which out-of-fold error, as a falling function of similarity, exceeds `multiple` times its
      mean (that function by isotonic regression: no shape is assumed, and no bin width);
    - the `percentile` of training rows' similarity to their nearest other row: more remote than nearly all of them.

    The bins are the `n_bins` quantiles of the out-of-fold similarities, for Mondrian intervals; 0 is the most remote.
    """

    def __init__(self, *, multiple: float = 1.3, percentile: float = 5.0, n_bins: int = 3) -> None:
        self.multiple = multiple
        self.percentile = percentile
        self.n_bins = n_bins

    def fit(self, nearest: ArrayLike, *, errors: ArrayLike | None = None, similarity: ArrayLike | None = None) -> Self:
        """Learn from `nearest` (n,), each training row's similarity to its nearest other row.

        `errors` (n,) are out-of-fold: |residual|, or for classes (label - p)^2. `similarity` (n,) goes with them: to
        the nearest row outside the row's own fold; `nearest` stands in where it is not given.
        """
        near = _finite(nearest)
        if not len(near):
            raise UsageError("a domain needs at least one training row with a nearest row")
        remote = float(np.percentile(near, self.percentile))
        binned = near if similarity is None else _finite(similarity)
        self.cuts_ = np.unique(np.quantile(binned, np.arange(1, self.n_bins) / self.n_bins))
        self.limit_percentile_ = remote
        self.limit_error_ = 0.0
        if errors is not None:
            paired = np.asarray(nearest if similarity is None else similarity, dtype=np.float64)
            self.limit_error_ = _error_limit(paired, np.asarray(errors, dtype=np.float64), multiple=self.multiple)
        self.threshold_ = max(self.limit_error_, self.limit_percentile_)
        return self

    def in_domain(self, similarity: ArrayLike) -> NDArray[np.bool_]:
        """Whether similarities (m,) to the nearest training row reach the threshold; False for NaN."""
        inside: NDArray[np.bool_] = np.asarray(similarity, dtype=np.float64) >= self.threshold_
        return inside

    def bins(self, similarity: ArrayLike) -> NDArray[np.int64]:
        """The bin of each similarity (m,), 0 (most remote, and NaN) ... n_bins - 1."""
        values = np.nan_to_num(np.asarray(similarity, dtype=np.float64), nan=-np.inf)
        return np.searchsorted(self.cuts_, values, side="right").astype(np.int64)

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "multiple": self.multiple,
            "percentile": self.percentile,
            "n_bins": self.n_bins,
            "threshold": self.threshold_,
            "limit_error": self.limit_error_,
            "limit_percentile": self.limit_percentile_,
            "cuts": self.cuts_.tolist(),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        self = cls(multiple=data["multiple"], percentile=data["percentile"], n_bins=data["n_bins"])
        self.threshold_ = float(data["threshold"])
        self.limit_error_ = float(data["limit_error"])
        self.limit_percentile_ = float(data["limit_percentile"])
        self.cuts_ = np.array(data["cuts"], dtype=np.float64)
        return self


def _error_limit(similarity: Floats, errors: Floats, *, multiple: float) -> float:
    """The similarity at which the falling fit of error comes down to multiple * mean; 0 where it never exceeds that."""
    from scipy.optimize import isotonic_regression

    if similarity.shape != errors.shape:
        raise UsageError(f"{len(errors)} errors for {len(similarity)} similarities")
    known = np.isfinite(similarity) & np.isfinite(errors)
    if not known.any():
        return 0.0
    at, place, count = np.unique(similarity[known], return_inverse=True, return_counts=True)
    mean = np.bincount(place, weights=errors[known]) / count
    fitted = isotonic_regression(mean, weights=count, increasing=False).x
    too_large = np.flatnonzero(fitted > multiple * errors[known].mean())
    if not len(too_large):
        return 0.0
    # A falling step function: the first similarity on the next step is inside.
    return float(at[min(too_large[-1] + 1, len(at) - 1)])


def _finite(values: ArrayLike) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    return array[np.isfinite(array)]

"""A linear correction of a model's numbers to somebody else's measurements: no more of it than the rows can bear.

Three forms, simplest first: none (identity), an offset, an offset with a slope. A larger form is taken only where it
lowers the cross-validated loss by more than that gain's standard error, and what is fitted is shrunk towards the
identity, most where there are few rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import UsageError

Floats = NDArray[np.float64]
Form = Literal["identity", "offset", "linear"]
FORMS: tuple[Form, ...] = ("identity", "offset", "linear")

SLOPES = (0.1, 3.0)
"""A slope beyond these is not a correction: below, the model says nothing here; above, a short range is stretched."""
PRIOR = (1.0, 0.5)
"""Standard deviations of a log-odds offset and slope about the identity, before any label is seen."""
_EDGE = 1e-4  # a probability of exactly 0 or 1 has no log-odds to learn from


@dataclass(frozen=True, slots=True)
class LinearMap:
    """slope * x + shift. The slope is positive, so ranks stay."""

    shift: float = 0.0
    slope: float = 1.0

    def __call__(self, x: Floats) -> Floats:
        return x if self == IDENTITY else self.slope * x + self.shift

    def after(self, first: LinearMap) -> LinearMap:
        """One map for both, `first` applied first."""
        return LinearMap(self.slope * first.shift + self.shift, self.slope * first.slope)

    def inverse(self) -> LinearMap:
        """The map back."""
        return LinearMap(-self.shift / self.slope, 1 / self.slope)

    def odds(self, probability: Floats) -> Floats:
        """The map of a probability's log-odds, as a probability again; 0 and 1 stay."""
        from scipy.special import expit, logit

        return probability if self == IDENTITY else expit(self(logit(probability)))


IDENTITY = LinearMap()
Fit = Callable[[Floats, Floats, Form], LinearMap]


def fit_values(value: Floats, y: Floats, form: Form) -> LinearMap:
    """Least squares of y (n,) on value (n,), shrunk by the positive-part James-Stein factor max(0, 1 - 1 / t^2).

    t is the offset's, and the slope's, ratio to its standard error: what may be chance is left out.
    """
    residual = y - value
    if form == "identity" or len(y) < 3:
        return IDENTITY
    centred = value - value.mean()
    spread = float(centred @ centred)
    offset, tilt = float(residual.mean()), 0.0
    if form == "linear" and spread > 0:
        tilt = float(centred @ residual) / spread
    noise = float(np.sum((residual - offset - tilt * centred) ** 2)) / (len(y) - 1 - (form == "linear"))
    offset *= _kept(offset, noise / len(y))
    if tilt:
        tilt = float(np.clip(1 + tilt * _kept(tilt, noise / spread), *SLOPES)) - 1
    return LinearMap(offset - tilt * float(value.mean()), 1 + tilt)


def _kept(estimate: float, variance: float) -> float:
    return max(0.0, 1 - variance / estimate**2) if estimate else 0.0


def fit_log_odds(probability: Floats, y: Floats, form: Form) -> LinearMap:
    """The map of log-odds under which labels y (n,) 0 or 1 are likeliest, with a normal prior about the identity.

    Platt (1999) on log-odds; the prior keeps it finite where there is one class only.
    """
    from scipy.special import expit

    if form == "identity":
        return IDENTITY
    x = _log_odds(probability)
    columns = np.column_stack([np.ones(len(x)), x])[:, : 1 + (form == "linear")]
    start = np.array([0.0, 1.0])[: columns.shape[1]]
    fixed = x if form == "offset" else np.zeros(len(x))
    precision = 1 / np.square(PRIOR)[: columns.shape[1]]
    beta = start
    for _ in range(50):
        p = expit(columns @ beta + fixed)
        gradient = columns.T @ (y - p) - precision * (beta - start)
        curvature = (columns.T * (p * (1 - p))) @ columns + np.diag(precision)
        step = np.linalg.solve(curvature, gradient)
        beta = beta + np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-9:
            break
    return LinearMap(float(beta[0]), float(np.clip(beta[1], *SLOPES)) if form == "linear" else 1.0)


def absolute_loss(value: Floats, y: Floats) -> Floats:
    """|error| of each row: one wrong measurement does not decide the form."""
    return np.abs(y - value)


def log_loss(probability: Floats, y: Floats) -> Floats:
    """-log of the probability given to each row's label."""
    p = np.clip(probability, _EDGE, 1 - _EDGE)
    return -np.log(np.where(y > 0.5, p, 1 - p))


def _log_odds(probability: Floats) -> Floats:
    p = np.clip(probability, _EDGE, 1 - _EDGE)
    return np.log(p) - np.log1p(-p)


def out_of_fold(
    fit: Fit, apply: Callable[[LinearMap, Floats], Floats], x: Floats, y: Floats, *, folds: NDArray[np.intp], form: Form
) -> Floats:
    """What each row of x (n,) becomes under the map learnt from the other folds."""
    if not len(x) == len(y) == len(folds):
        raise UsageError(f"{len(x)} values, {len(y)} truths, {len(folds)} folds: one each a row, please")
    out = np.empty(len(x))
    for held in np.unique(folds):
        mine = folds == held
        out[mine] = apply(fit(x[~mine], y[~mine], form), x[mine])
    return out


def choose_form(
    fit: Fit,
    apply: Callable[[LinearMap, Floats], Floats],
    loss: Callable[[Floats, Floats], Floats],
    x: Floats,
    y: Floats,
    *,
    folds: NDArray[np.intp],
) -> Form:
    """The simplest form that no larger one beats out of fold by more than the gain's standard error."""
    best: Form = "identity"
    least = loss(x, y)
    for form in FORMS[1:]:
        mine = loss(out_of_fold(fit, apply, x, y, folds=folds, form=form), y)
        gain = least - mine
        if gain.mean() > gain.std(ddof=1) / np.sqrt(len(gain)):
            best, least = form, mine
    return best

"""Ridge models of a number or a class, fitted to the sums of hospitals: by Newton's method, or by federated averaging.

A model minimises the mean loss over all patients + penalty / 2 * the sum of its squared coefficients, the intercept
left free. Loss, gradient and Hessian are sums over patients, so summed over hospitals they are those of the pooled
data, and so is the minimum. Averaging (FedAvg: McMahan et al., AISTATS 2017; the proximal term of FedProx: Li et al.,
MLSys 2020) sends coefficients in place of Hessians: for thousands of features it is the one that fits in a file, and it
ends near the pooled fit, not on it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pharmakon.biomarkers.outcome import OutcomeKind
from pharmakon.core.types import Floats
from pharmakon.learn.glm_loss import sigmoid

TOLERANCE = 1e-8
"""Of the largest slope of the penalised mean loss, where a fit is finished."""


def with_intercept(Z: Floats) -> Floats:
    """Columns (n, d) in standard units and a last one of ones."""
    return np.column_stack([Z, np.ones(len(Z))])


def loss_sums(Z: Floats, y: Floats, kind: OutcomeKind, coefficients: Floats) -> Floats:
    """The summed loss (m,) of m models (m, d) over the rows of Z (n, d)."""
    eta = Z @ coefficients.T
    if kind == "binary":
        return np.asarray((np.logaddexp(0.0, eta) - y[:, None] * eta).sum(axis=0))
    return np.asarray(((y[:, None] - eta) ** 2).sum(axis=0) / 2)


def newton_sums(Z: Floats, y: Floats, kind: OutcomeKind, coefficients: Floats) -> tuple[Floats, Floats, Floats]:
    """Summed loss (m,), gradients (m, d) and upper halves of the Hessians (m, d (d + 1) / 2) at m models (m, d)."""
    upper = np.triu_indices(Z.shape[1])
    eta = Z @ coefficients.T
    fitted = sigmoid(eta) if kind == "binary" else eta
    weight = fitted * (1 - fitted) if kind == "binary" else np.ones_like(eta)
    gradients = (fitted - y[:, None]).T @ Z
    hessians = np.array([((Z.T * weight[:, k]) @ Z)[upper] for k in range(len(coefficients))])
    return loss_sums(Z, y, kind, coefficients), gradients, hessians.reshape(len(coefficients), -1)


def local_epochs(
    Z: Floats, y: Floats, kind: OutcomeKind, start: Floats, penalties: Floats, *, epochs: int, proximal: float
) -> Floats:
    """m models (m, d) after `epochs` steps down one hospital's own penalised loss, held to `start` by `proximal`.

    An epoch is one step with the whole gradient, as long as the curvature allows: nothing is drawn, and the same data
    give the same bytes.
    """
    curvature = (0.25 if kind == "binary" else 1.0) * float(np.linalg.norm(Z, 2)) ** 2 / len(Z)
    free = np.append(np.ones(Z.shape[1] - 1), 0.0)
    shrink = penalties[:, None] * free
    length = 1 / (curvature + penalties + proximal)[:, None]
    at = start.copy()
    for _ in range(epochs):
        eta = Z @ at.T
        miss = (sigmoid(eta) if kind == "binary" else eta) - y[:, None]
        at = at - length * (miss.T @ Z / len(Z) + shrink * at + proximal * (at - start))
    return at


@dataclass(frozen=True, slots=True)
class Descent:
    """m models on their way to the minimum, one a penalty. `at` is where the next sums are wanted, for those `open`."""

    penalties: Floats
    at: Floats
    base: Floats
    """Where the last step began, shape (m, d)."""
    step: Floats
    best: Floats
    """The penalised loss at `base`, shape (m,)."""
    open: NDArray[np.bool_]

    @classmethod
    def begin(cls, penalties: Floats, width: int) -> Descent:
        """At zero, with `width` coefficients, the intercept the last."""
        zero = np.zeros((len(penalties), width))
        return cls(penalties, zero, zero, zero, np.full(len(penalties), 1e300), np.ones(len(penalties), dtype=bool))

    def newton(self, patients: float, loss: Floats, gradients: Floats, hessians: Floats) -> Descent:
        """One step on for the open models, whose sums these are; half a step back after too long a one."""
        at, base, step = self.at.copy(), self.base.copy(), self.step.copy()
        best, still = self.best.copy(), self.open.copy()
        upper = np.triu_indices(at.shape[1])
        for row, k in enumerate(np.flatnonzero(self.open)):
            shrink = np.append(np.full(at.shape[1] - 1, self.penalties[k]), 0.0)
            value = loss[row] / patients + float(shrink @ at[k] ** 2) / 2
            if value > best[k] + 1e-9 * max(1.0, abs(best[k])):
                step[k] /= 2
                at[k] = base[k] + step[k]
                continue
            slope = gradients[row] / patients + shrink * at[k]
            if np.abs(slope).max() < TOLERANCE:
                still[k] = False
                continue
            curve = np.zeros((at.shape[1], at.shape[1]))
            curve[upper] = hessians[row] / patients
            curve = curve + np.triu(curve, 1).T + np.diag(shrink + 1e-12)
            base[k], best[k] = at[k], value
            step[k] = -np.linalg.solve(curve, slope)
            at[k] = base[k] + step[k]
        return replace(self, at=at, base=base, step=step, best=best, open=still)

    def averaged(self, patients: float, weighted: Floats) -> Descent:
        """The mean of the hospitals' models, each by its patients: `weighted` (m, d) is the sum of patients * model."""
        return replace(self, at=weighted / patients)

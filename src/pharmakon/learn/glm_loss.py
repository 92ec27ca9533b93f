"""Losses of a linear score for numbers and for classes, with the derivatives that a Newton step needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import UsageError

Floats = NDArray[np.float64]


class Loss(Protocol):
    """A mean loss over n rows as a function of their scores eta (n,)."""

    @property
    def has_intercept(self) -> bool:
        """Whether a constant added to every score changes the loss."""
        ...

    def value(self, eta: Floats) -> float:
        """The loss."""
        ...

    def gradient(self, eta: Floats) -> Floats:
        """Its slope by each score (n,)."""
        ...

    def hessian(self, eta: Floats, Z: Floats) -> Floats:
        """Z'HZ (m, m), its second derivatives by the coefficients of columns Z (n, m)."""
        ...


@dataclass(frozen=True, slots=True)
class Gaussian:
    """Half the mean squared error of numbers y (n,)."""

    y: Floats
    has_intercept: bool = True

    def value(self, eta: Floats) -> float:
        return float(np.mean((self.y - eta) ** 2) / 2)

    def gradient(self, eta: Floats) -> Floats:
        return (eta - self.y) / len(self.y)

    def hessian(self, eta: Floats, Z: Floats) -> Floats:
        return Z.T @ Z / len(Z)


@dataclass(frozen=True, slots=True)
class Logistic:
    """Mean negative log-likelihood of labels 0 or 1 (n,)."""

    y: Floats
    has_intercept: bool = True

    def __post_init__(self) -> None:
        if not 0 < self.y.mean() < 1:
            raise UsageError("a logistic model needs patients of both classes")

    def value(self, eta: Floats) -> float:
        return float(np.logaddexp(0.0, eta).sum() - self.y @ eta) / len(eta)

    def gradient(self, eta: Floats) -> Floats:
        return (sigmoid(eta) - self.y) / len(self.y)

    def hessian(self, eta: Floats, Z: Floats) -> Floats:
        p = sigmoid(eta)
        # Where a class is all but certain the curvature vanishes; the floor is glmnet's.
        return (Z.T * np.maximum(p * (1 - p), 1e-5)) @ Z / len(Z)


def sigmoid(eta: Floats) -> Floats:
    """1 / (1 + exp(-eta)) without overflow."""
    shrunk = np.exp(-np.abs(eta))
    p: Floats = np.where(eta >= 0, 1.0, shrunk) / (1 + shrunk)
    return p

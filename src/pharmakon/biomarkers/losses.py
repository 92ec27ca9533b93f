"""The loss that fits an outcome, and rows without an outcome left out."""

from __future__ import annotations

from pharmakon.biomarkers.cox_loss import CoxLoss
from pharmakon.biomarkers.outcome import Outcome
from pharmakon.learn.glm_loss import Gaussian, Logistic, Loss


def loss_of(outcome: Outcome) -> Loss:
    """Logistic, squared or Cox; the outcome must be known in every row."""
    if outcome.event is not None:
        return CoxLoss(outcome.value, outcome.event)
    return Logistic(outcome.value) if outcome.kind == "binary" else Gaussian(outcome.value)

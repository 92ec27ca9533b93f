import numpy as np

from pharmakon.biomarkers.cox_loss import CoxLoss
from pharmakon.biomarkers.losses import loss_of
from pharmakon.biomarkers.outcome import Outcome
from pharmakon.learn.glm_loss import Gaussian, Logistic


def test_each_outcome_has_its_loss():
    y, event = np.array([1.0, 0.0, 1.0]), np.array([1.0, 1.0, 0.0])
    assert isinstance(loss_of(Outcome("o", "binary", y)), Logistic)
    assert isinstance(loss_of(Outcome("o", "continuous", y)), Gaussian)
    assert isinstance(loss_of(Outcome("o", "survival", y, event)), CoxLoss)

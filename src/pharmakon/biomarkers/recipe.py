"""What a signature is made with: decided before the data are looked at, frozen, and part of its hash."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pharmakon.biomarkers.stability import StabilityRecipe


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that fitting may choose among. The block named "clinical" is the bar that the others have to pass."""

    alphas: tuple[float, ...] = (0.0, 0.5, 1.0)
    """Elastic-net mixes that inner cross-validation chooses among, the preferred first: 1 is lasso, 0 ridge."""
    n_lambda: int = 20
    slack: float = 0.0
    """Standard errors by which cross-validation may do worse for a stronger penalty: 1 is Breiman's rule, more keeps
    what each patient adds to the weights small, so that the signature gives less away of who is in it."""
    inner_folds: int = 5
    clinical: Literal["penalised", "unpenalised"] = "penalised"
    """Whether clinical columns are shrunk too."""
    stability: StabilityRecipe | None = field(default_factory=StabilityRecipe)
    """How markers are selected where the stable model is asked for; None leaves it out."""
    inner_pairs: int = 10
    """Complementary pairs in each inner fold, where selection is repeated so that fusion sees honest scores."""
    challenger: bool = True
    """Whether boosted trees are compared."""
    horizon: float | None = None
    """Survival: the time at which risk is given; None takes the median time of events."""

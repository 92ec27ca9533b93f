from __future__ import annotations

import numpy as np
import pytest

from pharmakon.core.types import Property
from pharmakon.predict.endpoints import Transform
from pharmakon.predict.scale import backward, difference, forward, scale_words


@pytest.mark.parametrize("transform", ["none", "log10", "logit"])
def test_there_and_back(transform: Transform) -> None:
    y = np.array([0.01, 0.2, 0.5, 0.97])
    assert backward(forward(y, transform), transform) == pytest.approx(y)


def test_a_certain_fraction_stays_finite() -> None:
    assert np.isfinite(forward(np.array([0.0, 1.0]), "logit")).all()


def test_no_logarithm_of_zero() -> None:
    assert np.isnan(forward(np.array([0.0, -1.0]), "log10")).all()


def test_the_way_back_never_overflows() -> None:
    with np.errstate(over="raise"):
        assert np.isfinite(backward(np.array([-1e9, 1e9]), "logit")).all()
        assert np.isfinite(backward(np.array([-1e9, 1e9]), "log10")).all()


def test_a_difference_in_words() -> None:
    value = Property("x", "X", "h")
    assert difference(0.5, what=value, transform="none") == "+0.50 h"
    assert difference(1.0, what=value, transform="log10") == "×10"
    assert difference(-1.0, what=value, transform="log10") == "÷10"
    assert difference(-0.25, what=value, transform="logit") == "−0.25 log-odds"
    assert difference(0.25, what=Property("x", "X", "probability", "classification"), transform="none") == (
        "+0.25 of the score"
    )
    assert scale_words(value, "log10") == "log10 h"

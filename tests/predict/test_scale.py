from __future__ import annotations

import numpy as np
import pytest

from pharmakon.predict.endpoints import Transform
from pharmakon.predict.scale import backward, forward


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

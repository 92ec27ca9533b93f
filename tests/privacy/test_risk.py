"""Risk by hand."""

import numpy as np
import pytest

from pharmakon.core.errors import ConfigError
from pharmakon.privacy.risk import assess

CLASSES = np.array([0, 1, 1, 2, 2, 2, 2, -1])


def test_the_prosecutor_by_hand():
    risk = assess(CLASSES)
    assert (risk.records, risk.classes, risk.smallest, risk.unique) == (7, 3, 1, 1)
    assert risk.prosecutor.highest == 1.0
    assert risk.prosecutor.mean == pytest.approx(3 / 7)
    assert risk.marketer == pytest.approx(3 / 7)
    assert risk.prosecutor.share_at_risk == 1.0
    assert risk.journalist == risk.prosecutor
    assert risk.population is None


def test_eleven_alike_are_not_at_risk():
    assert assess(np.zeros(11, dtype=int)).prosecutor.share_at_risk == 0
    assert assess(np.zeros(10, dtype=int)).prosecutor.share_at_risk == 1


def test_a_population_hides_and_the_unique_stay_found():
    risk = assess(np.repeat(np.arange(20), 10), population=2000)
    assert risk.journalist.highest == pytest.approx(1 / 100)
    assert risk.marketer == pytest.approx(1 / 100)
    lone = assess(np.arange(300), population=600)
    assert lone.population.share > 0.5
    assert lone.journalist.highest == 1.0


def test_nothing_left_is_no_risk():
    assert assess(np.full(3, -1)).prosecutor.highest == 0


def test_a_population_smaller_than_its_sample_is_refused():
    with pytest.raises(ConfigError, match="cannot hold"):
        assess(np.zeros(10, dtype=int), population=5)

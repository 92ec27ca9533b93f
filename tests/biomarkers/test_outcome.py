import numpy as np
import pytest

from pharmakon.biomarkers.outcome import Outcome
from pharmakon.core.errors import DataError


def test_events_are_what_limits_a_model():
    assert Outcome("a", "binary", np.array([1.0, 0, 0, np.nan])).events == 1
    assert Outcome("a", "continuous", np.array([1.0, 5, np.nan])).events == 2
    assert Outcome("a", "survival", np.array([1.0, 5, 7]), np.array([1.0, 1, 0])).events == 2


def test_a_sample_is_known_when_all_of_it_is():
    outcome = Outcome("a", "survival", np.array([1.0, np.nan, 7]), np.array([1.0, 1, np.nan]))
    assert outcome.known.tolist() == [True, False, False]


def test_take_keeps_times_and_events_together():
    outcome = Outcome("a", "survival", np.array([1.0, 5, 7]), np.array([1.0, 1, 0])).take([2, 0])
    assert outcome.value.tolist() == [7, 1]
    assert outcome.event.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("kind", "value", "event"),
    [("binary", [0, 2.0], None), ("binary", [0, 1.0], [0, 1]), ("survival", [1.0], None), ("survival", [-1.0], [1])],
)
def test_what_cannot_be_is_refused(kind, value, event):
    with pytest.raises(DataError):
        Outcome("a", kind, np.array(value, float), None if event is None else np.array(event, float))

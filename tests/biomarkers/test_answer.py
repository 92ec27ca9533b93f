import numpy as np
import pytest

from pharmakon.biomarkers.answer import answers
from pharmakon.biomarkers.block import Block
from pharmakon.biomarkers.outcome import Outcome

N = 60
RANDOM = np.random.default_rng(0)
Y = RANDOM.integers(0, 2, N).astype(float)
NOISE = RANDOM.normal(size=(N, 3))


def check(outcome, column):
    return answers(outcome, Block("rna", np.column_stack([NOISE, column]), ("a", "b", "c", "it")))


@pytest.mark.parametrize("code", [Y, 7.1 - 3 * Y, np.where(Y == 1, RANDOM.integers(1, 3, N), 0)])
def test_a_code_of_the_class_is_found(code):
    found = check(Outcome("y", "binary", Y), code)
    assert found.severity == "refused"
    assert "(it)" in found.sentence


def test_a_strong_marker_is_no_code():
    assert check(Outcome("y", "binary", Y), 3 * Y + NOISE[:, 0]).severity == "passed"
    assert check(Outcome("y", "binary", Y), RANDOM.integers(0, 2, N)).severity == "passed"


def test_a_time_or_its_logarithm_is_found():
    time = RANDOM.exponential(size=N)
    assert check(Outcome("y", "survival", time, Y), np.log(time)).severity == "refused"
    assert check(Outcome("y", "continuous", time), -time).severity == "refused"
    assert check(Outcome("y", "continuous", time), time + 0.5 * NOISE[:, 0]).severity == "passed"

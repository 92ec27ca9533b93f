import numpy as np
import pytest

from pharmakon.biomarkers.answer import answers, covariate_answers
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


def test_the_event_under_another_name_is_found():
    outcome = Outcome("y", "survival", RANDOM.exponential(size=N), Y)
    assert check(outcome, 1 - Y).severity == "refused"


BINARY = Outcome("y", "binary", Y)
TIME = np.random.default_rng(1).exponential(size=N)
SURVIVAL = Outcome("y", "survival", TIME, Y)


@pytest.mark.parametrize(
    ("outcome", "column"),
    [
        (BINARY, Y),
        (BINARY, Y + 0.4 * np.abs(NOISE[:, 0]).clip(0, 1)),
        (BINARY, np.where(Y == 1, "yes", "no")),
        (BINARY, np.where(Y == 1, RANDOM.choice(list("abcd"), N), RANDOM.choice(list("efgh"), N))),
        (SURVIVAL, 2 - Y),
        (SURVIVAL, np.log(TIME)),
        (SURVIVAL, np.where(np.median(TIME) < TIME, "late", "early")),
        (Outcome("y", "continuous", TIME), -(TIME**3)),
        (Outcome("y", "continuous", TIME), (np.median(TIME) < TIME).astype(float)),
    ],
)
def test_the_answer_as_a_covariate_is_refused(outcome, column):
    found = covariate_answers(outcome, {"age": NOISE[:, 0], "it": column})
    assert (found.severity, found.forbids) == ("refused", "anything")
    assert "the answer as a covariate" in found.sentence
    assert "it" in found.sentence
    assert "age" not in found.sentence


@pytest.mark.parametrize("outcome", [BINARY, SURVIVAL, Outcome("y", "continuous", TIME)], ids=lambda o: o.kind)
def test_a_strong_covariate_is_no_answer(outcome):
    known = np.where(np.arange(N) % 7 == 0, 1 - Y, Y)
    words = np.where(known == 1, "yes", "no")
    names = np.array([f"p{i}" for i in range(N)])
    columns = {"age": 2 * Y + NOISE[:, 0], "known": known, "words": words, "names": names, "time": TIME + NOISE[:, 1]}
    assert covariate_answers(outcome, columns).severity == "passed"


def test_one_patient_of_a_class_separates_by_chance():
    rare = np.arange(N) == 3
    assert (
        covariate_answers(Outcome("y", "binary", rare.astype(float)), {"age": np.arange(N) == 3}).severity == "refused"
    )
    age = np.where(rare, 90.0, np.arange(N))
    assert covariate_answers(Outcome("y", "binary", rare.astype(float)), {"age": age}).severity == "passed"

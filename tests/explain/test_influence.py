"""What is said of refits without a cluster is what refits say."""

import numpy as np
import pytest
from numpy.typing import NDArray

from pharmakon.core.errors import UsageError
from pharmakon.core.types import Floats
from pharmakon.explain.influence import LeaveClustersOut, linear_parts
from pharmakon.learn.kernel_ridge import KernelRidge

Problem = tuple[NDArray[np.float32], Floats, NDArray[np.int64], NDArray[np.float32]]


@pytest.fixture
def problem() -> Problem:
    draw = np.random.default_rng(1)
    x, queries = draw.normal(size=(60, 4)), draw.normal(size=(5, 4))
    kernel = [np.exp(-((one[:, None] - x[None]) ** 2).sum(axis=2) / 4).astype(np.float32) for one in (x, queries)]
    return kernel[0], 5 + x[:, 0] + draw.normal(size=60), draw.integers(0, 6, 60), kernel[1]


@pytest.mark.parametrize("alpha", [0.01, 1.0])
def test_the_closed_form_is_the_refit(problem: Problem, alpha: float) -> None:
    gram, y, labels, rows = problem
    found = LeaveClustersOut(gram, y, labels=labels, alpha=alpha)
    whole = KernelRidge(alpha=alpha).fit(gram, y)
    assert found.answers(rows) == pytest.approx(whole.predict(rows), abs=1e-9)
    without = found.without(rows)
    for label in range(6):
        rest = labels != label
        again = KernelRidge(alpha=alpha).fit(gram[np.ix_(rest, rest)], y[rest]).predict(rows[:, rest])
        assert without[:, label] == pytest.approx(again, abs=1e-8)


def test_linear_parts_are_the_answer_less_the_intercept(problem: Problem) -> None:
    gram, y, labels, rows = problem
    ridge = KernelRidge(alpha=0.1).fit(gram, y)
    parts = linear_parts(rows, ridge.dual_coef_, labels)
    assert parts.sum(axis=1) + ridge.intercept_ == pytest.approx(ridge.predict(rows), abs=1e-9)


def test_nothing_is_left_without_the_only_cluster(problem: Problem) -> None:
    gram, y, labels, rows = problem
    assert np.isnan(LeaveClustersOut(gram, y, labels=np.zeros_like(labels), alpha=0.1).without(rows)).all()


def test_every_molecule_has_a_cluster(problem: Problem) -> None:
    gram, y, labels, _ = problem
    with pytest.raises(UsageError, match="59 labels"):
        LeaveClustersOut(gram, y, labels=labels[1:], alpha=0.1)

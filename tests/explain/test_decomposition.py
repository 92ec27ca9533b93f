"""A score is rebuilt from what each wish costs it, by another way than it was made."""

import numpy as np
import pytest

from pharmakon.core.errors import UsageError
from pharmakon.design.aggregate import AGGREGATES, RHO, Aggregate
from pharmakon.explain import decomposition
from pharmakon.explain.decomposition import decompose


@pytest.mark.parametrize("aggregate", AGGREGATES)
def test_the_costs_rebuild_what_the_search_recorded(aggregate: Aggregate) -> None:
    draw = np.random.default_rng(0)
    for _ in range(200):
        grades, weights = draw.uniform(1e-6, 1, 7).tolist(), draw.uniform(0.1, 5, 7).tolist()
        recorded = AGGREGATES[aggregate](list(zip(grades, weights, strict=True)))
        found = decompose(
            [(str(i), *pair) for i, pair in enumerate(zip(grades, weights, strict=True))],
            aggregate=aggregate,
            recorded=recorded,
        )
        assert found.ok
        assert sum(cost.share for cost in found.costs) == pytest.approx(1)


def test_what_is_reached_costs_nothing() -> None:
    found = decompose([("a", 1.0, 3.0), ("b", 0.25, 1.0)], aggregate="geometric", recorded=0.25**0.25)
    assert [cost.share for cost in found.costs] == [0.0, 1.0]


def test_a_changed_score_is_not_rebuilt() -> None:
    assert not decompose([("a", 0.5, 1.0)], aggregate="product", recorded=0.5 + 2e-9).ok


def test_a_broken_constraint_lies_below_zero() -> None:
    found = decompose([("a", 0.5, 1.0), ("b", 0.125, 1.0)], aggregate="geometric", recorded=-0.75, offset=-1.0)
    assert found.ok


def test_nothing_that_is_worth_nothing() -> None:
    with pytest.raises(UsageError, match="above 0"):
        decompose([("a", 0.0, 1.0)], aggregate="product", recorded=0.0)


def test_both_ways_count_the_sum_of_shortfalls_alike() -> None:
    assert decomposition.RHO == RHO

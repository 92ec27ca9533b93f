"""Sums of what was spent, and the refusal."""

import pytest

from pharmakon.core.errors import BudgetSpent, RecordError
from pharmakon.privacy.budget import BUDGET, RESERVED, RETURNED, Price, account, exceeds, said

START = (BUDGET, {"epsilon": 1.0, "delta": 1e-6})


def reserve(name, epsilon, delta=0.0):
    return (RESERVED, {"release": name, "epsilon": epsilon, "delta": delta})


def test_releases_add_up_and_the_first_budget_counts():
    found = account([START, reserve("a", 0.3), (BUDGET, {"epsilon": 9.0}), reserve("b", 0.2, 1e-7)])
    assert found.total == Price(1.0, 1e-6)
    assert found.spent() == Price(0.5, 1e-7)
    assert found.spent(until="a") == Price(0.3)
    assert found.left.epsilon == pytest.approx(0.5)


def test_ten_tenths_are_one():
    found = account([START, *(reserve(str(i), 0.1) for i in range(10))])
    found.check("9")
    assert found.left.epsilon == pytest.approx(0, abs=1e-12)


def test_an_overspend_is_refused_by_the_order_of_the_chain():
    found = account([START, reserve("a", 0.8), reserve("b", 0.3)])
    found.check("a")
    with pytest.raises(BudgetSpent, match=r"epsilon 0.3, and of epsilon 1 .* epsilon 0.2"):
        found.check("b")


def test_what_was_returned_is_there_again():
    found = account([START, reserve("a", 0.8), reserve("b", 0.8), (RETURNED, {"release": "b"}), reserve("c", 0.2)])
    found.check("c")


def test_delta_has_a_budget_too():
    with pytest.raises(BudgetSpent):
        account([START, reserve("a", 0.1, 1e-5)]).check("a")


@pytest.mark.parametrize("bad", [None, "1", True, -0.1, float("nan"), float("inf")])
def test_an_entry_that_is_no_price_is_told(bad):
    with pytest.raises(RecordError, match="number from 0 on"):
        account([START, reserve("a", bad)])


def test_one_release_cannot_reserve_twice():
    with pytest.raises(RecordError, match="twice"):
        account([START, reserve("a", 0.1), reserve("a", 0.1)])


def test_a_check_needs_a_reservation():
    with pytest.raises(RecordError, match="reserve"):
        account([START]).check("a")


def test_words():
    assert said(Price(0.5)) == "epsilon 0.5"
    assert said(Price(0.5, 1e-6)) == "epsilon 0.5 and delta 1e-06"
    assert exceeds(Price(1.001), Price(1.0))
    assert not exceeds(Price(1.0), Price(1.0))

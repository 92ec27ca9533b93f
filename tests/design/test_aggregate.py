import pytest

from pharmakon.design.aggregate import AGGREGATES, IN_WORDS, arithmetic, balanced, geometric, product

PAIRS = [(0.9, 2.0), (0.4, 1.0)]


def test_means():
    assert geometric(PAIRS) == pytest.approx((0.9**2 * 0.4) ** (1 / 3))
    assert arithmetic(PAIRS) == pytest.approx((2 * 0.9 + 0.4) / 3)
    assert product(PAIRS) == pytest.approx(0.9**2 * 0.4)


def test_balance_is_that_of_the_worst_goal_and_the_sum_decides_between_equals():
    def of(*grades):
        return balanced([(grade, 1.0) for grade in grades])

    assert of(1, 1) == 1.0
    assert of(0.5, 0.5) > of(1, 0.4)
    assert of(0.6, 0.5) > of(0.5, 0.5)
    assert 0 < of(1e-6, 1e-6) < of(0.5, 1e-6)
    heavy = balanced([(0.5, 3.0), (0.9, 1.0)])
    assert heavy < balanced([(0.9, 3.0), (0.5, 1.0)])  # the weight is on the first


def test_every_aggregate_is_1_where_all_is_met_and_has_words():
    for name, function in AGGREGATES.items():
        assert function([(1.0, 2.0), (1.0, 0.5)]) == 1.0
        assert IN_WORDS[name]

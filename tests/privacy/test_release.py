"""OpenDP's maps say what was paid; what is made of its numbers is right where the noise is small."""

import sys

import numpy as np
import pytest

from pharmakon.biomarkers.survival import kaplan_meier
from pharmakon.core.errors import MissingExtra
from pharmakon.privacy.budget import Price

pytest.importorskip("opendp")

from pharmakon.privacy.release import Mechanism, count, curve, histogram, mean, prelude, steps, survival_cells

CHEAP = Price(15.0)


@pytest.mark.parametrize("price", [Price(0.1), Price(1.0), Price(0.7, 1e-6)])
@pytest.mark.parametrize("kind", [{"cells": 1}, {"cells": 7}, {"half_range": 1000}])
def test_the_map_says_that_no_more_was_paid_than_asked(price, kind):
    mechanism = Mechanism(price, **kind)
    assert mechanism.cost.epsilon <= price.epsilon * (1 + 1e-12)
    assert mechanism.cost.epsilon == pytest.approx(price.epsilon, rel=1e-6)
    assert mechanism.cost.delta == price.delta


def test_laplace_has_the_textbook_scale():
    assert Mechanism(Price(0.25), cells=3).scale == pytest.approx(4)
    assert Mechanism(Price(0.5), half_range=100).scale == pytest.approx(200)


def test_counts_come_out_near_with_little_noise():
    assert abs(int(count(np.arange(100) < 30, CHEAP).values[0]) - 30) <= 5
    found = histogram(np.array([0] * 50 + [2] * 20 + [-1] * 9), 3, CHEAP)
    assert np.abs(found.values - [50, 0, 20]).max() <= 5
    assert found.mechanism == "discrete Laplace"


def test_a_mean_is_within_its_bounds_and_near():
    values = np.linspace(20, 60, 2000)
    found, total, number = mean(values, 0.0, 100.0, CHEAP)
    assert found == pytest.approx(40, abs=1.0)
    assert total.price.epsilon + number.price.epsilon == pytest.approx(CHEAP.epsilon)
    nobody, *_ = mean(np.zeros(0), 0.0, 100.0, Price(1.0))
    assert 0 <= nobody <= 100


def test_values_are_clamped_and_counted_from_the_middle():
    assert steps(np.array([-5.0, 0, 50, 100, 1e9]), 0, 100).tolist() == [-32768, -32768, 0, 32768, 32768]


def test_a_curve_without_noise_is_kaplan_meiers_on_the_grid():
    random = np.random.default_rng(2)
    times = np.arange(1.0, 11)
    time, event = random.exponential(6, 300), random.random(300) < 0.7
    cells = survival_cells(time, event, times)
    found = curve(np.bincount(cells, minlength=21), times)
    on_grid = np.append(times, 11.0)[np.searchsorted(times, time)]
    seen = np.where(on_grid > 10, False, event)
    expected = kaplan_meier(on_grid, seen.astype(float))
    assert found.survival == pytest.approx(expected.at(times))
    assert found.at_risk.tolist() == expected.number_at_risk(times).tolist()


def test_a_noisy_curve_is_still_a_curve():
    times = np.arange(1.0, 6)
    found = curve(np.array([5, -3, 9, -40, 2, -1, 0, 3, -9, 1, -7]), times)
    assert (found.survival >= 0).all()
    assert (np.diff(found.survival) <= 0).all()
    assert found.survival[0] <= 1


def test_without_opendp_the_install_line_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "opendp.prelude", None)
    with pytest.raises(MissingExtra, match=r"pharmakon\[privacy\]"):
        prelude()

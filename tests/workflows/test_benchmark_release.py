"""The noise's law, and an attacker who catches a mechanism that does not keep its promise."""

import numpy as np
import pytest

from pharmakon.privacy.budget import Price
from pharmakon.workflows.benchmark_release import RELEASE, attacked, law, probabilities, rivals

pytest.importorskip("opendp")


@pytest.mark.parametrize("price", [Price(0.5), Price(1.0, 1e-5)])
def test_the_law_sums_to_one_and_the_noise_follows_it(price):
    assert probabilities(price, np.arange(-400, 401)).sum() == pytest.approx(1)
    assert law(price, 5000)[0] > 1e-6


def test_another_law_is_noticed(monkeypatch):
    module = "pharmakon.workflows.benchmark_release"
    true = probabilities(Price(0.4), np.arange(-500, 501))
    monkeypatch.setattr(f"{module}.probabilities", lambda price, values: true[values + 500])
    assert law(Price(0.5), 5000)[0] < 1e-6


def test_an_attacker_does_not_pass_the_promise_but_catches_a_broken_one():
    whole = attacked(Price(1.0), lambda text: None, times=10_000)
    assert whole["scores"]["epsilon shown"]["low"] <= 1.0
    assert whole["scores"]["epsilon shown"]["value"] > 0.7
    broken = attacked(Price(1.0), lambda text: None, times=10_000, broken=2.0)
    assert broken["scores"]["epsilon shown"]["low"] > 1.0


def test_a_budget_for_two_makes_two_of_five():
    assert rivals(5, 2)[0] <= 2


def test_the_summary_counts_broken_promises():
    found = {"promised": 1.0, "scores": {"epsilon shown": {"low": 1.2}}}
    noise = {"scores": {"p": {"value": 0.3}}}
    said = RELEASE.summary({"neighbours: x": found, "noise: x": noise})
    assert said["attackers beyond the promise"] == 1
    assert said["lowest p of a noise law"] == 0.3

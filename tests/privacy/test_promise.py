"""The promise says every matter that SP 800-226 asks for, with this release's numbers."""

import pytest

from pharmakon.privacy.budget import Account, Price
from pharmakon.privacy.promise import Promise, band


def test_every_matter_is_said_with_its_numbers():
    account = Account(Price(2.0), {"a": Price(0.5), "b": Price(0.25)})
    said = dict(Promise(Price(0.25), account, ["discrete Laplace", "discrete Laplace"], "0.16.0", 500).lines())
    assert list(said)[:9] == [
        "Unit of privacy",
        "Neighbouring relation",
        "Epsilon",
        "Delta",
        "Mechanism",
        "Total over all releases",
        "Trust model",
        "Floating-point safety",
        "Side channels",
    ]
    assert said["Epsilon"].startswith("0.25 ")
    assert "epsilon 0.75 of epsilon 2 spent in 2 releases" in said["Total over all releases"]
    assert "epsilon 1.25 left" in said["Total over all releases"]
    assert said["Mechanism"].startswith("discrete Laplace noise")
    assert "OpenDP 0.16.0" in said["Mechanism"]
    assert "no exceptions" in said["Delta"]


@pytest.mark.parametrize(("people", "word"), [(1000, "below"), (100_000_000, "NOT below")])
def test_delta_is_held_against_the_number_of_people(people, word):
    price = Price(0.5, 1e-6)
    said = dict(Promise(price, Account(price, {"a": price}), ["discrete Gaussian"], "0", people).lines())
    assert f", {word} 1 in" in said["Delta"]


def test_bands():
    assert "strong" in band(1.0)
    assert "attack" in band(5.0)
    assert "little" in band(11.0)

import numpy as np

from pharmakon.therapy.patients import Patient
from pharmakon.workflows.dose_groups import by_race, flagged


def patients(n=200):
    random = np.random.default_rng(0)
    races = ["White", "Black", "unknown", "Asian"]
    some = [Patient(id=str(i), race=races[i % 2], dose=max(random.normal(35, 8), 10.0)) for i in range(n)]
    return [*some, *(Patient(id=f"x{i}", race=races[2 + i % 2], dose=30.0) for i in range(20))]


def test_the_race_in_which_doses_are_off_is_named_unasked():
    people = patients()
    random = np.random.default_rng(1)
    off = np.array([random.normal(0, 12 if p.race == "Black" else 3) for p in people])
    roots = np.sqrt(np.maximum(np.array([p.dose for p in people]) + off, 1))
    found = by_race(people, roots, resamples=100)
    said = flagged(found)
    assert said[0].startswith("race Black: mean absolute error") and "mg/week" in said[0]
    assert any("Asian: cannot tell: 10 people" in text for text in said)
    assert not any("White" in text for text in said)


def test_equal_errors_are_not_flagged():
    people = patients()
    roots = np.sqrt(np.array([p.dose for p in people]) + np.random.default_rng(2).normal(0, 3, len(people)))
    assert all("cannot tell" in text for text in flagged(by_race(people, roots, resamples=100)))

"""A value that structure decides is told from one that it does not."""

from pharmakon.core.random import stream
from pharmakon.predict.quick import Quick
from pharmakon.predict.randomisation import y_randomisation


def found(sample, molecules, values, **options):
    return y_randomisation(Quick.of(sample(list(zip(molecules, values, strict=True)), **options)))


def test_structure_that_decides_passes(sample, molecules):
    nitrogen = [int("N" in s or "n" in s) for s in molecules]
    (one,) = found(sample, molecules, nitrogen, value="y")
    assert one.severity == "passed"
    assert one.measures["best"] < one.measures["low"] < one.measures["score"]


def test_noise_is_flagged(sample, molecules):
    noise = stream(4, "noise").normal(size=len(molecules))
    (one,) = found(sample, molecules, noise, value="x")
    assert one.severity == "warning"
    assert one.measures["best"] >= one.measures["low"]


def test_nothing_is_said_of_a_few():
    assert y_randomisation(None) == []

"""Two units in one column leave traces; ordinary data do not."""

import pytest

from pharmakon.core.random import stream
from pharmakon.predict.mixtures import units


def names(findings):
    return {f.name for f in findings if f.severity != "passed"}


@pytest.fixture
def potencies(molecules):
    return [
        (s, float(y)) for s, y in zip(molecules, stream(1, "potency").normal(6.5, 1.2, len(molecules)), strict=True)
    ]


def test_ordinary_values_of_every_kind_pass(sample, molecules, potencies):
    dice = stream(2, "values")
    n = len(molecules)
    assert names(units(sample(potencies))) == set()
    assert names(units(sample([(s, 10 ** (9 - y)) for s, y in potencies], value="IC50"))) == set()
    for values in (dice.uniform(0, 100, n), dice.random(n), dice.normal(1, 2, n), dice.exponential(20, n)):
        assert names(units(sample(list(zip(molecules, values, strict=True)), value="x"))) == set()


def test_micromolar_from_0_01_to_100_is_no_mixture_of_percent(sample, molecules):
    values = 10 ** stream(3, "micromolar").uniform(-2, 2, len(molecules))
    assert names(units(sample(list(zip(molecules, values, strict=True)), value="x"))) == set()


@pytest.mark.parametrize("factor", [1e3, 1e6, 1e9])
def test_one_molecule_a_step_of_units_apart(sample, potencies, factor):
    lines = [(s, 10 ** (9 - y)) for s, y in potencies]
    lines += [("CCCCCCCCO", 25.0), ("OCCCCCCCC", 25.0 * factor)]
    n = len(lines)
    found = next(f for f in units(sample(lines, value="IC50")) if f.name == "units-repeats")
    assert [case.rows for case in found.cases] == [(n - 2, n - 1)]
    assert found.severity == "error"


def test_repeats_that_only_scatter_are_no_step(sample, potencies):
    dice = stream(4, "scatter")
    lines = [*potencies, *((s, y + float(dice.uniform(-6, 6))) for s, y in potencies)]
    assert "units-repeats" not in names(units(sample(lines)))


def test_logp_of_both_signs_is_no_mixture(sample, molecules):
    values = stream(5, "logp").normal(0.8, 1.5, len(molecules))
    assert names(units(sample(list(zip(molecules, values, strict=True)), value="logP"))) == set()


def test_spellings_of_one_unit_are_one(sample, potencies):
    lines = [(s, y, "", unit) for (s, y), unit in zip(potencies, ["uM", "µM", "μM", "um"] * 100, strict=False)]
    assert names(units(sample(lines))) == set()
    lines[3] = (*lines[3][:3], "nM")
    assert names(units(sample(lines))) == {"units-column"}


def test_classes_have_no_units(sample):
    assert units(sample([("C", 0), ("CC", 1)], value="y")) == []

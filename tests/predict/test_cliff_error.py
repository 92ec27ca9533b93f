"""A model told the wrong value by twins, and one that is not."""

import numpy as np
import pytest

from pharmakon.predict.cliff_error import cliff_error
from pharmakon.predict.quick import Quick


def long(n):
    """Chains that ECFP4 cannot part from one another: Tanimoto 1."""
    return "C" * n + "O"


def found(sample, lines, **options):
    made = sample(lines, value="pIC50", **options)
    return cliff_error(made, Quick.of(made))


def test_twins_of_far_values_are_where_the_model_errs(sample, molecules):
    smooth = [(s, 5 + len(s) / 20) for s in molecules]
    cliffs = [(long(20 + i), 4.0 if i % 2 else 8.0) for i in range(20)]
    (one,) = found(sample, smooth + cliffs)
    assert one.severity == "warning"
    assert one.measures["ratio"] > 1.5
    assert one.measures["molecules"] == 20
    assert one.measures["low"] < one.measures["ratio"] < one.measures["high"]
    assert one.cases


def test_an_error_that_is_the_same_everywhere_passes(sample, molecules):
    random = np.random.default_rng(0)
    lines = [(s, random.choice([4.0, 8.0])) for s in molecules]  # nothing can be learnt
    lines += [(long(20 + i), 4.0 if i % 2 else 8.0) for i in range(20)]
    (one,) = found(sample, lines)
    assert one.severity == "passed"
    assert one.measures["ratio"] == pytest.approx(1, abs=0.5)


def test_few_cliffs_and_classes_say_nothing(sample, molecules):
    assert not found(sample, [(s, 5 + len(s) / 20) for s in molecules])
    assert not found(sample, [(s, i % 2) for i, s in enumerate(molecules)])

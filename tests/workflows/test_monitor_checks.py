"""Each check is a number with an interval against a limit, said in a sentence of its numbers."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from pharmakon.core.types import Property
from pharmakon.learn.drift import Limit
from pharmakon.learn.interval import Interval
from pharmakon.predict.monitoring import Observed, Reference
from pharmakon.workflows.monitor import MonitorConfig
from pharmakon.workflows.monitor_checks import Check, limits, of_molecules

EDGES = limits(MonitorConfig(model="m", data="d.csv"))


def _seen(y, value, *, inside=True):
    y, value = np.asarray(y, float), np.asarray(value, float)
    n = len(y)
    covered = (np.abs(y - value) < 1).astype(float)
    return Observed(np.arange(n), y, value, np.abs(y - value), covered, np.full(n, inside), np.full(n, 0.5), known=0)


def _was(measure="mae"):
    return Reference(0.5, measure, np.full(10, 0.6), 0.95, np.zeros(10))


def _by_name(kind, seen, measure="mae"):
    what = Property("x", "X", "u", kind)
    return {c.name: c for c in of_molecules(what, seen, _was(measure), EDGES, nominal=0.9, seed=0)}


def test_the_numbers_are_counts_and_means():
    value = np.zeros(40)
    y = np.concatenate([np.full(30, 0.5), np.full(10, 2.0)])
    checks = _by_name("regression", _seen(y, value))
    assert checks["domain"].found.value == 1 and checks["domain"].n == 40
    assert checks["coverage"].found.value == 0.75
    assert checks["error"].found.value == pytest.approx((30 * 0.5 + 10 * 2) / 40 / 0.5)
    assert checks["bias"].found.value == pytest.approx(0.875 / 0.5)


def test_a_model_of_logarithms_has_no_bias_for_its_middle():
    random = np.random.default_rng(0)
    value = 10 ** random.normal(0, 0.5, 4000)
    y = value * 10 ** random.normal(0, 0.5, 4000)  # the mean of what is measured lies far above the middle
    seen = replace(_seen(y, value), scaled_error=np.log10(y) - np.log10(value))
    check = _by_name("regression", seen)["bias"]
    assert abs(check.found.value) < 0.1 and check.verdict == "held"
    assert "model's own scale" in check.title
    assert _by_name("regression", _seen(y, value))["bias"].verdict == "passed"


def test_outside_the_domain_nothing_but_the_domain_is_judged():
    checks = _by_name("regression", _seen(np.ones(40), np.zeros(40), inside=False))
    assert checks["domain"].verdict == "passed"
    assert {checks[name].verdict for name in ("coverage", "error", "bias")} == {"cannot tell"}
    assert "nothing to tell it from" in checks["error"].sentence


def test_classes_are_counted():
    y = np.array([1.0] * 30 + [0.0] * 30)
    checks = _by_name("classification", _seen(y, np.full(60, 0.1)), "brier")
    assert checks["calibration"].found.value == pytest.approx(5) and checks["calibration"].verdict == "passed"


def test_a_sentence_holds_value_interval_number_and_limit():
    check = Check("error", "Error", Interval(1.9, 1.7, 2.2), Limit("most", 1.5), 1.0, 1234, "")
    assert check.sentence == "Error: 1.90 (1.70 to 2.20) of 1,234; at most 1.50 is allowed: PASSED."
    assert check.plain()["verdict"] == "passed" and check.plain()["limit"] == {"side": "most", "value": 1.5}


def test_what_is_not_known_is_null():
    plain = Check("error", "Error", Interval(math.nan), Limit("most", 1.5), math.nan, 0, "").plain()
    assert plain["value"] is None and plain["reference"] is None

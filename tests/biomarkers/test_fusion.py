import numpy as np
import pytest

from pharmakon.biomarkers.fusion import best_pattern, fit_fusions
from pharmakon.biomarkers.outcome import Outcome
from pharmakon.core.errors import DataError

RNG = np.random.default_rng(0)


def cohort(n=2000):
    a, b = RNG.normal(size=n), RNG.normal(size=n)
    y = (RNG.random(n) < 1 / (1 + np.exp(-(a + 0.5 * b - 1)))).astype(float)
    return {"a": a, "b": b, "against": -a + RNG.normal(size=n)}, Outcome("o", "binary", y)


def test_weights_are_the_logistic_ones_and_calibrated():
    scores, outcome = cohort()
    fusion = fit_fusions({k: scores[k] for k in ("a", "b")}, outcome, horizon=np.nan)["a", "b"]
    np.testing.assert_allclose(fusion.weights, [1, 0.5], atol=0.15)
    risk = fusion.risk(fusion.score(scores), "binary")
    assert risk.mean() == pytest.approx(outcome.value.mean(), abs=1e-3)


def test_a_block_that_would_be_turned_round_is_left_out():
    scores, outcome = cohort()
    fusions = fit_fusions(scores, outcome, horizon=np.nan)
    assert fusions["against",].weights[0] == 0
    assert (fusions["a", "b", "against"].weights >= 0).all()
    assert fusions["against",].risk(np.array([fusions["against",].intercept]), "binary") == pytest.approx(
        outcome.value.mean()
    )


def test_every_set_of_blocks_that_patients_have_gets_its_own_weights():
    scores, outcome = cohort()
    scores["b"][100:] = np.nan
    fusions = fit_fusions({k: scores[k] for k in ("a", "b")}, outcome, horizon=np.nan)
    assert set(fusions) == {("a",), ("b",), ("a", "b")}
    assert best_pattern(("a", "b"), fusions) == ("a", "b")
    assert best_pattern(("b",), fusions) == ("b",)
    assert best_pattern(("other",), fusions) is None
    scores["b"][10:] = np.nan
    assert set(fit_fusions({k: scores[k] for k in ("a", "b")}, outcome, horizon=np.nan)) == {("a",)}


def test_survival_risks_are_those_of_an_exponential():
    n = 4000
    score = RNG.normal(size=n)
    time = RNG.exponential(size=n) * np.exp(-score)
    fusion = fit_fusions({"a": score}, Outcome("o", "survival", time, np.ones(n)), horizon=0.7)["a",]
    assert fusion.hazard == pytest.approx(0.7, abs=0.07)
    risk = fusion.risk(fusion.score({"a": np.array([0.0, 1.0])}), "survival")
    np.testing.assert_allclose(risk, 1 - np.exp(-0.7 * np.exp([0, 1])), atol=0.04)


def test_too_few_patients_are_refused():
    with pytest.raises(DataError, match="20 patients"):
        fit_fusions({"a": np.zeros(5)}, Outcome("o", "binary", np.array([0, 1, 0, 1, 0.0])), horizon=np.nan)

import numpy as np
import pytest

from pharmakon.core.errors import DataError
from pharmakon.fairness.classification import Judged
from pharmakon.fairness.groups import Groups
from pharmakon.fairness.performance import flags, of_metrics, of_numbers, of_risks


def made(n=1200, *, fair=False, seed=0):
    """A model that orders people of group b by nothing at all, unless it is fair."""
    random = np.random.default_rng(seed)
    groups = Groups.of("g", ["a"] * (n // 2) + ["b"] * (n // 2 - 10) + ["c"] * 10)
    risk = random.random(n)
    chance = risk if fair else np.where(groups.code == 1, 0.5, risk)
    y = (random.random(n) < chance).astype(float)
    return groups, Judged(y, risk, (risk >= 0.5).astype(float))


def test_the_group_it_fails_is_named():
    groups, judged = made()
    found = of_risks(judged, groups, resamples=200)
    assert [one.level for one in found.assessable] == ["a", "b"]
    assert [one.level for one in found.untold] == ["c"] and "10 people" in found.untold[0].small
    assert found.worst("auc").level == "b"
    assert "auc" in found.groups[1].worse and not found.groups[0].worse
    assert found.gaps["auc"].shown and found.gaps["auc"].worst == "b"
    said = flags(found, ("auc",))
    assert said[0].startswith("g b: AUC 0.5") and "c: cannot tell" in said[1]
    assert found.worst("prevalence") is None


def test_a_fair_model_is_not_accused():
    groups, judged = made(fair=True)
    found = of_risks(judged, groups, resamples=200)
    assert not any(one.worse for one in found.groups)
    assert not found.gaps["auc"].shown and not found.gaps["equalised_odds"].shown


def test_gaps_are_fairlearns():
    from fairlearn.metrics import demographic_parity_difference, demographic_parity_ratio, equalized_odds_difference

    groups, judged = made(600)
    keep = groups.code < 2
    groups = groups.take(keep)
    judged = Judged(judged.y[keep], judged.risk[keep], judged.called[keep])
    words = np.array(groups.levels)[groups.code]
    found = of_risks(judged, groups, resamples=20).gaps
    given = {"y_true": judged.y, "y_pred": judged.called, "sensitive_features": words}
    assert found["equalised_odds"].value == pytest.approx(equalized_odds_difference(**given), abs=1e-12)
    assert found["demographic_parity"].value == pytest.approx(demographic_parity_difference(**given), abs=1e-12)
    assert found["demographic_parity"].ratio == pytest.approx(demographic_parity_ratio(**given), abs=1e-12)


def test_a_dose_error_by_group_is_flagged():
    random = np.random.default_rng(0)
    race = Groups.of("race", ["A"] * 300 + ["B"] * 300)
    truth = random.normal(30, 5, 600)
    predicted = truth + random.normal(0, np.repeat([3, 6], 300))
    found = of_numbers(truth, predicted, race, resamples=200)
    assert found.groups[1].worse[0] == "mae"
    assert "race B: mean absolute error" in flags(found, ("mae",), unit="mg/week")[0]
    assert found.gaps["mae"].worst == "B" and "bias" not in found.gaps


def test_any_metric_of_rows_and_one_that_fails_is_no_value():
    groups = Groups.of("g", ["a"] * 40 + ["b"] * 40)
    x = np.arange(80.0)

    def only_low(rows):
        if x[rows].max() > 50:
            raise DataError("beyond")
        return float(x[rows].mean())

    found = of_metrics({"uno_c": only_low}, groups, resamples=30)
    assert found.groups[0].metrics["uno_c"].value == pytest.approx(19.5)
    assert np.isnan(found.groups[1].metrics["uno_c"].value)


def test_samples_of_one_patient_make_intervals_wider():
    _, judged = made(fair=True)
    patients = np.repeat(np.arange(120), 10)
    copied = Judged(*(np.repeat(values[:120], 10) for values in (judged.y, judged.risk, judged.called)))
    copies = Groups.of("g", ["a"] * 1200)
    alone = of_risks(copied, copies, resamples=200).overall["tpr"]
    together = of_risks(copied, copies, people=patients, resamples=200).overall["tpr"]
    assert together.high - together.low > 2 * (alone.high - alone.low)

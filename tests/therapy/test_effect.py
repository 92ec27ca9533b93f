import numpy as np
import pytest

from pharmakon.core.errors import DataError
from pharmakon.core.log import data_root
from pharmakon.store.matrix import read_matrix
from pharmakon.store.places import path_of
from pharmakon.therapy.effect import (
    adjusted_difference,
    by_risk,
    claim,
    comparable,
    difference,
    hazard_ratio,
    interaction,
    risk_out_of_fold,
)


@pytest.fixture
def trial():
    """A drug adds 2, and 3 more per unit of the marker; age adds 1 per unit."""
    random = np.random.default_rng(0)
    n = 400
    treated, marker, age = random.random(n) < 0.5, random.normal(size=n), random.normal(size=n)
    outcome = 2 * treated + 3 * treated * marker + age + random.normal(size=n)
    return outcome, treated, marker, age[:, None]


def test_differences_and_their_errors(trial):
    outcome, treated, _, age = trial
    plain, adjusted = difference(outcome, treated), adjusted_difference(outcome, treated, age)
    assert plain.low < 2 < plain.high
    assert adjusted.standard_error < plain.standard_error
    assert plain.n == 400


def test_a_marker_that_changes_the_effect_is_predictive(trial):
    outcome, treated, marker, age = trial
    assert interaction(outcome, treated, marker).value == pytest.approx(3, abs=0.4)
    checks = comparable(treated, {"clinic": age}, randomised=True)
    assert claim("marker", outcome, treated, marker, checks=checks).verdict == "predictive"
    assert claim("marker", outcome, treated, marker, checks=[]).verdict == "refused"
    assert claim("age", outcome, treated, age[:, 0], checks=checks).verdict == "not shown to be predictive"


def test_an_arm_that_can_be_read_off_is_refused_with_the_reason(trial):
    outcome, treated, marker, age = trial
    series = age + 8 * treated[:, None]
    found = claim("marker", outcome, treated, marker, checks=comparable(treated, {"expression": series}))
    assert (found.verdict, found.interaction) == ("refused", None)
    assert "read off expression" in found.reasons[0]


def test_ids_of_two_series_are_refused(trial):
    outcome, treated, marker, _ = trial
    ids = [f"GSM{'615' if arm else '411'}{i:03d}" for i, arm in enumerate(treated)]
    found = claim("marker", outcome, treated, marker, checks=comparable(treated, {}, ids=ids))
    assert found.verdict == "refused"
    assert "two series" in found.reasons[0]


def test_effects_by_predicted_risk(trial):
    outcome, treated, _, age = trial
    parts = by_risk(outcome, treated, age)
    assert [effect.n for effect in parts] == [100] * 4
    assert all(effect.low < 2.8 and effect.high > 1.2 for effect in parts)


def test_the_scale_of_covariates_is_learnt_from_training_rows_only(trial):
    outcome, _, marker, age = trial
    covariates = np.column_stack([age[:, 0], marker])
    folds = np.arange(400) % 5
    before = risk_out_of_fold(outcome, covariates, folds)
    changed = covariates.copy()
    changed[3] *= 1e4
    after = risk_out_of_fold(outcome, changed, folds)
    others = (folds == folds[3]) & (np.arange(400) != 3)
    np.testing.assert_array_equal(before[others], after[others])


def test_a_covariate_that_only_held_out_rows_have_is_no_trouble(trial):
    outcome, _, _, age = trial
    rare = np.zeros((400, 1))
    rare[3] = 1.0
    found = risk_out_of_fold(outcome, np.column_stack([age, rare]), np.arange(400) % 5)
    assert np.isfinite(found).all()


def test_a_hazard_ratio():
    random = np.random.default_rng(0)
    treated = random.random(500) < 0.5
    time = random.exponential(np.where(treated, 2.0, 1.0))
    found = hazard_ratio(time, np.ones(500), treated)
    assert found.value == pytest.approx(-np.log(2), abs=0.25)
    assert hazard_ratio(time, np.ones(500), treated, random.normal(size=(500, 1))).n == 500


def test_gaps_are_left_out_and_too_little_is_told(trial):
    outcome, treated, *_ = trial
    outcome[:5] = np.nan
    assert difference(outcome, treated).n == 395
    with pytest.raises(DataError, match="two patients"):
        difference(outcome, np.zeros(400, dtype=bool))
    with pytest.raises(DataError, match="combination"):
        adjusted_difference(outcome, treated, np.ones((400, 1)))


@pytest.mark.data
def test_actg175_gives_the_published_differences():
    if data_root() is None:
        pytest.skip("PHARMAKON_DATA is not set")
    table = read_matrix(path_of("rct_actg175"))
    column = {name: table.values[:, j] for j, name in enumerate(table.columns)}
    found = difference(column["cd420"], column["treat"] == 1)
    assert (found.value, found.standard_error) == pytest.approx((46.81, 6.76), abs=0.01)


@pytest.mark.data
def test_the_two_series_of_the_breast_set_are_refused():
    if data_root() is None:
        pytest.skip("PHARMAKON_DATA is not set")
    table = read_matrix(path_of("breast_taxane"))
    treated = table.values[:, table.columns.index("treat")] > 0
    probes = table.values[:, 3:]
    for checks in (comparable(treated, {"expression": probes}), comparable(treated, {}, ids=table.rows)):
        assert claim("probe", table.values[:, 1], treated, probes[:, 0], checks=checks).verdict == "refused"


def test_of_few_patients_one_in_twenty_is_found_by_chance():
    random, found = np.random.default_rng(0), {"difference": 0, "interaction": 0}
    treated = np.repeat([True, False], 4)
    for _ in range(1000):
        found["difference"] += difference(random.normal(size=8), treated).p < 0.05
        found["interaction"] += interaction(random.normal(size=8), treated, random.normal(size=8)).p < 0.05
    assert max(found.values()) < 70  # more than 100 by the normal distribution


def test_what_does_not_vary_has_no_interval():
    treated = np.repeat([True, False], 4)
    found = difference(np.zeros(8), treated)
    assert found.value == 0 and np.isnan([found.p, found.low, found.high]).all()
    with pytest.raises(DataError, match="too few"):
        interaction(np.arange(4.0), np.array([True, True, False, False]), np.array([1.0, 2, 5, 9]))

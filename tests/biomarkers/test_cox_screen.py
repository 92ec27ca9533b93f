import numpy as np
import pytest

from pharmakon.biomarkers import cox_screen
from pharmakon.biomarkers.cox import fit_cox, partial_likelihood
from pharmakon.biomarkers.cox_screen import screen_cox
from pharmakon.biomarkers.risk_sets import RiskSets
from pharmakon.core.errors import DataError


@pytest.fixture
def cohort():
    """120 patients, 12 features of which the first matters, two covariates, tied times."""
    rng = np.random.default_rng(0)
    X = rng.normal(10, 3, (120, 12))
    C = np.column_stack([rng.normal(60, 10, 120), rng.integers(0, 2, 120)])
    time = np.ceil(20 * rng.exponential(np.exp(-0.3 * (X[:, 0] - 10) - 0.03 * (C[:, 0] - 60))))
    return X, time, (rng.random(120) < 0.6).astype(float), C


def test_each_feature_gets_what_a_fit_of_its_own_gives(cohort):
    X, time, event, C = cohort
    strata = np.arange(120) % 2
    for covariates, groups in ((None, None), (C, None), (C, strata)):
        found = screen_cox(X, time, event, covariates=covariates, strata=groups)
        for j in range(12):
            columns = X[:, j : j + 1] if covariates is None else np.column_stack([covariates, X[:, j]])
            alone, sd = fit_cox(columns, time, event, strata=groups), X[:, j].std(ddof=1)
            assert found.log_hazard_ratio[j] == pytest.approx(alone.coefficient[-1] * sd, rel=1e-5, abs=1e-9)
            assert found.standard_error[j] == pytest.approx(alone.standard_error[-1] * sd, rel=1e-5)
            assert found.p[j] == pytest.approx(alone.p[-1], rel=1e-3)
            assert (found.low[j], found.high[j]) == pytest.approx((alone.low[-1] * sd, alone.high[-1] * sd), rel=1e-4)
        assert found.converged.all() and (found.n == 120).all() and (found.events == event.sum()).all()


def test_missing_values_leave_patients_out_of_their_own_feature_only(cohort):
    X, time, event, C = cohort
    holes = X.copy()
    holes[np.random.default_rng(1).random(X.shape) < 0.15] = np.nan
    holes[:, 3] = X[:, 3]
    found, whole = screen_cox(holes, time, event, covariates=C), screen_cox(X, time, event, covariates=C)
    assert found.log_hazard_ratio[3] == pytest.approx(whole.log_hazard_ratio[3])
    for j in range(12):
        here = np.isfinite(holes[:, j])
        alone = fit_cox(np.column_stack([C, holes[:, j]])[here], time[here], event[here])
        sd = holes[here, j].std(ddof=1)
        assert found.log_hazard_ratio[j] == pytest.approx(alone.coefficient[-1] * sd, rel=1e-5, abs=1e-9)
        assert found.standard_error[j] == pytest.approx(alone.standard_error[-1] * sd, rel=1e-5)
        assert (found.n[j], found.events[j]) == (here.sum(), event[here].sum())
        # The score test: slope' information^-1 slope at the fit of the covariates alone.
        assert found.score_p[j] == pytest.approx(score_p(holes[here, j], C[here], time[here], event[here]), rel=1e-4)


def score_p(x, C, time, event):
    from scipy.stats import chi2

    X = np.column_stack([C, x])
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    null = np.append(fit_cox(X[:, :-1], time, event).coefficient, 0.0)
    at = partial_likelihood(X, null, RiskSets.of(time, event))
    return chi2.sf(at.slope @ np.linalg.solve(at.information, at.slope), 1)


def test_the_score_test_of_two_groups_without_ties_is_the_log_rank_test():
    from pharmakon.biomarkers.survival import log_rank

    rng = np.random.default_rng(2)
    group, time = np.arange(60) % 2, rng.permutation(60) + 1.0
    event = (rng.random(60) < 0.7).astype(float)
    found = screen_cox(group[:, None].astype(float), time, event)
    assert found.score_p[0] == pytest.approx(log_rank(time, event, group).p, rel=1e-6)


def test_per_unit_and_per_sd(cohort):
    X, time, event, C = cohort
    sd, unit = (screen_cox(X, time, event, covariates=C, per_sd=per) for per in (True, False))
    np.testing.assert_allclose(sd.log_hazard_ratio, unit.log_hazard_ratio * X.std(axis=0, ddof=1))
    np.testing.assert_allclose(sd.high, unit.high * X.std(axis=0, ddof=1))
    np.testing.assert_allclose(sd.p, unit.p)
    scaled = screen_cox(X * 1e6 - 4e7, time, event, covariates=C)
    np.testing.assert_allclose(scaled.log_hazard_ratio, sd.log_hazard_ratio, rtol=1e-6)


def test_blocks_of_features_do_not_change_the_answer(cohort, monkeypatch):
    X, time, event, C = cohort
    many = np.tile(X, 6) + np.random.default_rng(3).normal(size=(120, 72))
    whole = screen_cox(many, time, event, covariates=C)
    monkeypatch.setattr(cox_screen, "CELLS", 120)
    np.testing.assert_allclose(screen_cox(many, time, event, covariates=C).p, whole.p, rtol=1e-7)


def test_what_has_no_answer_is_nan(cohort):
    X, time, event, C = cohort
    X = X.copy()
    X[:, 1] = 5.0  # constant
    X[:, 2] = C[:, 0]  # a covariate
    X[:, 3] = np.nan
    X[:, 4] = (time <= 8) * event  # divides: every event of these came first
    X[:, 5] = (np.arange(120) < 3).astype(float)
    quiet = event.copy()
    quiet[:3] = 0  # no carrier had the event: the hazard ratio falls without end
    found = screen_cox(X, time, quiet, covariates=C)
    assert np.isnan(found.log_hazard_ratio[1:6]).all() and np.isnan(found.p[1:6]).all()
    assert not found.converged[1:6].any() and found.converged[[0, *range(6, 12)]].all()
    assert np.isnan(found.score_p[[1, 2, 3]]).all() and found.score_p[4] < 1e-6 and 0 < found.score_p[5] < 1


def test_p_values_are_uniform_where_nothing_matters():
    found = []
    for seed in range(120):  # features of one outcome share its chance, so outcomes are drawn again
        rng = np.random.default_rng(seed)
        X, C = rng.normal(size=(100, 20)), rng.normal(size=(100, 1))
        came, left = rng.exponential(np.exp(-C[:, 0])), rng.exponential(1.5, 100)
        found.append(screen_cox(X, np.minimum(came, left), (came <= left).astype(float), covariates=C))
    for name in ("p", "score_p"):
        p = np.concatenate([getattr(one, name) for one in found])
        assert np.mean(p < 0.05) == pytest.approx(0.05, abs=0.015)
        assert np.mean(p < 0.5) == pytest.approx(0.5, abs=0.035)


def test_incomplete_outcomes_are_refused(cohort):
    X, time, event, C = cohort
    with pytest.raises(DataError, match="complete times"):
        screen_cox(X, np.where(time > 5, np.nan, time), event)
    with pytest.raises(DataError, match="combination of others"):
        screen_cox(X, time, event, covariates=np.column_stack([C, C[:, 0] * 2]))
    assert screen_cox(X[:, :0], time, event).p.shape == (0,)

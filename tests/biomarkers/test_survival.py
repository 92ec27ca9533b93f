import numpy as np
import pytest

from pharmakon.biomarkers.survival import CensoringDistribution, kaplan_meier, log_rank
from pharmakon.core.errors import DataError

# Freireich et al., Blood 1963, 21, 699: weeks of remission under 6-mercaptopurine and placebo.
DRUG = np.array([6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35.0])
RELAPSE = np.array([1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0.0])
PLACEBO = np.array([1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23.0])
TIME, EVENT = np.append(DRUG, PLACEBO), np.append(RELAPSE, np.ones(21))
ARM = np.repeat(["6-MP", "placebo"], 21)


def test_the_curve_of_the_textbook():
    curve = kaplan_meier(DRUG, RELAPSE)
    came = curve.events > 0
    assert curve.time[came].tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert curve.at_risk[came].tolist() == [21, 17, 15, 12, 11, 7, 6]
    # R: survfit(Surv(time, relapse) ~ 1, conf.type = "log-log").
    np.testing.assert_allclose(
        curve.survival[came], [0.857143, 0.806723, 0.752941, 0.690196, 0.627451, 0.537815, 0.448179], atol=1e-6
    )
    np.testing.assert_allclose(
        curve.standard_error[came], [0.07636, 0.08694, 0.09635, 0.10681, 0.11405, 0.12823, 0.13459], atol=1e-5
    )
    assert curve.quantile() == pytest.approx((23, 13, np.nan), nan_ok=True)
    assert kaplan_meier(PLACEBO, np.ones(21)).quantile() == (8, 4, 11)
    # log(-log S) +- 1.96 s / (S |log S|), by hand at week 10.
    S, s = 0.7529412, 0.0963497
    half = 1.959964 * s / (S * abs(np.log(S)))
    assert curve.low[came][2] == pytest.approx(S ** np.exp(half), abs=1e-5)
    assert curve.high[came][2] == pytest.approx(S ** np.exp(-half), abs=1e-5)


def test_looking_up_a_curve():
    curve = kaplan_meier(DRUG, RELAPSE)
    assert curve.at(np.array([0, 5.9, 6, 12, 35])) == pytest.approx([1, 1, 0.857143, 0.752941, 0.448179], abs=1e-6)
    assert np.isnan(curve.at(np.array([36.0]))[0])  # nobody was observed that long
    assert kaplan_meier(PLACEBO, np.ones(21)).at(np.array([50.0]))[0] == 0
    assert curve.number_at_risk(np.array([0, 6, 6.5, 35, 36])).tolist() == [21, 21, 17, 1, 0]


def test_a_median_on_a_flat_stretch_is_its_middle():
    assert kaplan_meier(np.array([1.0, 2.0, 3.0, 4.0]), np.ones(4)).quantile().value == 2.5
    assert np.isnan(kaplan_meier(np.array([1.0, 2.0, 3.0]), np.array([1.0, 0, 0])).quantile().value)


def test_the_restricted_mean_is_the_mean_where_nobody_is_censored():
    time = np.random.default_rng(0).exponential(10, 80)
    mean, error = kaplan_meier(time, np.ones(80)).restricted_mean(15)
    cut = np.minimum(time, 15)
    assert mean == pytest.approx(cut.mean()) and error == pytest.approx(cut.std() / np.sqrt(80))


def test_the_restricted_mean_of_the_textbook_data_by_hand():
    curve = kaplan_meier(DRUG, RELAPSE)
    # 6 x 1 + 1 x .857143 + 3 x .806723 + 2 x .752941 up to week 12.
    assert curve.restricted_mean(12)[0] == pytest.approx(6 + 0.857143 + 3 * 0.806723 + 2 * 0.752941, abs=1e-5)
    with pytest.raises(DataError, match="nobody was observed until 40"):
        curve.restricted_mean(40)


def test_the_log_rank_test_of_the_textbook():
    found = log_rank(TIME, EVENT, ARM)
    assert found.chi2 == pytest.approx(16.79, abs=0.005) and found.df == 1
    assert found.p == pytest.approx(4.17e-5, rel=0.01)
    assert found.observed.tolist() == [9, 21]
    assert found.expected == pytest.approx([19.25, 10.75], abs=0.005)


def test_the_log_rank_test_of_three_groups_and_of_strata():
    rng = np.random.default_rng(1)
    time, event = rng.integers(1, 15, 120).astype(float), (rng.random(120) < 0.7).astype(float)
    group, strata = rng.integers(0, 3, 120), rng.integers(0, 2, 120)
    observed, expected, covariance = np.zeros(3), np.zeros(3), np.zeros((3, 3))
    for s in (0, 1):
        for t in np.unique(time):
            at_risk = np.array([((time >= t) & (strata == s) & (group == g)).sum() for g in range(3)])
            died = np.array([((time == t) & (event == 1) & (strata == s) & (group == g)).sum() for g in range(3)])
            n, d = at_risk.sum(), died.sum()
            observed += died
            expected += d * at_risk / max(n, 1)
            if n > 1:
                share = at_risk / n
                covariance += d * (n - d) / (n - 1) * (np.diag(share) - np.outer(share, share))
    off = (observed - expected)[:2]
    found = log_rank(time, event, group, strata=strata)
    assert found.chi2 == pytest.approx(off @ np.linalg.solve(covariance[:2, :2], off)) and found.df == 2
    assert found.expected == pytest.approx(expected)


def test_the_log_rank_test_holds_its_level():
    rng = np.random.default_rng(2)
    p = []
    for _ in range(400):
        came, left = rng.exponential(1, 60), rng.exponential(1.5, 60)
        p.append(log_rank(np.minimum(came, left), (came <= left) * 1.0, np.arange(60) % 2).p)
    assert np.mean(np.array(p) < 0.05) == pytest.approx(0.05, abs=0.03)


def test_the_censoring_distribution_takes_events_first():
    # At time 2 one event and one censored of three: the event has gone when the other is censored, 1 of 2 left.
    censoring = CensoringDistribution.of(np.array([1.0, 2.0, 2.0, 3.0]), np.array([0.0, 1.0, 0.0, 1.0]))
    assert censoring.at(np.array([0.5, 1, 2, 3])) == pytest.approx([1, 0.75, 0.375, 0.375])
    assert censoring.before(np.array([1.0, 2, 3])) == pytest.approx([1, 0.75, 0.375])


def test_what_is_no_survival_data():
    with pytest.raises(DataError, match="needs patients"):
        kaplan_meier(np.array([1.0, np.nan]), np.ones(2))
    with pytest.raises(DataError, match="two groups"):
        log_rank(DRUG, RELAPSE, np.zeros(21))

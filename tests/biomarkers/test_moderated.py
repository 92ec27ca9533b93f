import numpy as np
import pytest
from scipy import stats

from pharmakon.biomarkers.moderated import fit_moderated, fit_prior
from pharmakon.biomarkers.multiplicity import benjamini_hochberg
from pharmakon.core.errors import UnknownName

NAMES = ["intercept", "group", "age"]


def table():
    """Ten samples of eight features, made by rule; what limma says of them stands below."""
    i, j = np.arange(10)[:, None], np.arange(8)[None]
    wave = np.sin(3 * i * (j + 1) + j * j) * (0.5 + 0.3 * (j % 4))
    X = np.round(5 + j / 2 + wave + 0.8 * (i >= 5) * (j < 2), 3)
    return X, np.column_stack([np.ones(10), np.arange(10) >= 5, np.cos(np.arange(10))]).astype(float)


# From limma's eBayes as ported in inmoose 0.9.1: prior degrees of freedom, moderated t, p.
LIMMA = {
    "plain": (
        3.537352923581871,
        [3.66656, -1.036314, -0.136919, -6.562441, 0.019985, 0.874259, -0.101222, 1.067131],
        [0.00398193, 0.32325262, 0.89367549, 4.984e-05, 0.98442895, 0.40146338, 0.92127424, 0.30975116],
    ),
    "trend": (
        3.117377602051369,
        [4.167389, -1.268686, -0.137128, -6.48189, 0.018989, 0.831363, -0.097941, 1.019474],
        [0.00187806, 0.23296507, 0.89362011, 6.687e-05, 0.98521877, 0.42495438, 0.92389218, 0.331737],
    ),
    "missing": (
        3.7899365969688437,
        [3.649506, -0.674172, -0.137928, -6.558356, -0.41004, 0.876464, -0.489318, 1.065746],
        [0.00394487, 0.51580432, 0.89283735, 4.48e-05, 0.69060561, 0.39987058, 0.63539403, 0.30980571],
    ),
}


@pytest.mark.parametrize("case", LIMMA)
def test_it_says_what_limma_says(case):
    X, D = table()
    if case == "missing":
        X[[0, 3, 7], [1, 4, 6]] = np.nan
    found = fit_moderated(X, D, NAMES, "group", trend=case == "trend")
    prior_df, t, p = LIMMA[case]
    assert found.prior.df == pytest.approx(prior_df, rel=1e-9)
    np.testing.assert_allclose(found.t, t, atol=1e-6)
    np.testing.assert_allclose(found.p, p, atol=1e-7)
    np.testing.assert_allclose(found.df, 7 - np.isnan(X).sum(axis=0) + prior_df)
    assert (found.n == 10 - np.isnan(X).sum(axis=0)).all()


def test_without_a_prior_it_is_the_ordinary_t_test():
    rng = np.random.default_rng(0)
    group = np.repeat([0.0, 1.0], [6, 9])
    D = np.column_stack([np.ones(15), group])
    X = rng.normal(size=(15, 1))  # a single feature has nobody to borrow from
    found = fit_moderated(X, D, ["intercept", "group"], "group")
    expected = stats.ttest_ind(X[group == 1, 0], X[group == 0, 0])
    assert found.prior.df == 0 and found.df[0] == 13
    assert found.t[0] == pytest.approx(expected.statistic) and found.p[0] == pytest.approx(expected.pvalue)
    low, high = expected.confidence_interval()
    assert (found.low[0], found.high[0]) == (pytest.approx(low), pytest.approx(high))
    assert found.effect[0] == pytest.approx(X[group == 1].mean() - X[group == 0].mean())


def test_features_of_one_variance_are_pooled():
    # All variances equal: less spread than chance would give, so an infinite prior, and one SD for all.
    variance, df = np.full(50, 2.0), np.full(50, 5.0)
    prior = fit_prior(variance, df)
    assert np.isinf(prior.df) and prior.variance == pytest.approx(np.full(50, 2.0))
    X, D = table()
    shifted = X[:, :1] + np.arange(30)
    pooled = fit_moderated(shifted, D, NAMES, "group")
    assert np.isinf(pooled.prior.df) and pooled.df == pytest.approx(np.full(30, 7 * 30))
    assert np.ptp(pooled.standard_error) < 1e-12


def test_the_prior_is_found_again():
    # Smyth's model: s2 ~ s0^2 F(d, d0).
    rng = np.random.default_rng(1)
    d0, s0, d = 6.0, 0.7, 8
    variance = s0 * stats.f.rvs(d, d0, size=40_000, random_state=rng)
    prior = fit_prior(variance, np.full(40_000, float(d)))
    assert prior.df == pytest.approx(d0, rel=0.05) and prior.variance[0] == pytest.approx(s0, rel=0.02)


def test_constant_features_do_not_rule_the_others():
    rng = np.random.default_rng(3)
    variance = 0.5 * stats.f.rvs(8, 10, size=2000, random_state=rng)
    alone = fit_prior(variance, np.full(2000, 8.0))
    some = fit_prior(np.append(variance, np.zeros(4)), np.full(2004, 8.0))
    assert alone.df / 3 < some.df < alone.df  # as in limma, whose floor for such variances this is
    assert some.variance[0] == pytest.approx(alone.variance[0], rel=0.15)


def test_a_trend_follows_the_mean():
    rng = np.random.default_rng(2)
    mean = rng.uniform(2, 12, 5000)
    X = mean + rng.normal(size=(8, 5000)) * np.exp(0.5 * (1.5 - 0.3 * mean))
    D = np.column_stack([np.ones(8), np.arange(8) % 2]).astype(float)
    found = fit_moderated(X, D, ["intercept", "group"], "group", trend=True)
    assert np.corrcoef(np.log(found.prior.variance), 1.5 - 0.3 * mean)[0, 1] > 0.99
    assert found.prior.df > 50 > fit_moderated(X, D, ["intercept", "group"], "group").prior.df


def test_false_discoveries_stay_below_the_level_and_moderation_finds_more():
    shares, gained = [], 0
    D = np.column_stack([np.ones(6), np.repeat([0.0, 1.0], 3)])
    for seed in range(40):
        rng = np.random.default_rng(seed)
        sd = np.sqrt(4 / rng.chisquare(4, 500))
        X = rng.normal(size=(6, 500)) * sd
        X[3:, :50] += 4 * sd[:50]
        found = fit_moderated(X, D, ["intercept", "group"], "group")
        called = benjamini_hochberg(found.p) < 0.1
        shares.append(called[50:].sum() / max(called.sum(), 1))
        plain = benjamini_hochberg(stats.ttest_ind(X[3:], X[:3]).pvalue) < 0.1
        gained += int(called[:50].sum()) - int(plain[:50].sum())
    assert np.mean(shares) < 0.1 + 2 * np.std(shares) / np.sqrt(40)
    assert gained > 40 * 5


def test_what_cannot_be_fitted_is_nan_and_changes_nobody_else():
    X, D = table()
    short = X.copy()
    short[3:, 0] = np.nan  # three values, three coefficients
    constant = np.full((10, 1), 4.0)
    found = fit_moderated(np.hstack([short, constant]), D, NAMES, "group")
    assert np.isnan([found.effect[0], found.p[0], found.low[0], found.df[0]]).all() and found.n[0] == 3
    assert np.isfinite(found.p[1:8]).all()
    assert np.isnan(found.p[8])  # the same for everybody


def test_an_unknown_coefficient():
    X, D = table()
    with pytest.raises(UnknownName, match="'group'"):
        fit_moderated(X, D, NAMES, "grup")


def test_features_that_are_the_same_for_everybody_have_no_answer_and_no_say():
    random = np.random.default_rng(0)
    values = random.normal(size=(30, 200))
    design = np.column_stack([np.ones(30), np.arange(30) % 2])
    alone = fit_moderated(values, design, ["one", "group"], "group")
    beside = fit_moderated(np.hstack([values, np.full((30, 50), 5.0)]), design, ["one", "group"], "group")
    np.testing.assert_array_equal(beside.p[:200], alone.p)
    assert np.isnan(beside.p[200:]).all()

import io
import tarfile

import numpy as np
import pytest

from pharmakon.biomarkers.cox import fit_cox, partial_likelihood
from pharmakon.biomarkers.cox_screen import screen_cox
from pharmakon.biomarkers.risk_sets import RiskSets
from pharmakon.core.errors import DataError

# Freireich et al., Blood 1963, 21, 699.
DRUG = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
TIME = np.array(DRUG + PLACEBO, float)
EVENT = np.append([1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0], np.ones(21))
ON_PLACEBO = np.repeat([0.0, 1.0], 21)[:, None]


def golden(data, member, archive="sksurv_R_reference"):
    with tarfile.open(data / "omics" / "golden_tests" / f"{archive}.tar.gz") as tar:
        return io.TextIOWrapper(tar.extractfile(member), "utf-8").read()


@pytest.fixture(scope="module")
def rossi(data):
    rows = np.loadtxt(io.StringIO(golden(data, "tests/data/rossi.csv")), delimiter=",", skiprows=1)
    return rows[:, 0], rows[:, 1], rows[:, 2:]


def test_the_fit_of_the_textbook():
    fit = fit_cox(ON_PLACEBO, TIME, EVENT, names=["placebo"])
    # R: coxph(Surv(time, relapse) ~ group, ties = "efron").
    assert fit.coefficient[0] == pytest.approx(1.5721, abs=5e-5)
    assert fit.standard_error[0] == pytest.approx(0.4124, abs=5e-5)
    assert fit.likelihood_ratio == pytest.approx(16.35, abs=0.005)
    assert (fit.low[0], fit.high[0]) == pytest.approx((1.5721 - 1.96 * 0.4124, 1.5721 + 1.96 * 0.4124), abs=1e-3)
    assert fit.p[0] == pytest.approx(1.38e-4, rel=0.01)
    assert (fit.n, fit.events, fit.converged) == (42, 30, True)


@pytest.mark.data
def test_the_recidivism_data_as_r_fits_them(rossi):
    time, event, X = rossi
    fit = fit_cox(X, time, event, names=["fin", "age", "race", "wexp", "mar", "paro", "prio"])
    # R's coxph, as in Fox & Weisberg's appendix on Cox regression.
    expected = [-0.37942, -0.05744, 0.31390, -0.14980, -0.43370, -0.08487, 0.09150]
    np.testing.assert_allclose(fit.coefficient, expected, atol=5e-6)
    errors = [0.19138, 0.02200, 0.30799, 0.21222, 0.38187, 0.19576, 0.02865]
    np.testing.assert_allclose(fit.standard_error, errors, atol=5e-6)
    assert fit.log_likelihood == pytest.approx(-658.7477, abs=1e-4)
    assert fit.likelihood_ratio == pytest.approx(33.27, abs=0.005)


@pytest.mark.data
def test_the_lung_trial_as_r_fits_it(data):
    text = golden(data, "sksurv/datasets/data/veteran.arff", "sksurv_datasets")
    rows = [line.replace("'", "").split(",") for line in text.split("@DATA" if "@DATA" in text else "@data")[1].split()]
    treatment, cell, days, status, karnofsky, months, age, prior = map(np.array, zip(*rows, strict=True))
    X = np.column_stack(
        [
            treatment == "test",
            *(cell == kind for kind in ("smallcell", "adeno", "large")),
            karnofsky.astype(float),
            months.astype(float),
            age.astype(float),
            10 * (prior == "yes"),
        ]
    ).astype(float)
    fit = fit_cox(X, days.astype(float), (status == "dead").astype(float))
    # R: coxph(Surv(time, status) ~ trt + celltype + karno + diagtime + age + prior, veteran).
    expected = [0.29460, 0.86156, 1.19607, 0.40129, -0.032815, 0.000081, -0.008706, 0.007159]
    errors = [0.20755, 0.27528, 0.30092, 0.28269, 0.005508, 0.009136, 0.009300, 0.023231]
    np.testing.assert_allclose(fit.coefficient, expected, atol=1e-5)
    np.testing.assert_allclose(fit.standard_error, errors, atol=1e-5)


@pytest.mark.data
@pytest.mark.parametrize(("file", "unpenalised"), [("1", []), ("1-unpen", [0, 29])])
@pytest.mark.parametrize("path", [0.1, 0.3, 0.6, 1.0])
def test_the_coefficients_of_glmnet_are_the_optimum_of_this_likelihood(data, file, unpenalised, path):
    """Of an elastic net, half lasso: slope / n = l (sign b + b) / 2 for one l, and a Newton step stays there."""
    D = np.loadtxt(io.StringIO(golden(data, "tests/data/cox-example.csv")), delimiter=",", skiprows=1)
    text = golden(data, f"tests/data/cox-example-coef-{file}.csv")
    B = np.loadtxt(io.StringIO(text), delimiter=",", skiprows=1)
    X, time, event = D[:, :30], D[:, 30], D[:, 31]
    beta = B[:, int(path * (B.shape[1] - 1))]
    at = partial_likelihood(X, beta, RiskSets.of(time, event))
    slope, information = at.slope / len(time), at.information / len(time)
    held = ~np.isin(np.arange(30), unpenalised)
    active = beta != 0
    pull = (np.sign(beta) + beta) / 2 * held
    strength = np.median(slope[active & held] / pull[active & held])
    step = np.linalg.solve(
        information[np.ix_(active, active)] + strength / 2 * np.diag(held[active]),
        slope[active] - strength * pull[active],
    )
    assert active.sum() > len(unpenalised) + 2
    np.testing.assert_allclose(beta[active] + step, beta[active], rtol=0.02, atol=0.001)
    assert (np.abs(slope[~active]) <= strength / 2 + 5e-4).all()


def test_slope_and_information_are_derivatives():
    rng = np.random.default_rng(0)
    X, time = rng.normal(size=(50, 3)), rng.integers(1, 9, 50).astype(float)
    sets = RiskSets.of(time, (rng.random(50) < 0.6) * 1.0, rng.integers(0, 2, 50))
    beta, h = np.array([0.3, -0.5, 0.1]), 1e-5
    at = partial_likelihood(X, beta, sets)
    for j, step in enumerate(h * np.eye(3)):
        up, down = partial_likelihood(X, beta + step, sets), partial_likelihood(X, beta - step, sets)
        assert (up.value - down.value) / (2 * h) == pytest.approx(at.slope[j], abs=1e-6)
        np.testing.assert_allclose((down.slope - up.slope) / (2 * h), at.information[j], atol=1e-5)


@pytest.mark.data
def test_strata_and_curves(rossi):
    time, event, X = rossi
    expected = np.array([0.96422258, 0.90291017, 0.71569931])  # lifelines 0.30.3, Breslow's baseline
    times = np.array([10.0, 20.0, 52.0])
    fit = fit_cox(X, time, event)
    np.testing.assert_allclose(fit.survival(X[:1], times)[0], expected, atol=1e-6)
    others = [0, 1, 2, 4, 5, 6]
    fit = fit_cox(X[:, others], time, event, strata=X[:, 3])
    np.testing.assert_allclose(fit.coefficient[:4], [-0.3801541, -0.05821348, 0.30656945, -0.45387163], atol=1e-6)
    curve = fit.survival(X[:1, others], times, stratum=X[0, 3])[0]
    np.testing.assert_allclose(curve, [0.9628401, 0.88025618, 0.72260928], atol=1e-6)
    other = fit.survival(X[2:3, others], times, stratum=1.0)[0]  # the third patient is of the other stratum
    np.testing.assert_allclose(other, [0.91767945, 0.8400038, 0.4262661], atol=1e-6)
    with pytest.raises(DataError, match="stratum 7"):
        fit.survival(X[:1, others], times, stratum=7)


def test_a_baseline_by_hand():
    # Three events among 3, 2 and 1 at risk, a covariate without effect: Nelson-Aalen.
    fit = fit_cox(np.array([[1.0], [2.0], [1.5]]), np.array([1.0, 2.0, 3.0]), np.ones(3), ridge=1e9)
    assert fit.coefficient[0] == pytest.approx(0, abs=1e-6)
    assert fit.baseline_hazard == pytest.approx([1 / 3, 1 / 3 + 1 / 2, 1 / 3 + 1 / 2 + 1])
    assert fit.cumulative_hazard(np.array([[1.5]]), np.array([0.5, 2.0, 9.0]))[0] == pytest.approx([0, 5 / 6, 11 / 6])


def test_without_columns_it_is_the_baseline_alone():
    fit = fit_cox(np.empty((42, 0)), TIME, EVENT)
    assert fit.converged and fit.log_likelihood == fit.null_log_likelihood
    # R: survfit(Surv(time, relapse) ~ 1, stype = 2): 2 of 42 in week 1, 2 of 40 in week 2.
    assert fit.survival(np.empty((1, 0)), np.array([1.0, 2.0]))[0] == pytest.approx(np.exp([-2 / 42, -2 / 42 - 2 / 40]))


def test_a_step_too_far_is_halved():
    rng = np.random.default_rng(28)
    x = rng.standard_t(1.2, (40, 1)) ** 3  # Newton's own steps run away from this one
    time = rng.exponential(np.exp(-1.5 * np.sign(x[:, 0])))
    fit = fit_cox(x, time, np.ones(40))
    at = partial_likelihood(x / x.std(), fit.coefficient * x.std(), RiskSets.of(time, np.ones(40)))
    assert fit.converged and fit.coefficient[0] > 0 and at.slope[0] == pytest.approx(0, abs=1e-6)
    screened = screen_cox(x, time, np.ones(40), per_sd=False)
    assert screened.converged[0] and screened.log_hazard_ratio[0] == pytest.approx(fit.coefficient[0], rel=1e-5)


def test_ridge_shrinks_and_divides_between_twins():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(80, 1))
    time = rng.exponential(np.exp(-x[:, 0]))
    plain, ridge = (fit_cox(x, time, np.ones(80), ridge=r).coefficient[0] for r in (0.0, 20.0))
    assert 0 < ridge < plain
    at = partial_likelihood(x, np.array([ridge]), RiskSets.of(time, np.ones(80)))
    assert at.slope[0] == pytest.approx(20 * ridge, rel=1e-6)
    twins = fit_cox(np.hstack([x, x]), time, np.ones(80), ridge=1.0).coefficient
    assert twins[0] == pytest.approx(twins[1])


def test_a_column_that_divides_the_events_has_no_maximum():
    time = np.arange(1.0, 21.0)
    divides = (time <= 10).astype(float)
    fit = fit_cox(divides[:, None], time, divides)
    assert not fit.converged and fit.coefficient[0] > 5 and np.isnan(fit.p[0])


def test_what_cannot_be_fitted_is_refused():
    for X, message in (
        (np.column_stack([ON_PLACEBO, 1 - ON_PLACEBO]), "a, b is a combination"),
        (np.column_stack([ON_PLACEBO, np.ones(42)]), "^b: the same in every patient"),
        (np.where(ON_PLACEBO > 0, np.nan, 1.0), "columns have missing values"),
    ):
        with pytest.raises(DataError, match=message):
            fit_cox(X, TIME, EVENT, names=["a", "b"][: X.shape[1]])
    with pytest.raises(DataError, match="no event"):
        fit_cox(ON_PLACEBO, TIME, np.zeros(42))

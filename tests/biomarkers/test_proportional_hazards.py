import io
import tarfile

import numpy as np
import pytest

from pharmakon.biomarkers.cox import fit_cox
from pharmakon.biomarkers.proportional_hazards import check_proportional_hazards, schoenfeld_residuals


@pytest.fixture(scope="module")
def rossi(data):
    with tarfile.open(data / "omics" / "golden_tests" / "sksurv_R_reference.tar.gz") as tar:
        rows = np.loadtxt(io.TextIOWrapper(tar.extractfile("tests/data/rossi.csv")), delimiter=",", skiprows=1)
    return rows[:, 0], rows[:, 1], rows[:, 2:]


@pytest.mark.data
def test_the_recidivism_data_as_r_tests_them(rossi):
    time, event, X = rossi
    X = X[:, [0, 1, 6]]  # financial aid, age, prior convictions
    found = check_proportional_hazards(fit_cox(X, time, event), X, time, event)
    # R's cox.zph (survival 2), as in Fox & Weisberg's appendix on Cox regression.
    np.testing.assert_allclose(found.correlation, [-0.00657, -0.20976, -0.08004], atol=1e-5)
    np.testing.assert_allclose(found.chi2, [0.00507, 6.54147, 0.77288], atol=1e-5)
    np.testing.assert_allclose(found.p, [0.9433, 0.0105, 0.3793], atol=1e-4)
    assert (found.global_chi2, found.global_p) == pytest.approx((7.13046, 0.0679), abs=1e-4)


@pytest.mark.data
@pytest.mark.parametrize(
    ("clock", "expected"),
    [("identity", [0.05617078, 12.06138265, 1.48608786]), ("log", [0.49136453, 13.07381115, 1.03112403])],
)
def test_other_clocks_as_lifelines_has_them(rossi, clock, expected):
    time, event, X = rossi
    found = check_proportional_hazards(fit_cox(X, time, event), X, time, event, clock=clock)
    np.testing.assert_allclose(found.chi2[:3], expected, rtol=1e-6)


@pytest.mark.parametrize("clock", ["km", "rank"])
def test_an_effect_that_fades_is_found_and_a_steady_one_is_not(clock):
    rng = np.random.default_rng(0)
    n = 600
    X = rng.integers(0, 2, (n, 2)).astype(float)
    u = rng.exponential(1, n)
    steady = np.exp(0.7 * X[:, 1])
    # Hazard three times as high until time 0.5, as without it from then on.
    early = steady * np.where(X[:, 0] > 0, 3.0, 1.0)
    time = np.where(u < 0.5 * early, u / early, 0.5 + (u - 0.5 * early) / steady)
    left = rng.exponential(2, n)
    event, time = (time <= left).astype(float), np.minimum(time, left)
    found = check_proportional_hazards(fit_cox(X, time, event), X, time, event, clock=clock)
    assert found.p[0] < 1e-4 and found.correlation[0] < 0
    assert found.p[1] > 0.05 and found.global_p < 1e-3


def test_residuals_sum_to_nothing():
    rng = np.random.default_rng(1)
    X, time = rng.normal(size=(60, 2)), rng.integers(1, 10, 60).astype(float)
    event, strata = (rng.random(60) < 0.7).astype(float), rng.integers(0, 2, 60)
    fit = fit_cox(X, time, event, strata=strata)
    residuals, when = schoenfeld_residuals(fit, X, time, event, strata=strata)
    assert residuals.shape == (int(event.sum()), 2) and set(when) <= set(time)
    np.testing.assert_allclose(residuals.sum(axis=0), 0, atol=1e-7)  # that is the score equation

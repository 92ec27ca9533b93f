"""Newton's method on sums ends where the pooled fit does; averaging ends near it."""

import numpy as np
import pytest

from pharmakon.biomarkers.federated_ridge import Descent, local_epochs, loss_sums, newton_sums, with_intercept

PENALTIES = np.array([1.0, 0.1, 0.01])


@pytest.fixture
def sites():
    draw = np.random.default_rng(2)
    Z = draw.normal(size=(240, 8))
    Z[:, 1] += 0.9 * Z[:, 0]
    eta = Z[:, 0] - Z[:, 3] - 1
    site = draw.integers(3, size=240)
    return Z, eta + draw.normal(size=240), (draw.random(240) < 1 / (1 + np.exp(-eta))) * 1.0, site


def fitted(Z, y, site, kind, rounds=40):
    X = with_intercept(Z)
    at = Descent.begin(PENALTIES, X.shape[1])
    for number in range(rounds):
        parts = [newton_sums(X[site == s], y[site == s], kind, at.at[at.open]) for s in np.unique(site)]
        at = at.newton(len(y), *(np.sum(part, axis=0) for part in zip(*parts, strict=True)))
        if not at.open.any():
            return at, number + 1
    raise AssertionError("not finished")


def test_classes_end_where_the_pooled_fit_does(sites):
    from sklearn.linear_model import LogisticRegression

    Z, _, y, site = sites
    at, rounds = fitted(Z, y, site, "binary")
    for k, penalty in enumerate(PENALTIES):
        pooled = LogisticRegression(C=1 / (penalty * len(y)), tol=1e-12, max_iter=10_000).fit(Z, y)
        assert np.abs(at.at[k, :-1] - pooled.coef_[0]).max() < 1e-6
        assert abs(at.at[k, -1] - pooled.intercept_[0]) < 1e-6
    assert rounds < 12


def test_numbers_take_two_rounds(sites):
    from sklearn.linear_model import Ridge

    Z, y, _, site = sites
    at, rounds = fitted(Z, y, site, "continuous")
    for k, penalty in enumerate(PENALTIES):
        pooled = Ridge(alpha=penalty * len(y)).fit(Z, y)
        assert np.abs(at.at[k, :-1] - pooled.coef_).max() < 1e-8
    assert rounds == 2


def test_the_number_of_hospitals_changes_nothing(sites):
    Z, _, y, site = sites
    one, _ = fitted(Z, y, np.zeros(len(y)), "binary")
    three, _ = fitted(Z, y, site, "binary")
    assert np.abs(one.at - three.at).max() < 1e-7


def test_too_long_a_step_is_halved():
    at = Descent.begin(np.array([0.1]), 2)
    at = at.newton(10, np.array([7.0]), np.array([[5.0, 0.0]]), np.array([[1e-3, 0.0, 1.0]]))
    there = at.at.copy()
    back = at.newton(10, np.array([1e6]), np.array([[0.0, 0.0]]), np.array([[1.0, 0.0, 1.0]]))
    assert np.allclose(back.at, there / 2)


def test_averaging_comes_near(sites):
    Z, _, y, site = sites
    X = with_intercept(Z)
    exact, _ = fitted(Z, y, site, "binary")
    at = Descent.begin(PENALTIES, X.shape[1])
    for _ in range(60):
        parts = [
            (site == s).sum()
            * local_epochs(X[site == s], y[site == s], "binary", at.at, PENALTIES, epochs=5, proximal=0.01)
            for s in range(3)
        ]
        at = at.averaged(len(y), np.sum(parts, axis=0))
    assert np.abs(at.at - exact.at).max() < 0.1
    assert (loss_sums(X, y, "binary", at.at) < 1.01 * loss_sums(X, y, "binary", exact.at)).all()


def test_the_proximal_term_holds_a_hospital_to_where_it_began(sites):
    Z, _, y, _ = sites
    X, start = with_intercept(Z), np.zeros((3, 9))
    free, held = (local_epochs(X, y, "binary", start, PENALTIES, epochs=20, proximal=mu) for mu in (0.0, 10.0))
    assert np.linalg.norm(held) < 0.3 * np.linalg.norm(free)

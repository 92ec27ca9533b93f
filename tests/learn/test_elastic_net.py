import io
import tarfile

import numpy as np
import pytest

from pharmakon.biomarkers.cox_loss import CoxLoss
from pharmakon.core.errors import UsageError
from pharmakon.learn.elastic_net import elastic_net_path
from pharmakon.learn.glm_loss import Gaussian, Logistic


def made(n=80, p=200, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) + 0.7 * rng.normal(size=(n, 1))
    X[:, ::3] = X[:, ::3] * 50 + 1000
    eta = X[:, 1] - X[:, 2] + X[:, 3] / 50
    y = eta + rng.normal(size=n)
    return X, {
        "gaussian": Gaussian(y),
        "logistic": Logistic((y > np.median(y)).astype(float)),
        "cox": CoxLoss(rng.exponential(size=n) * np.exp(-eta), (rng.random(n) < 0.7).astype(float)),
    }


@pytest.mark.parametrize("alpha", [1.0, 0.5, 0.1, 0.0])
@pytest.mark.parametrize("kind", ["gaussian", "logistic", "cox"])
@pytest.mark.parametrize("unpenalised", [False, True])
def test_the_conditions_of_optimality_hold(kind, alpha, unpenalised):
    X, losses = made()
    loss, Z = losses[kind], (X - X.mean(axis=0)) / X.std(axis=0)
    factor = np.linspace(0.5, 2, X.shape[1])
    if unpenalised:
        factor[:2] = 0
    path = elastic_net_path(X, loss, alpha=alpha, n_lambda=12, penalty=factor)
    factor *= len(factor) / factor.sum()
    assert len(path.lambdas) > 5
    for lam, b, scores in zip(path.lambdas, path.coefficients * X.std(axis=0), path.scores(X), strict=True):
        gradient = Z.T @ loss.gradient(scores) + lam * (1 - alpha) * factor * b
        bound, inside = lam * alpha * factor, b != 0
        assert np.abs(gradient + bound * np.sign(b))[inside].max(initial=0) < 1e-4
        assert (np.abs(gradient) - bound)[~inside].max(initial=-1) < 1e-4
        if loss.has_intercept:
            assert abs(loss.gradient(scores).sum()) < 1e-4
    if unpenalised:
        assert (path.coefficients[:, :2] != 0).all()
        assert alpha == 0 or not path.coefficients[0, 2:].any()


def test_the_largest_lambda_is_where_the_first_column_comes_in():
    X, losses = made()
    for loss in losses.values():
        path = elastic_net_path(X, loss, alpha=0.5, n_lambda=20)
        assert not path.coefficients[0].any()
        assert elastic_net_path(X, loss, alpha=0.5, lambdas=path.lambdas[:1] * 0.98).coefficients.any()


@pytest.mark.parametrize("alpha", [1.0, 0.3])
def test_numbers_as_scikit_learn_fits_them(alpha):
    from sklearn.linear_model import ElasticNet

    X, losses = made()
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    path = elastic_net_path(X, losses["gaussian"], alpha=alpha, n_lambda=10, tolerance=1e-8)
    theirs = ElasticNet(alpha=path.lambdas[-1], l1_ratio=alpha, tol=1e-10, max_iter=100_000)
    theirs.fit(Z, losses["gaussian"].y)
    np.testing.assert_allclose(path.coefficients[-1] * X.std(axis=0), theirs.coef_, atol=1e-5)
    np.testing.assert_allclose(path.scores(X)[-1], theirs.predict(Z), atol=1e-4)


def test_classes_as_scikit_learn_fits_them():
    from sklearn.linear_model import LogisticRegression

    X, losses = made()
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    path = elastic_net_path(X, losses["logistic"], alpha=0.0, n_lambda=5, tolerance=1e-8)
    theirs = LogisticRegression(C=1 / (len(X) * path.lambdas[-1]), tol=1e-9, max_iter=10_000)
    theirs.fit(Z, losses["logistic"].y)
    np.testing.assert_allclose(path.coefficients[-1] * X.std(axis=0), theirs.coef_[0], atol=1e-5)


def golden(data, name):
    import pandas as pd

    with tarfile.open(data / "omics" / "golden_tests" / "sksurv_R_reference.tar.gz") as tar:
        return pd.read_csv(io.BytesIO(tar.extractfile(f"tests/data/{name}.csv").read()))


@pytest.mark.data
@pytest.mark.parametrize("name", ["1", "1-pf", "1-pf2"])
def test_cox_paths_as_glmnet_fits_them(data, name):
    special = {"1": {}, "1-pf": {4: 0.125}, "1-pf2": {4: 0.125, 10: 1.25, 12: 0.75}}[name]
    table, theirs = golden(data, "cox-example"), golden(data, f"cox-example-coef-{name}").to_numpy().T
    factor = np.ones(30)
    for column, value in special.items():
        factor[column] = value
    first = 1.58712986523032 if special else 0.468899812444165
    loss = CoxLoss(table["time"].to_numpy(), table["status"].to_numpy(), ties="breslow")
    X = table.iloc[:, :30].to_numpy()
    lambdas = first * np.geomspace(1, 1e-4, 100)[: len(theirs)]
    path = elastic_net_path(X, loss, alpha=0.5, lambdas=lambdas, penalty=factor, standardise=False, tolerance=1e-7)
    assert np.abs(path.coefficients - theirs).max() < 0.02 * np.abs(theirs).max()
    mine = elastic_net_path(X, loss, alpha=0.5, n_lambda=2, penalty=factor, standardise=False)
    assert mine.lambdas[0] == pytest.approx(first, rel=1e-4)


def test_float32_gives_nearly_the_same():
    X, losses = made()
    exact = elastic_net_path(X, losses["logistic"], n_lambda=8)
    rough = elastic_net_path(X.astype(np.float32), losses["logistic"], n_lambda=8)
    np.testing.assert_allclose(rough.scores(X), exact.scores(X), atol=1e-2)


def test_a_path_ends_when_enough_columns_are_in_and_constant_columns_stay_out():
    X, losses = made()
    X[:, 7] = 3.0
    path = elastic_net_path(X, losses["gaussian"], n_lambda=30, max_active=10)
    assert len(path.lambdas) < 30
    assert (path.coefficients[-1] != 0).sum() > 10 >= (path.coefficients[-2] != 0).sum()
    assert not path.coefficients[:, 7].any()


def test_options_that_make_no_sense_are_refused():
    X, losses = made()
    for options in ({"alpha": 1.5}, {"penalty": np.ones(3)}, {"penalty": -np.ones(X.shape[1])}):
        with pytest.raises(UsageError, match="penalty factor"):
            elastic_net_path(X, losses["gaussian"], **options)

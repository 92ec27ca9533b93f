import numpy as np
import pytest

from pharmakon.core.errors import UsageError
from pharmakon.learn.kernel_ridge import KernelRidge, choose_alpha, out_of_fold
from pharmakon.learn.splits import random_folds


def rbf(a, b):
    return np.exp(-((a[:, None] - b[None]) ** 2).sum(axis=-1) / 2)


@pytest.fixture
def problem():
    r = np.random.default_rng(0)
    X = r.normal(size=(150, 2))
    y = np.column_stack([np.sin(2 * X[:, 0]), X[:, 1] ** 2]) + 7 + 0.1 * r.normal(size=(150, 2))
    return X, y


def test_equals_scikit_learn_about_the_mean(problem):
    from sklearn.kernel_ridge import KernelRidge as Reference

    X, y = problem
    K, query = rbf(X, X), rbf(X[:20] + 0.3, X)
    reference = Reference(alpha=0.2, kernel="precomputed").fit(K, y - y.mean(axis=0)).predict(query) + y.mean(axis=0)
    np.testing.assert_allclose(KernelRidge(alpha=0.2).fit(K, y).predict(query), reference)
    np.testing.assert_allclose(KernelRidge(alpha=0.2).fit(K, y[:, 0]).predict(query), reference[:, 0])


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-9), (np.float32, 1e-3)])
def test_out_of_fold_equals_refitting(problem, weighted, dtype, tolerance):
    X, y = problem
    K, folds = rbf(X, X), random_folds(150)
    weight = np.random.default_rng(1).uniform(0.3, 3, size=150) if weighted else None
    found = out_of_fold(K, y, folds=folds, alpha=0.1, dtype=dtype, sample_weight=weight)
    for fold in range(5):
        out, rest = folds == fold, folds != fold
        own = None if weight is None else weight[rest]
        refitted = KernelRidge(alpha=0.1).fit(K[np.ix_(rest, rest)], y[rest], sample_weight=own)
        np.testing.assert_allclose(found[out], refitted.predict(K[np.ix_(out, rest)]), atol=tolerance)
    single = out_of_fold(K, y[:, 1], folds=folds, alpha=0.1, dtype=dtype, sample_weight=weight)
    assert single.shape == (150,)
    np.testing.assert_allclose(single, found[:, 1], atol=tolerance)


def test_out_of_fold_does_not_see_its_own_value(problem):
    X, y = problem
    K, folds = rbf(X, X), random_folds(150)
    spoilt = y[:, 0].copy()
    spoilt[folds == 2] += 100
    before = out_of_fold(K, y[:, 0], folds=folds, alpha=0.1)
    after = out_of_fold(K, spoilt, folds=folds, alpha=0.1)
    np.testing.assert_allclose(after[folds == 2], before[folds == 2], atol=1e-8)
    assert np.abs(after - before)[folds != 2].max() > 1


def test_a_weight_of_two_is_the_row_twice(problem):
    X, y = problem
    weight = np.ones(150)
    weight[:10] = 2
    twice = np.concatenate([X, X[:10]])
    a = KernelRidge(alpha=0.3).fit(rbf(X, X), y, sample_weight=weight).predict(rbf(X[:5] + 1, X))
    b = KernelRidge(alpha=0.3).fit(rbf(twice, twice), np.concatenate([y, y[:10]])).predict(rbf(X[:5] + 1, twice))
    np.testing.assert_allclose(a, b)


def test_alpha_is_chosen_by_out_of_fold_loss(problem):
    X, y = problem
    noise = np.random.default_rng(3).normal(size=150)
    folds, K = random_folds(150), rbf(X, X)
    clean, predictions = choose_alpha(K, y[:, 0], folds=folds, alphas=(0.01, 10.0))
    np.testing.assert_array_equal(predictions, out_of_fold(K, y[:, 0], folds=folds, alpha=clean))
    noisy, _ = choose_alpha(K, noise, folds=folds, alphas=(0.01, 10.0))
    assert (clean, noisy) == (0.01, 10.0)
    worst, _ = choose_alpha(K, y[:, 0], folds=folds, alphas=(0.01, 10.0), loss=lambda t, p: -np.mean((t - p) ** 2))
    assert worst == 10.0


def test_what_does_not_fit_says_so(problem):
    X, y = problem
    K = rbf(X, X)
    with pytest.raises(UsageError, match="100 values for a kernel of 150"):
        KernelRidge().fit(K, y[:100])
    with pytest.raises(UsageError, match="finite"):
        KernelRidge().fit(K, np.full(150, np.nan))
    with pytest.raises(UsageError, match="positive"):
        KernelRidge().fit(K, y, sample_weight=np.zeros(150))
    with pytest.raises(UsageError, match="two folds"):
        out_of_fold(K, y, folds=np.zeros(150, dtype=int), alpha=0.1)
    with pytest.raises(UsageError, match="no alpha"):
        choose_alpha(K, y, folds=random_folds(150), alphas=())

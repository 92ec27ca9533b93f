import numpy as np
import pytest

from pharmakon.biomarkers.noise import _shrunken_correlation, knockoffs, noise_kind, permuted


def correlated(n=4000, p=12, rho=0.6):
    rng = np.random.default_rng(0)
    return np.sqrt(rho) * rng.normal(size=(n, 1)) + np.sqrt(1 - rho) * rng.normal(size=(n, p)) * np.arange(1, p + 1) + 5


def test_permuted_columns_keep_their_values_and_nothing_else():
    X = correlated()
    noise = permuted(X, range(len(X)), random_state=1)
    np.testing.assert_array_equal(np.sort(noise, axis=0), np.sort(X, axis=0))
    assert np.abs(np.corrcoef(noise.T) - np.eye(12)).max() < 0.08
    np.testing.assert_array_equal(noise, permuted(X, range(len(X)), random_state=1))


def test_knockoffs_have_the_second_moments_of_what_they_stand_for():
    """Cov(decoy, decoy) = Cov(X, X), and Cov(decoy_i, X_j) = Cov(X_i, X_j) but where i = j."""
    X = correlated()
    decoys = knockoffs(X, range(len(X)), random_state=0)
    joint = np.corrcoef(np.column_stack([X, decoys]).T)
    real, across, decoy = joint[:12, :12], joint[:12, 12:], joint[12:, 12:]
    off = ~np.eye(12, dtype=bool)
    np.testing.assert_allclose(decoy, real, atol=0.06)
    np.testing.assert_allclose(across[off], real[off], atol=0.06)
    # Nearly as far from its decoy as the least eigenvalue allows.
    np.testing.assert_allclose(np.diag(across), 1 - min(1, 2 * np.linalg.eigvalsh(real)[0]), atol=0.04)
    np.testing.assert_allclose(decoys.mean(axis=0), X.mean(axis=0), atol=0.6)


def test_with_more_features_than_patients_knockoffs_are_finite():
    X = np.random.default_rng(0).normal(size=(40, 120))
    decoys = knockoffs(X, range(len(X)), random_state=0)
    assert np.isfinite(decoys).all()
    assert 0.5 < decoys.std() < 1.5


@pytest.mark.parametrize("p", [30, 90])
def test_shrinkage_is_that_of_scikit_learn(p):
    from sklearn.covariance import ledoit_wolf

    X = np.random.default_rng(0).normal(size=(50, p)) + np.random.default_rng(1).normal(size=(50, 1)) * 0.7
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    V, inside, outside = _shrunken_correlation(Z)
    R = (V * (inside - outside)) @ V.T + outside * np.eye(p)
    np.testing.assert_allclose(R, ledoit_wolf(Z)[0], atol=0.02)


@pytest.mark.parametrize("make", [permuted, knockoffs])
def test_rows_of_one_patient_get_noise_of_one_patient(make):
    """Two equal samples of each patient stay equal; without that, noise has twice the rows and is too quiet."""
    X, groups = np.random.default_rng(0).normal(size=(30, 5)), np.repeat(np.arange(30), 2)
    noise = make(X[groups], groups, random_state=0)
    np.testing.assert_allclose(noise[::2], noise[1::2])
    assert len(np.unique(noise[:, 0])) == 30


@pytest.mark.parametrize(
    ("X", "wanted", "kind", "word"),
    [
        (np.random.default_rng(0).normal(size=(10, 3)), "auto", "knockoff", "Gaussian"),
        (np.random.default_rng(0).normal(size=(10, 3)), "permutation", "permutation", "asked"),
        (np.eye(10), "auto", "permutation", "two values"),
        (np.zeros((3, 76)), "knockoff", "permutation", "too many"),
    ],
)
def test_the_noise_that_serves_is_said(X, wanted, kind, word):
    found, why = noise_kind(X, wanted)
    assert found == kind
    assert word in why

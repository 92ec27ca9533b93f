import numpy as np
import pytest

from pharmakon.biomarkers.batch import ComBat
from pharmakon.core.errors import DataError, UsageError


def plates(seed=0, sizes=(20, 25, 15), p=40):
    """Values of three plates that shift and stretch the noise, their batch, a covariate, and its slopes."""
    rng = np.random.default_rng(seed)
    batch = np.repeat(["a", "b", "c"], sizes)
    age, slope = rng.normal(size=(len(batch), 1)), rng.normal(size=p)
    X = rng.normal(size=(len(batch), p))
    for name, (shift, stretch) in {"a": (0, 1), "b": (1.5, 2), "c": (-1, 0.6)}.items():
        mine = batch == name
        X[mine] = X[mine] * stretch * rng.uniform(0.9, 1.1, p) + shift + rng.normal(0, 0.3, p)
    return 8 + age * slope + X, batch, age, slope


def textbook(X, batch, covariates):
    """Johnson, Li & Rabinovic, section 3, one feature and one batch at a time, in sva's variances (n - 1)."""
    names = np.unique(batch)
    B = (batch[:, None] == names).astype(float)
    D = np.hstack([B, covariates])
    beta = np.linalg.solve(D.T @ D, D.T @ X)
    grand = B.mean(axis=0) @ beta[: len(names)]
    sigma = np.sqrt(((X - D @ beta) ** 2).mean(axis=0))
    mean = grand + covariates @ beta[len(names) :]
    Z, result = (X - mean) / sigma, np.empty_like(X)
    for name in names:
        z = Z[batch == name]
        n, gamma, delta = len(z), z.mean(axis=0), z.var(axis=0, ddof=1)
        m, s2 = delta.mean(), delta.var(ddof=1)
        a, b = (2 * s2 + m**2) / s2, (m * s2 + m**3) / s2
        for g in range(X.shape[1]):
            shift, scale = gamma[g], delta[g]
            for _ in range(500):
                shift = (n * gamma.var(ddof=1) * gamma[g] + scale * gamma.mean()) / (n * gamma.var(ddof=1) + scale)
                scale = (b + ((z[:, g] - shift) ** 2).sum() / 2) / (n / 2 + a - 1)
            rows = batch == name
            result[rows, g] = (z[:, g] - shift) / np.sqrt(scale) * sigma[g] + mean[rows, g]
    return result


@pytest.mark.parametrize("covariates", [True, False])
def test_it_is_the_method_of_the_paper(covariates):
    X, batch, age, _ = plates(p=8)
    C = age if covariates else age[:, :0]
    np.testing.assert_allclose(ComBat().fit_transform(X, batch, C), textbook(X, batch, C), atol=1e-7)


def test_plates_go_and_covariates_stay():
    X, batch, age, slope = plates()
    clean = ComBat().fit_transform(X, batch, age)

    def apart(values):
        noise = values - age * slope
        means, spreads = (
            [part(noise[batch == n]) for n in "abc"] for part in (lambda x: x.mean(0), lambda x: x.std(0))
        )
        return np.ptp(means, axis=0).mean(), np.ptp(np.log(spreads).mean(axis=1))

    assert apart(clean)[0] < 0.2 * apart(X)[0] and apart(clean)[1] < 0.15 * apart(X)[1]
    assert np.corrcoef(np.polyfit(age[:, 0], clean, 1)[0], slope)[0, 1] > 0.95


def test_new_rows_of_a_known_batch_are_transformed_alone_and_as_in_training(tmp_path):
    X, batch, age, _ = plates()
    combat = ComBat().fit(X, batch, age)
    whole = combat.transform(X, batch, age)
    np.testing.assert_allclose(combat.transform(X[30:31], batch[30:31], age[30:31]), whole[30:31])
    np.savez(tmp_path / "combat.npz", **combat.to_arrays())
    with np.load(tmp_path / "combat.npz") as arrays:
        np.testing.assert_array_equal(ComBat.from_arrays(arrays).transform(X, batch, age), whole)


def test_what_becomes_of_a_new_batch():
    X, batch, _, _ = plates()
    known, new = batch != "c", batch == "c"
    with pytest.raises(DataError, match="batch 'c' was not there in training"):
        ComBat().fit(X[known], batch[known]).transform(X[new], batch[new])
    left = ComBat("reference").fit(X[known], batch[known]).transform(X[new], batch[new])
    np.testing.assert_array_equal(left, X[new])
    combat = ComBat("estimate").fit(X[known], batch[known])
    found = combat.transform(X[new], batch[new])
    assert (
        np.abs(found.mean(axis=0) - combat.center_).mean() < 0.3 * np.abs(X[new].mean(axis=0) - combat.center_).mean()
    )
    with pytest.raises(DataError, match="batch 'c' is new and has 9 rows"):
        combat.transform(X[new][:9], batch[new][:9])


def test_missing_values_stay_and_move_nobody_elses():
    X, batch, _, _ = plates()
    holes = X.copy()
    holes[[0, 30], 3] = np.nan
    found, whole = ComBat().fit_transform(holes, batch), ComBat().fit_transform(X, batch)
    assert np.isnan(found).sum() == 2 and np.isnan(found[[0, 30], 3]).all()
    np.testing.assert_allclose(np.delete(found, 3, axis=1), np.delete(whole, 3, axis=1), atol=0.02)


def test_what_cannot_be_known_is_refused_and_never_nan():
    X, batch, age, _ = plates()
    alone = batch.copy().astype("<U5")
    alone[0] = "alone"
    with pytest.raises(DataError, match="batch 'alone' has one row"):
        ComBat().fit(X, alone)
    with pytest.raises(DataError, match="covariate 1: in this design a combination"):
        ComBat().fit(X, batch, (batch == "a")[:, None])
    holes = X.copy()
    holes[21:45, 2] = np.nan
    with pytest.raises(DataError, match=r"1 features have fewer than two values .* column 2 in batch 'b'"):
        ComBat().fit(holes, batch)
    with pytest.raises(UsageError, match="batch of each of 60 rows"):
        ComBat().fit(X)
    with pytest.raises(UsageError, match="fitted with 1 covariates, given 0"):
        ComBat().fit(X, batch, age).transform(X, batch)
    with pytest.raises(DataError, match="complete table"):
        ComBat().fit(X, batch, np.full((60, 1), np.nan))


def test_features_that_do_not_vary():
    X, batch, _, _ = plates()
    flat = X.copy()
    flat[:, 0] = 5.0
    flat[:, 1] = np.where(batch == "a", 1.0, 2.0)
    flat[batch == "b", 2] = 7.0
    found = ComBat().fit_transform(flat, batch)
    assert np.isfinite(found).all() and found[:, 0] == pytest.approx(np.full(60, 5.0))
    assert np.ptp(found[:, 1]) < 1e-9 and np.ptp(found[batch == "b", 2]) < 1e-9
    one = ComBat().fit_transform(X[:, :1], batch)  # a single feature has nobody to borrow from
    assert [one[batch == n].mean() for n in "abc"] == pytest.approx([X[:, 0].mean()] * 3)


def test_a_batch_of_one_row_is_an_unseen_one():
    X, batch, _, _ = plates()
    alone = batch.copy()
    alone[0] = "z"
    for unseen in ("reference", "estimate"):
        one, without = ComBat(unseen).fit(X, alone), ComBat(unseen).fit(X[1:], alone[1:])
        assert np.array_equal(one.transform(X[1:], alone[1:]), without.transform(X[1:], alone[1:]))
    assert np.array_equal(ComBat("reference").fit(X, alone).transform(X, alone)[0], X[0])
    with pytest.raises(DataError, match="has one row"):
        ComBat("refuse").fit(X, alone)
    with pytest.raises(DataError, match="has one row"):
        ComBat("reference").fit(X[:2], np.array(["a", "b"]))

import numpy as np

from pharmakon.learn.component_ridge import ComponentRidge


def data(seed=0, n=120, p=6, t=8):
    random = np.random.default_rng(seed)
    x = random.normal(size=(n, p))
    shared = x @ random.normal(size=(p, 2))
    y = shared @ random.normal(size=(2, t)) + random.normal(size=(n, t)) + 3
    return x, y


def test_related_targets_are_learnt_and_the_mean_is_kept():
    x, y = data()
    train, test = np.arange(90), np.arange(90, 120)
    gram = x @ x.T / x.shape[1]
    inside = gram[np.ix_(train, train)]
    model = ComponentRidge().fit(lambda rows: (inside[np.ix_(rows, rows)], inside[:, rows]), y[train], train % 5)
    found = model.predict(gram[np.ix_(test, train)])
    base = np.mean((y[test] - y[train].mean(axis=0)) ** 2)
    assert np.mean((y[test] - found) ** 2) < 0.5 * base
    assert np.mean((y[train] - model.out_of_fold_) ** 2) < 0.6 * np.var(y[train] - y[train].mean(axis=0))
    assert model.explained_[:2].min() > 0.3


def test_noise_is_left_alone():
    random = np.random.default_rng(1)
    x, y = random.normal(size=(80, 5)), random.normal(size=(80, 4))
    gram = x @ x.T / 5
    model = ComponentRidge().fit(lambda rows: (gram[np.ix_(rows, rows)], gram[:, rows]), y, np.arange(80) % 5)
    assert np.abs(model.predict(gram) - model.mean_).max() < 0.6


def test_a_fold_is_not_met_while_it_is_judged():
    x, y = data(n=40)
    met = []

    def kernels(rows):
        met.append(set(rows))
        return x[rows] @ x[rows].T, x @ x[rows].T

    folds = np.arange(40) % 4
    ComponentRidge().fit(kernels, y, folds)
    for fold in range(4):
        assert met[fold].isdisjoint(np.flatnonzero(folds == fold))

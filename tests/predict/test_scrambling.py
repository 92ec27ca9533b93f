"""Of permuted values nothing is left but chance; of values without structure there is nothing to lose."""

import numpy as np
import pytest

from pharmakon.learn.kernel_ridge import KernelRidge
from pharmakon.learn.metrics import REGISTRY
from pharmakon.learn.splits import random_folds
from pharmakon.predict.scrambling import doubt, scrambled

random = np.random.default_rng(0)
X = random.normal(size=(120, 3))
GRAM = np.exp(-((X[:, None] - X[None]) ** 2).sum(axis=2) / 6).astype(np.float32)


@pytest.mark.parametrize(("kind", "chance"), [("regression", 0.0), ("classification", 0.5)])
def test_a_score_falls_to_chance(kind, chance):
    y = X[:, 0] + 0.1 * random.normal(size=120)
    y = y if kind == "regression" else (y > 0).astype(float)
    found = scrambled(GRAM, y, alpha=0.1, kind=kind, seed=0)
    assert found["score"] > 0.9 and found["p"] == pytest.approx(1 / 101, abs=1e-4) and not doubt(found)
    assert found["permuted"]["mean"] < chance + 0.05 and found["permuted"]["max"] < found["score"] - 0.3
    folds, value = random_folds(120, n_folds=5, random_state=0), np.empty(120)
    for held in np.unique(folds):
        mine = folds == held
        model = KernelRidge(alpha=0.1).fit(GRAM[np.ix_(~mine, ~mine)], y[~mine])
        value[mine] = model.predict(GRAM[np.ix_(mine, ~mine)])
    metric = REGISTRY["auroc" if kind == "classification" else "r2"]
    assert found["score"] == pytest.approx(metric(y, value), abs=1e-3)


def test_what_is_chance_is_said_to_be():
    found = scrambled(GRAM, random.normal(size=120), alpha=0.1, kind="regression", seed=0)
    assert found["p"] > 0.05 and "may be chance" in doubt(found)[0]

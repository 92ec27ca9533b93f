import numpy as np

from pharmakon.fairness.classification import Judged, by_group
from pharmakon.fairness.constrained import Constrained
from pharmakon.fairness.groups import Groups


def test_a_constraint_in_training_narrows_the_gap_on_other_people():
    random = np.random.default_rng(0)
    n = 3000
    groups = Groups.of("g", ["a", "b"] * (n // 2))
    X = np.column_stack([random.normal(size=n) - 0.8 * groups.code, random.normal(size=n), groups.code])
    y = (random.random(n) < 1 / (1 + np.exp(-(1.5 * X[:, 0] + X[:, 1])))).astype(float)
    half = np.arange(n) < n // 2

    def gap(bound):
        called = Constrained.fit(X[half], y[half], groups.take(half), bound=bound).apply(X[~half])
        assert ((called >= 0) & (called <= 1)).all()
        test = groups.take(~half)
        found = by_group(Judged(y[~half], y[~half], called), test.code, 2)(np.ones((1, n // 2)))
        return max(float(np.ptp(found[name][0, :2])) for name in ("tpr", "fpr"))

    assert gap(0.02) < 0.1 < gap(1.0)

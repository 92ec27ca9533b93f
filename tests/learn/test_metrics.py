import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pharmakon.core.errors import UnknownName, UsageError
from pharmakon.learn import metrics


@pytest.fixture(params=["smooth", "tied"])
def numbers(request):
    r = np.random.default_rng(0)
    y = r.normal(size=300)
    p = y + r.normal(size=300)
    return (y, p) if request.param == "smooth" else (np.round(y), np.round(p))


@pytest.fixture(params=["smooth", "tied"])
def classes(request):
    r = np.random.default_rng(0)
    y = (r.random(300) < 0.2).astype(int)
    p = np.clip(0.3 * y + 0.7 * r.random(300), 0, 1)
    return (y, p) if request.param == "smooth" else (y, np.round(p, 1))


def test_numbers_equal_scikit_learn_and_scipy(numbers):
    from scipy import stats
    from sklearn import metrics as reference

    y, p = numbers
    assert metrics.rmse(y, p) == pytest.approx(reference.root_mean_squared_error(y, p))
    assert metrics.mae(y, p) == pytest.approx(reference.mean_absolute_error(y, p))
    assert metrics.r2(y, p) == pytest.approx(reference.r2_score(y, p))
    assert metrics.spearman(y, p) == pytest.approx(stats.spearmanr(y, p).statistic)


def test_classes_equal_scikit_learn(classes):
    from sklearn import metrics as reference

    y, p = classes
    assert metrics.auroc(y, p) == pytest.approx(reference.roc_auc_score(y, p))
    assert metrics.auprc(y, p) == pytest.approx(reference.average_precision_score(y, p))
    assert metrics.brier(y, p) == pytest.approx(reference.brier_score_loss(y, p))
    assert metrics.mcc(y, p) == pytest.approx(reference.matthews_corrcoef(y, p >= 0.5))
    assert metrics.mcc(y, p, threshold=0.3) == pytest.approx(reference.matthews_corrcoef(y, p >= 0.3))


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=2, max_size=30))
def test_auroc_counts_pairs(rows):
    y, p = np.array(rows, dtype=float).T
    pairs = [(a > b) + (a == b) / 2 for a in p[y == 1] for b in p[y == 0]]
    if pairs:
        assert metrics.auroc(y, p) == pytest.approx(np.mean(pairs))
    else:
        assert np.isnan(metrics.auroc(y, p))


def test_undefined_is_nan():
    one, two = np.ones(4), np.arange(4.0)
    assert np.isnan(metrics.auroc(one, two))
    assert np.isnan(metrics.auprc(one, two))
    assert np.isnan(metrics.auprc(1 - one, two))
    assert np.isnan(metrics.spearman(two, one))
    assert np.isnan(metrics.r2(one, two))
    assert metrics.mcc(one, two) == 0


def test_coverage_and_width():
    assert metrics.coverage([1, 2, 3, 4], [1, 0, 4, 0], [2, 1, 5, 9]) == 0.5
    assert metrics.width([0, 1], [1, 4]) == 2


@pytest.mark.parametrize("name", metrics.REGISTRY)
def test_every_registered_metric_prefers_the_truth(name):
    y = np.array([0.0, 1, 0, 1, 1, 0])
    right, wrong = metrics.REGISTRY[name](y, y), metrics.REGISTRY[name](y, 1 - y)
    assert (right < wrong) == (name in metrics.LOWER_IS_BETTER)


def test_the_interval_covers_the_truth():
    """The mean of y is what RMSE**2 estimates here: 95 % intervals should hold it in about 95 % of repeats."""
    r = np.random.default_rng(0)
    held = 0
    for i in range(100):
        y = r.normal(size=200)
        _, low, high = metrics.bootstrap("rmse", y, np.zeros(200), n=200, random_state=i)
        held += low <= 1 <= high
    assert 86 <= held <= 100


def test_bootstrap_is_replayed_by_its_seed(classes):
    y, p = classes
    a, b, c = (metrics.bootstrap(metrics.auroc, y, p, n=50, random_state=s) for s in (0, 0, 1))
    assert a == b
    assert a[0] == c[0] == metrics.auroc(y, p)
    assert a[1:] != c[1:]
    assert a[1] <= a[0] <= a[2]


def test_resamples_of_one_class_are_skipped():
    y, p = np.array([1, 0, 0]), np.array([0.9, 0.1, 0.2])
    assert metrics.bootstrap("auroc", y, p, n=100) == (1, 1, 1)
    assert np.isnan(metrics.bootstrap("auroc", np.ones(3), p, n=20)).all()


def test_bootstrap_is_fast():
    r = np.random.default_rng(0)
    y, p = (r.random(5000) < 0.3).astype(int), r.random(5000)
    start = time.perf_counter()
    metrics.bootstrap("auroc", y, p)
    assert time.perf_counter() - start < 3  # 0.3 s on a quiet core


def test_mistakes_say_so():
    with pytest.raises(UnknownName, match="did you mean 'auroc'"):
        metrics.bootstrap("auroc2", [0, 1], [0, 1])
    with pytest.raises(UsageError, match="as many predictions"):
        metrics.rmse([1, 2], [1])
    with pytest.raises(UsageError, match="at least one"):
        metrics.rmse([], [])


def test_the_mean_has_a_relative_absolute_error_of_one():
    y = np.array([1.0, 2.0, 6.0])
    assert metrics.rae(y, np.full(3, y.mean())) == pytest.approx(1.0)
    assert metrics.rae(y, y) == 0.0
    assert np.isnan(metrics.rae([2, 2], [1, 3]))


@pytest.mark.parametrize("constant", [6.3, 0.1, 1e9, 0.0])
def test_of_what_does_not_vary_nothing_is_explained(constant):
    y, p = np.full(30, constant), np.linspace(0, 1, 30)
    assert np.isnan(metrics.r2(y, p)) and np.isnan(metrics.rae(y, p))
    assert np.isfinite(metrics.r2(y + np.linspace(0, 1e-3, 30), p))

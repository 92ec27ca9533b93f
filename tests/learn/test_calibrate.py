import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pharmakon.core.errors import UsageError
from pharmakon.learn.calibrate import VennAbers, reliability
from pharmakon.learn.metrics import brier


def isotonic(scores, labels, at):
    """Least squares under monotonicity by the max-min formula, equal scores pooled: slow and plain."""
    scores, labels = np.asarray(scores), np.asarray(labels, dtype=float)
    knots = np.unique(scores)
    below, above = knots[knots <= at], knots[knots >= at]
    return max(min(labels[(scores >= a) & (scores <= b)].mean() for b in above) for a in below)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.integers(-3, 3), st.booleans()), min_size=1, max_size=14),
    st.lists(st.sampled_from(np.arange(-4, 4.5, 0.5).tolist()), min_size=1, max_size=3),
)
def test_equals_refitting_with_the_point_added(rows, queries):
    scores, labels = np.array(rows, dtype=float).T
    p, p0, p1 = VennAbers().fit(scores, labels).predict(queries)
    for i, q in enumerate(queries):
        added = np.append(scores, q)
        assert p0[i] == pytest.approx(isotonic(added, np.append(labels, 0), q), abs=1e-9)
        assert p1[i] == pytest.approx(isotonic(added, np.append(labels, 1), q), abs=1e-9)
    np.testing.assert_allclose(p, p1 / (1 - p0 + p1))


@pytest.fixture(scope="module")
def overconfident():
    r = np.random.default_rng(0)
    truth = r.normal(size=8000)
    y = (r.random(8000) < 1 / (1 + np.exp(-truth))).astype(int)
    return 1 / (1 + np.exp(-4 * truth)), y


def test_equals_scikit_learn_on_many_rows(overconfident):
    from sklearn.isotonic import IsotonicRegression

    s, y = overconfident
    venn = VennAbers().fit(s[:1000], y[:1000])
    for q in (0.001, 0.2, 0.5, float(s[17]), 0.93, 1.0):
        for label, found in zip((0, 1), venn.predict([q])[1:], strict=True):
            reference = IsotonicRegression().fit(np.append(s[:1000], q), np.append(y[:1000], label))
            assert found[0] == pytest.approx(reference.predict([q])[0], abs=1e-9)


def test_probabilities_come_to_mean_what_they_say(overconfident):
    s, y = overconfident
    p, p0, p1 = VennAbers().fit(s[:4000], y[:4000]).predict(s[4000:])
    assert (p0 <= p).all()
    assert (p <= p1).all()
    assert reliability(y[4000:], s[4000:]).error > 0.15
    assert reliability(y[4000:], p).error < 0.03
    assert brier(y[4000:], p) < brier(y[4000:], s[4000:]) - 0.03


def test_monotone_bounded_and_less_sure_from_fewer_rows(overconfident):
    s, y = overconfident
    grid = np.linspace(-0.2, 1.2, 500)
    few, many = (VennAbers().fit(s[:n], y[:n]).predict(grid) for n in (50, 5000))
    for values in (*few, *many):
        assert (np.diff(values) >= 0).all()
        assert ((values >= 0) & (values <= 1)).all()
    assert np.mean(few[2] - few[1]) > 3 * np.mean(many[2] - many[1])


def test_stored_in_few_steps(overconfident):
    s, y = overconfident
    venn = VennAbers().fit(s, y)
    arrays = venn.to_arrays()
    assert max(len(a) for a in arrays.values()) <= 512
    again = VennAbers.from_arrays(arrays)
    np.testing.assert_array_equal(again.predict(s), venn.predict(s))


def test_one_class_leaves_room_for_the_other():
    p, p0, p1 = VennAbers().fit([0.1, 0.2, 0.3], [0, 0, 0]).predict([0.2, 0.9])
    np.testing.assert_allclose(p0, 0)
    np.testing.assert_allclose(p1, [1 / 3, 1])
    assert (p < 1).all()


def test_no_score_no_probability():
    p, p0, p1 = VennAbers().fit([0.1, 0.2], [0, 1]).predict([np.nan])
    assert np.isnan([p, p0, p1]).all()


@pytest.mark.parametrize(("scores", "labels"), [([], []), ([1.0], [1, 0]), ([np.nan], [1])])
def test_mistakes_say_so(scores, labels):
    with pytest.raises(UsageError):
        VennAbers().fit(scores, labels)


def test_reliability_by_hand():
    table = reliability([0, 1, 1, 1], [0.1, 0.14, 0.9, 1.0])
    np.testing.assert_allclose(table.predicted, [0.12, 0.95])
    np.testing.assert_allclose(table.observed, [0.5, 1.0])
    assert table.count.tolist() == [2, 2]
    assert table.error == pytest.approx((0.38 + 0.05) / 2)
    with pytest.raises(UsageError):
        reliability([], [])

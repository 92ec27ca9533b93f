import numpy as np
import pytest

from pharmakon.biomarkers.multiplicity import (
    benjamini_hochberg,
    bonferroni,
    holm,
    number_tested,
    storey_null_share,
)
from pharmakon.core.errors import UsageError

P = np.array([0.01, np.nan, 0.04, 0.03, 0.005, 0.55])


def test_adjustments_by_hand():
    # Five tests; R: p.adjust(c(.01, .04, .03, .005, .55), "BH" / "bonferroni" / "holm").
    assert number_tested(P) == 5
    np.testing.assert_allclose(benjamini_hochberg(P), [0.025, np.nan, 0.05, 0.05, 0.025, 0.55])
    np.testing.assert_allclose(bonferroni(P), [0.05, np.nan, 0.2, 0.15, 0.025, 1.0])
    np.testing.assert_allclose(holm(P), [0.04, np.nan, 0.09, 0.09, 0.025, 0.55])


def test_adjusted_values_keep_the_order_of_the_tests():
    p = np.random.default_rng(0).uniform(size=200) ** 3
    for adjust in (benjamini_hochberg, bonferroni, holm):
        q = adjust(p)
        assert (q >= p).all() and (q <= 1).all()
        assert (np.diff(q[np.argsort(p)]) >= 0).all()
    assert (holm(p) <= bonferroni(p)).all()


def test_false_discoveries_stay_below_the_level():
    rng = np.random.default_rng(1)
    shares = []
    for _ in range(200):
        null = rng.uniform(size=(90,))
        found = np.append(rng.uniform(size=10) * 1e-4, null)
        called = benjamini_hochberg(found) < 0.2
        shares.append(called[10:].sum() / max(called.sum(), 1))
    # The expectation is 0.2 x 90 / 100 exactly; its standard error here is 0.009.
    assert np.mean(shares) == pytest.approx(0.18, abs=0.03)


def test_the_share_of_nulls_by_storey():
    # 3 of 10 above a half: (3 + 1) / (10 x 0.5).
    p = np.array([0.01] * 7 + [0.6, 0.7, 0.8])
    assert storey_null_share(p) == pytest.approx(0.8)
    np.testing.assert_allclose(benjamini_hochberg(p, null_share=0.8), 0.8 * benjamini_hochberg(p))
    assert np.isnan(storey_null_share(np.array([np.nan])))


def test_nothing_tested_and_no_p_values():
    assert np.isnan(benjamini_hochberg(np.array([np.nan, np.nan]))).all()
    with pytest.raises(UsageError, match="between 0 and 1"):
        benjamini_hochberg(np.array([1.2]))

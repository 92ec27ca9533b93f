import json

import numpy as np
import pytest

from pharmakon.core.errors import UsageError
from pharmakon.learn.domain import Domain


@pytest.fixture
def rows():
    """Error is 3 below similarity 0.4 and 1 above, with noise."""
    r = np.random.default_rng(0)
    similarity = r.random(3000)
    return similarity, np.where(similarity < 0.4, 3.0, 1.0) * r.exponential(size=3000)


def test_ends_where_errors_grow(rows):
    similarity, errors = rows
    domain = Domain().fit(similarity, errors=errors)
    assert domain.threshold_ == pytest.approx(0.4, abs=0.03)
    inside = domain.in_domain(similarity)
    assert errors[~inside].mean() > 1.3 * errors.mean() > errors[inside].mean()


def test_a_multiple_never_reached_leaves_the_percentile(rows):
    similarity, errors = rows
    flat = Domain(multiple=50).fit(similarity, errors=errors)
    assert flat.threshold_ == flat.limit_percentile_ == pytest.approx(np.percentile(similarity, 5))
    assert Domain().fit(similarity).threshold_ == flat.threshold_
    assert Domain(percentile=20).fit(similarity).threshold_ == pytest.approx(np.percentile(similarity, 20))


def test_errors_belong_to_their_own_similarities(rows):
    similarity, errors = rows
    nearest = 0.9 + 0.1 * similarity  # in the whole training set everything is near
    domain = Domain().fit(nearest, errors=errors, similarity=similarity)
    assert domain.limit_error_ == pytest.approx(0.4, abs=0.03)
    assert domain.threshold_ == domain.limit_percentile_ > 0.9


def test_bins_are_quantiles(rows):
    similarity, _ = rows
    domain = Domain(n_bins=4).fit(similarity)
    assert np.abs(np.bincount(domain.bins(similarity)) - 750).max() <= 1
    assert domain.bins(np.array([-1.0, np.nan, 0.0, 1.0])).tolist() == [0, 0, 0, 3]
    assert (np.diff(domain.bins(np.sort(similarity))) >= 0).all()


def test_the_threshold_itself_is_inside_and_nan_is_not():
    domain = Domain().fit(np.full(10, 0.5))
    assert domain.in_domain(np.array([0.5, 0.49, np.nan])).tolist() == [True, False, False]


def test_rows_without_a_number_are_left_out(rows):
    similarity, errors = rows
    spoilt = errors.copy()
    spoilt[:5] = np.nan
    assert Domain().fit(similarity, errors=spoilt).threshold_ == pytest.approx(0.4, abs=0.03)
    assert Domain().fit(similarity, errors=np.full(3000, np.nan)).limit_error_ == 0


def test_json_brings_it_back(rows):
    similarity, errors = rows
    domain = Domain(multiple=1.5).fit(similarity, errors=errors)
    again = Domain.from_dict(json.loads(json.dumps(domain.to_dict(), allow_nan=False)))
    assert again.to_dict() == domain.to_dict()
    np.testing.assert_array_equal(again.in_domain(similarity), domain.in_domain(similarity))
    np.testing.assert_array_equal(again.bins(similarity), domain.bins(similarity))


def test_mistakes_say_so():
    with pytest.raises(UsageError, match="at least one"):
        Domain().fit([np.nan])
    with pytest.raises(UsageError, match="2 errors for 1"):
        Domain().fit([0.5], errors=[1.0, 2.0])

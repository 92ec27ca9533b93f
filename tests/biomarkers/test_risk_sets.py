import numpy as np
import pytest

from pharmakon.biomarkers.risk_sets import RiskSets
from pharmakon.core.errors import DataError


def matrix(time, event, strata):
    """Terms by patients, as Efron's likelihood is written in a textbook."""
    rows = []
    for s in np.unique(strata):
        for t in np.unique(time[(strata == s) & (event == 1)])[::-1]:
            tied = (strata == s) & (time == t) & (event == 1)
            at_risk = ((strata == s) & (time >= t)).astype(float)
            rows += [at_risk - tied * rank / tied.sum() for rank in range(tied.sum())]
    return np.array(rows)


@pytest.mark.parametrize("ties", [True, False])
@pytest.mark.parametrize("groups", [1, 3])
def test_sums_and_their_transpose_are_the_textbook_matrix(ties, groups):
    rng = np.random.default_rng(groups)
    time = rng.integers(1, 8, 40).astype(float) if ties else rng.permutation(40) + 1.0
    event = (rng.random(40) < 0.6).astype(float)
    strata = rng.integers(0, groups, 40)
    if groups > 1:
        event[strata == 1] = 0  # a stratum without an event takes no part
    sets, T = RiskSets.of(time, event, strata), matrix(time, event, strata)
    x, cube = rng.normal(size=40), rng.normal(size=(40, 3, 2))
    np.testing.assert_allclose(sets.sums(x), T @ x, atol=1e-12)
    np.testing.assert_allclose(sets.sums(cube), np.tensordot(T, cube, 1), atol=1e-12)
    e, square = rng.normal(size=len(T)), rng.normal(size=(len(T), 3))
    np.testing.assert_allclose(sets.spread(e), T.T @ e, atol=1e-12)
    np.testing.assert_allclose(sets.spread(square), T.T @ square, atol=1e-12)
    assert sorted(sets.patients.tolist()) == np.flatnonzero(event).tolist()
    assert (strata[sets.patients] != 1).all() or groups == 1


def test_a_feature_sums_over_the_patients_that_have_it():
    rng = np.random.default_rng(5)
    time, event = rng.integers(1, 6, 30).astype(float), (rng.random(30) < 0.7).astype(float)
    present = rng.random((30, 4)) < 0.7
    sets = RiskSets.of(time, event).among(present)
    weights = rng.uniform(0.5, 2, (30, 4)) * present
    sums = sets.sums(weights)
    for j in range(4):
        here = present[:, j]
        own = RiskSets.of(time[here], event[here])
        np.testing.assert_allclose(sums[sets.counted[:, j], j], own.sums(weights[here, j]))
        terms = np.where(sets.counted[:, j], rng.normal(size=len(sums)), 0.0)
        back = sets.spread(np.repeat(terms[:, None], 4, axis=1))[here, j]
        np.testing.assert_allclose(back, own.spread(terms[sets.counted[:, j]]), atol=1e-12)


def test_nobody_had_the_event():
    with pytest.raises(DataError, match="no event"):
        RiskSets.of(np.arange(3.0), np.zeros(3))

import numpy as np
import pytest

from pharmakon.biomarkers.simulate import simulate


@pytest.mark.parametrize("kind", ["binary", "continuous", "survival"])
def test_the_outcome_follows_the_true_features(kind):
    cohort = simulate(400, 60, true=5, effect=0.8, kind=kind, random_state=1)
    assert cohort.true.sum() == 5
    assert cohort.outcome.kind == kind
    assert cohort.outcome.known.all()
    with_value = np.corrcoef(cohort.signal, cohort.outcome.value)[0, 1]
    assert with_value < -0.2 if kind == "survival" else with_value > 0.4
    if kind == "survival":
        assert 0.5 < cohort.outcome.event.mean() < 0.85


def test_features_are_correlated_inside_a_block_only():
    R = np.corrcoef(simulate(5000, 40, correlation=0.5, random_state=0).block.values.T)
    np.testing.assert_allclose(R[:20, :20][~np.eye(20, dtype=bool)], 0.5, atol=0.06)
    np.testing.assert_allclose(R[:20, 20:], 0, atol=0.06)


def test_the_same_seed_gives_the_same_cohort():
    a, b, c = (simulate(30, 20, true=3, random_state=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(a.outcome.value, b.outcome.value)
    assert not np.array_equal(a.block.values, c.block.values)

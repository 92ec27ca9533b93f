from dataclasses import replace

import numpy as np
import pytest

from pharmakon.biomarkers.simulate import simulate
from pharmakon.biomarkers.stability import (
    THRESHOLDS,
    StabilityRecipe,
    fdp_plus,
    stability_selection,
    threshold_of,
)
from pharmakon.core.errors import DataError

QUICK = StabilityRecipe(pairs=10, n_lambda=10, max_active=25)


def select(cohort, recipe=QUICK, groups=None, seed=0):
    groups = np.arange(len(cohort.outcome)) if groups is None else groups
    return stability_selection(
        cohort.block.values, cohort.outcome, groups, features=cohort.block.features, recipe=recipe, random_state=seed
    )


@pytest.mark.parametrize("kind", ["binary", "continuous", "survival"])
def test_true_markers_are_found_and_few_others(kind):
    cohort = simulate(400, 200, true=8, effect=0.9, correlation=0.2, kind=kind, random_state=3)
    found = select(cohort)
    taken = found.selected
    assert (taken & cohort.true).sum() >= 7
    assert (taken & ~cohort.true).sum() <= 5
    assert set(found.names) == {f for f, yes in zip(cohort.block.features, taken, strict=True) if yes}
    assert found.frequency.shape == found.noise_frequency.shape == (10, 200)
    assert (np.diff(found.shares) < 0).all()


def test_the_share_of_false_discoveries_is_kept_over_repetitions():
    """Features are correlated, so permuted noise would be too lenient (it is: see the next test); knockoffs are not."""
    shares = []
    for seed in range(12):
        cohort = simulate(200, 150, true=8, effect=0.6, correlation=0.5, kind="continuous", random_state=seed)
        taken = select(cohort, replace(QUICK, noise="knockoff"), seed=seed).selected
        shares.append((taken & ~cohort.true).sum() / max(taken.sum(), 1))
    assert np.mean(shares) <= 0.25
    assert np.mean(shares) > 0  # it does select


def test_pure_noise_selects_next_to_nothing():
    sizes = []
    for seed in range(6):
        cohort = simulate(100, 300, true=0, kind="binary", random_state=seed)
        sizes.append(select(cohort, replace(QUICK, pairs=5), seed=seed).selected.sum())
    assert np.median(sizes) == 0


def test_fdp_plus_by_hand():
    real, noise = np.array([0.9, 0.8, 0.7, 0.1]), np.array([0.75, 0.1, 0.1, 0.1])
    fdp = dict(zip(THRESHOLDS, fdp_plus(real, noise), strict=True))
    assert fdp[0.5] == pytest.approx(2 / 3)
    assert fdp[0.8] == pytest.approx(1 / 2)
    assert fdp[0.95] == 1
    assert threshold_of(fdp_plus(real, noise), None) == pytest.approx(0.76)
    assert threshold_of(fdp_plus(real, noise), 0.1) > 1
    assert threshold_of(fdp_plus(real, noise), 0.7) == pytest.approx(0.3)


def test_features_in_a_screen_that_is_wide_enough_are_chosen_as_without_one():
    cohort = simulate(200, 150, true=5, effect=0.8, kind="continuous", random_state=1)
    all_of_them, screened = select(cohort), select(cohort, replace(QUICK, screened=120))
    assert set(screened.names) & set(all_of_them.names) >= set(all_of_them.names[:4])


def test_samples_of_one_patient_do_not_pass_for_evidence():
    """Each of 60 patients twice: with the patients told, noise is not selected; taken for 120 patients, it is."""
    told, untold = [], []
    for seed in range(5):
        cohort = simulate(60, 100, true=0, kind="continuous", random_state=seed)
        twins = np.repeat(np.arange(60), 2)
        doubled = replace(cohort, block=cohort.block.take(twins), outcome=cohort.outcome.take(twins))
        told.append(select(doubled, groups=twins).selected.sum())
        untold.append(select(doubled, groups=np.arange(120)).selected.sum())
    assert np.median(told) == 0
    assert np.median(untold) > 3


def test_the_same_seed_selects_the_same_and_gaps_are_refused():
    cohort = simulate(80, 50, true=3, random_state=0)
    np.testing.assert_array_equal(select(cohort).frequency, select(cohort).frequency)
    cohort.block.values[3, 4] = np.nan
    with pytest.raises(DataError, match="complete"):
        select(cohort)

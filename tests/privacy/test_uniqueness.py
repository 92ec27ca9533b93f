"""Population uniqueness on partitions drawn from the models themselves, and at the ends."""

import numpy as np
import pytest

from pharmakon.privacy.uniqueness import fit_pitman, pitman, population_uniqueness, zayatz


def restaurant(people, theta, alpha, random):
    """The class of each person by the Pitman process."""
    sizes, classes = [], np.empty(people, dtype=int)
    for i in range(people):
        if random.random() < (theta + alpha * len(sizes)) / (theta + i):
            classes[i] = len(sizes)
            sizes.append(1)
            continue
        while True:  # in proportion to size - alpha
            c = classes[random.integers(i)]
            if random.random() < (sizes[c] - alpha) / sizes[c]:
                break
        classes[i] = c
        sizes[c] += 1
    return classes


def sample_sizes(classes, n, random):
    return np.unique(random.choice(classes, n, replace=False), return_counts=True)[1].astype(float)


@pytest.fixture(scope="module")
def population():
    return restaurant(20_000, 40.0, 0.4, np.random.default_rng(5))


def test_pitman_comes_near_the_truth_from_a_small_sample(population):
    random = np.random.default_rng(6)
    true = int((np.bincount(population) == 1).sum())
    found = np.mean([pitman(sample_sizes(population, 1500, random), len(population)) for _ in range(8)])
    assert found == pytest.approx(true, rel=0.25)


def test_pitman_finds_its_own_parameters(population):
    theta, alpha = fit_pitman(np.bincount(population).astype(float))
    assert theta == pytest.approx(40, rel=0.4)
    assert alpha == pytest.approx(0.4, abs=0.06)


def test_zayatz_comes_near_the_truth_from_a_large_sample(population):
    random = np.random.default_rng(7)
    true = int((np.bincount(population) == 1).sum())
    found = np.mean([zayatz(sample_sizes(population, 10_000, random), len(population)) for _ in range(4)])
    assert found == pytest.approx(true, rel=0.25)


def test_the_model_goes_by_the_share_that_was_sampled():
    sizes = np.array([1.0, 1, 2, 3, 3])
    assert population_uniqueness(sizes, 1000).model == "Pitman"
    assert population_uniqueness(sizes, 20).model == "Zayatz"
    assert population_uniqueness(sizes, 10).unique == 2
    assert population_uniqueness(np.array([2.0, 3.0]), 1000).unique == 0


def test_no_estimate_passes_the_population():
    assert pitman(np.ones(50), 1000) <= 1000
    assert zayatz(np.ones(50), 60) <= 60

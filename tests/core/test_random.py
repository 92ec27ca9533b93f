"""A stream is a function of a seed and its labels, and of nothing else."""

import numpy as np

from pharmakon.core.random import stream


def draws(*labels, seed=0):
    return stream(seed, *labels).random(4)


def test_the_same_request_gives_the_same_numbers():
    assert (draws("batch", 17) == draws("batch", 17)).all()


def test_seed_and_every_label_matter():
    given = [draws("batch", 17), draws("batch", 18), draws("start", 17), draws("batch"), draws("batch", 17, seed=1)]
    assert len({tuple(numbers) for numbers in given}) == len(given)


def test_labels_do_not_run_together():
    assert (draws("ab", "c") != draws("a", "bc")).any()


def test_the_numbers_are_those_of_every_version_and_machine():
    assert stream(0, "batch", 17).integers(1000, size=3).tolist() == [955, 710, 877]


def test_a_seed_may_be_a_number_of_numpy():
    assert stream(np.int64(5), "a").random() == stream(5, "a").random() == stream(np.uint32(5), "a").random()

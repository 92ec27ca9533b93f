import numpy as np
import pytest

from pharmakon.biomarkers.block import Block
from pharmakon.biomarkers.sketch import FEWEST, Sketch, sketch_of

N, P = 80, 200
NAMES = tuple(f"G{j}" for j in range(P))


def patients(n=N, p=P, seed=0, factors=6):
    """Patients of one disease: a few factors move all genes together."""
    random = np.random.default_rng(seed)
    loadings = np.random.default_rng(99).normal(size=(factors, P))[:, :p]
    values = 5 + random.normal(size=(n, factors)) @ loadings / 2 + random.normal(size=(n, p))
    return Block("rna", values, NAMES[:p])


def gapped(values, share=0.1, seed=1):
    return np.where(np.random.default_rng(seed).random(values.shape) < share, np.nan, values)


TRAIN = patients()
OWN = np.arange(N)


@pytest.fixture(scope="module")
def sketch():
    return sketch_of(TRAIN, OWN)


def block(values, names=NAMES):
    return Block("rna", values, names)


@pytest.mark.parametrize(
    "changed",
    [
        lambda x: np.round(x, 1),
        gapped,
        lambda x: gapped(np.round(x, 2)),
        lambda x: x * np.log(2),
        lambda x: gapped(3 * x - 8),
        lambda x: x * np.where(np.arange(P) % 20 == 0, 1000, 1),
        lambda x: x[: N // 2] * 0.7 + 1,
    ],
    ids=["rounded", "gaps", "both", "another logarithm", "another unit", "a few in another unit", "half of them"],
)
def test_a_copy_is_known_again(sketch, changed):
    assert sketch.knows(block(changed(TRAIN.values))).mean() > 0.95


def test_one_patient_and_features_in_another_order_are_known_too(sketch):
    order = np.random.default_rng(0).permutation(P)[:150]
    one = block(TRAIN.values[:1, order], tuple(NAMES[j] for j in order))
    assert sketch.knows(one).all()


@pytest.mark.parametrize("seed", range(1, 9))
def test_other_patients_of_the_disease_are_not(sketch, seed):
    assert not sketch.knows(patients(n=150, seed=seed)).any()


def test_two_samples_of_a_patient_do_not_raise_the_bar():
    twice = block(np.vstack([TRAIN.values, TRAIN.values + 0.01]))
    assert sketch_of(twice, np.tile(OWN, 2)).bar == sketch_of(TRAIN, OWN).bar


def test_too_few_features_or_patients_and_yes_or_no_are_not_sketched():
    assert sketch_of(patients(p=FEWEST - 1), OWN) is None
    assert sketch_of(TRAIN.take(range(8)), OWN[:8]) is None
    assert sketch_of(Block("mutations", (TRAIN.values > 5).astype(float), NAMES, "binary"), OWN) is None
    zeros = np.where(np.random.default_rng(0).random((N, P)) < 0.7, 0.0, TRAIN.values)
    assert sketch_of(block(zeros), OWN) is None


def test_another_panel_is_not_compared(sketch):
    assert not sketch.knows(block(TRAIN.values, tuple(f"X{j}" for j in range(P)))).any()


def test_it_holds_signs_in_no_order_and_comes_back(sketch):
    assert set(np.unique(sketch.signs)) <= {-1, 0, 1}
    assert (np.lexsort(sketch.signs.T) == OWN).all()
    again = Sketch.from_arrays(sketch.to_arrays())
    assert again.features == sketch.features
    assert again.knows(TRAIN).all()


def test_less_than_half_of_the_features_are_not_compared(sketch):
    few = [NAMES.index(name) for name in sketch.features[:60]]
    assert not sketch.knows(block(TRAIN.values[:, few], tuple(NAMES[j] for j in few))).any()


def test_strangers_in_another_unit_are_not_taken_for_a_patient_who_is_high_in_everything():
    values = np.log(TRAIN.values - TRAIN.values.min() + 1)
    values[0] = values.max(axis=0)
    known = sketch_of(block(values), OWN)
    strangers = np.exp(5 + patients(14, seed=3).values)
    assert not known.knows(block(strangers)).any()

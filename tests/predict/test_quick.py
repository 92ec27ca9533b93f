"""The quick model: what it is fitted on, and that one factorisation is many fits."""

import numpy as np
import pytest

from pharmakon.learn.kernel_ridge import KernelRidge
from pharmakon.predict import quick as module
from pharmakon.predict.quick import ALPHA, Quick


@pytest.fixture
def quick(sample, molecules, solubilities):
    return Quick.of(sample(list(zip(molecules, solubilities, strict=True)), value="x"))


def test_each_fold_is_predicted_by_the_others(quick):
    found = quick.out_of_fold(np.column_stack([quick.y, quick.y[::-1]]))
    held = quick.folds == 2
    model = KernelRidge(alpha=ALPHA).fit(quick.kernel[np.ix_(~held, ~held)], quick.y[~held])
    assert found[held, 0] == pytest.approx(model.predict(quick.kernel[np.ix_(held, ~held)]), abs=1e-5)
    assert quick.apart(quick.y, ~held) == pytest.approx(found[held, 0], abs=1e-5)


def test_no_scaffold_is_in_two_folds(quick):
    for frame in set(quick.scaffolds) - {""}:
        assert len({quick.folds[i] for i, one in enumerate(quick.scaffolds) if one == frame}) == 1


def test_repeats_are_one_molecule_and_undecided_classes_none(sample, molecules):
    lines = [(s, i % 2) for i, s in enumerate(molecules)] + [(molecules[0], 1)]
    assert len(Quick.of(sample(lines, value="y")).y) == len(molecules) - 1  # 0 and 1 for the first


def test_a_large_table_is_sampled_and_says_so(sample, molecules, monkeypatch):
    monkeypatch.setattr(module, "MOST", 100)
    made = sample([(s, i) for i, s in enumerate(molecules)], value="x")
    found = Quick.of(made, seed=3)
    assert len(found.y) == 100
    assert f"100 of {len(molecules)} molecules" in found.said
    assert found.smiles == Quick.of(made, seed=3).smiles


def test_too_little_makes_none(sample, molecules):
    assert Quick.of(sample([("C" * i, i) for i in range(1, 20)])) is None
    assert Quick.of(sample([(s, 5) for s in molecules])) is None

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from pharmakon.predict.features import Features
from pharmakon.predict.kernel import DescriptorSpace, MultiViewKernel


@pytest.fixture(scope="module")
def features(molecules: list[str]) -> Features:
    return Features.from_smiles(molecules[::4])


def test_a_molecule_is_wholly_like_itself(features: Features) -> None:
    kernel = MultiViewKernel().index(features)
    gram = kernel.own_gram(features)
    assert np.diag(gram) == pytest.approx(1.0, abs=1e-5)
    assert gram == pytest.approx(gram.T, abs=1e-5)
    assert gram == pytest.approx(kernel.gram(features), abs=1e-5)
    assert (gram >= 0).all() and gram.max() <= 1 + 1e-5


def test_the_gram_matrix_is_positive_definite(features: Features) -> None:
    gram = MultiViewKernel().index(features).own_gram(features).astype(float)
    assert np.linalg.eigvalsh(gram).min() > -1e-5


def test_little_ridge_recalls_what_was_learnt(features: Features, solubilities: list[float]) -> None:
    y = np.array(solubilities[::4])
    kernel = MultiViewKernel(alpha=1e-6).fit(features, y)
    assert kernel.predict(features) == pytest.approx(y, abs=1e-3)


def test_the_answer_does_not_depend_on_the_batch(features: Features, solubilities: list[float]) -> None:
    kernel = MultiViewKernel().fit(features, np.array(solubilities[::4]))
    together = kernel.predict(features)
    alone = [kernel.predict(features.take(np.array([i])))[0] for i in range(5)]
    assert together[:5] == pytest.approx(alone, abs=1e-5)


def test_arrays_carry_the_whole_kernel(features: Features, solubilities: list[float]) -> None:
    kernel = MultiViewKernel(views=("ecfp6", "torsion")).fit(features, np.array(solubilities[::4]))
    again = MultiViewKernel.from_arrays(kernel.to_arrays())
    assert again.views_.keys() == kernel.views_.keys()
    assert (again.predict(features) == kernel.predict(features)).all()


def test_a_missing_molecule_has_no_value(features: Features, solubilities: list[float]) -> None:
    kernel = MultiViewKernel().fit(features, np.array(solubilities[::4]))
    assert np.isnan(kernel.predict(Features([None, features.mols[0]]))).tolist() == [True, False]


def test_a_constant_descriptor_says_nothing() -> None:
    table: NDArray[np.float32] = np.array([[1, 5], [2, 5], [3, 5]], dtype=np.float32)
    space = DescriptorSpace().fit(table)
    other = table.copy()
    other[:, 1] = 1e6
    assert space.transform(other) == pytest.approx(space.transform(table))


def test_the_gram_matrix_comes_again_from_what_is_kept(features: Features, solubilities: list[float]) -> None:
    kernel = MultiViewKernel().fit(features, np.array(solubilities[::4]))
    again = MultiViewKernel.from_arrays(kernel.to_arrays())
    assert (again.kept_gram() == kernel.own_gram(features)).all()

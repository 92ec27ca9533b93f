from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pharmakon.core.errors import UnknownName
from pharmakon.predict.features import Features
from pharmakon.predict.lending import Lender
from pharmakon.predict.screen import Screen
from pharmakon.predict.training import fit_predict


@pytest.fixture(scope="module")
def folder(screen: Screen, molecules: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("lender")
    features = Features.from_smiles(molecules)
    value = screen.network.predict(features.hashed, features.quick).astype(np.float32)
    folds = {"scaffold": np.arange(len(molecules)) % 5}
    Lender.save(place, screen.network, molecules, folds, {"scaffold": value})
    return place


def test_molecules_get_their_own_predictions_and_folds(folder: Path, screen: Screen, molecules: list[str]) -> None:
    asked = [molecules[7], "CCCCCCCCCCCCCC", molecules[3]]
    lent = Lender(folder).lend("logs", asked)
    expected = screen.network.predict(*_inputs([molecules[7], molecules[3]]))[:, 0]
    assert lent.out_of_fold["scaffold"][[0, 2]] == pytest.approx(expected, abs=1e-5)
    assert lent.out_of_fold["scaffold"][1] == pytest.approx(expected.mean(), abs=1e-5)  # it was never met
    assert lent.folds["scaffold"].tolist() == [2, 1, 3]
    assert (lent.output.predict(Features.from_smiles(asked[:1])) == expected[0]).all()


def _inputs(texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
    features = Features.from_smiles(texts)
    return features.hashed, features.quick


def test_an_unknown_task_is_named(folder: Path) -> None:
    with pytest.raises(UnknownName, match="did you mean 'logs'"):
        Lender(folder).lend("log", ["CCO"])


def test_the_benchmark_learner_uses_what_is_lent(
    folder: Path, molecules: list[str], solubilities: list[float], strangers: list[str]
) -> None:
    lender = Lender(folder)
    alone, helped = (
        fit_predict(molecules, np.array(solubilities), strangers[:30], kind="regression", lend=lend)[0]
        for lend in (None, lambda texts: lender.lend("logs", texts))
    )
    assert (alone != helped).any()
    assert np.corrcoef(alone, helped)[0, 1] > 0.9

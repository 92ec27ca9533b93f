from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest

from pharmakon.core.errors import ModelError, UnknownName
from pharmakon.predict.features import Features
from pharmakon.predict.lending import Lender
from pharmakon.predict.screen import Screen
from pharmakon.predict.training import fit_predict


@pytest.fixture(scope="module")
def folder(pair: Screen, molecules: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("lender")
    features = Features.from_smiles(molecules)
    value = np.stack([network.read(features) for network in pair.networks], axis=2).astype(np.float32)
    folds = {"scaffold": np.arange(len(molecules)) % 5}
    Lender.save(place, pair.networks, molecules, folds, {"scaffold": value})
    return place


def test_molecules_get_their_own_predictions_and_folds(folder: Path, pair: Screen, molecules: list[str]) -> None:
    asked = [molecules[7], "CCCCCCCCCCCCCC", molecules[3]]
    lent = Lender(folder).lend("logs", asked)
    features = Features.from_smiles([molecules[7], molecules[3]])
    expected = np.column_stack([network.read(features)[:, 0] for network in pair.networks])
    assert lent.out_of_fold["scaffold"][[0, 2]] == pytest.approx(expected, abs=1e-5)
    assert lent.out_of_fold["scaffold"][1] == pytest.approx(expected.mean(axis=0), abs=1e-5)  # it was never met
    assert lent.folds["scaffold"].tolist() == [2, 1, 3]
    for output, want in zip(lent.outputs, expected[0], strict=True):
        assert (output.predict(Features.from_smiles(asked[:1])) == want).all()


def test_an_unknown_task_is_named(folder: Path) -> None:
    with pytest.raises(UnknownName, match="did you mean 'logs'"):
        Lender(folder).lend("log", ["CCO"])


def test_a_folder_of_another_version_is_refused(folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(folder, tmp_path / "old")
    with np.load(folder / "out_of_fold.npz") as arrays:
        old = dict(arrays)
    old["scaffold.value"] = old["scaffold.value"][:, :, 0]
    np.savez(copy / "out_of_fold.npz", **old)
    with pytest.raises(ModelError, match="another version"):
        Lender(copy)


def test_the_benchmark_learner_uses_what_is_lent(
    folder: Path,
    molecules: list[str],
    solubilities: list[float],
    strangers: list[str],
    few_trees: Callable[[], AbstractContextManager[None]],
) -> None:
    lender = Lender(folder)
    with few_trees():
        alone, helped = (
            fit_predict(molecules, np.array(solubilities), strangers[:30], kind="regression", lend=lend)[0]
            for lend in (None, lambda texts: lender.lend("logs", texts))
        )
    assert (alone != helped).any()
    assert np.corrcoef(alone, helped)[0, 1] > 0.9

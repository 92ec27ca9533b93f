from __future__ import annotations

import numpy as np
import pytest

from pharmakon.core.types import Property
from pharmakon.predict.blend import OutOfFold
from pharmakon.predict.features import Features
from pharmakon.predict.judging import Facts, Unseen, assess, beaten, kernel_rival, neighbour_rival
from pharmakon.predict.training import make_folds

FACTS = Facts(Property("logs", "logs", "x", "regression"), {"name": "made up"})


@pytest.fixture(scope="module")
def judged(molecules: list[str], solubilities: list[float]) -> tuple[Features, np.ndarray, dict[str, np.ndarray]]:
    features = Features.from_smiles(molecules)
    return features, np.array(solubilities), make_folds(features)[0]


def guessed(y: np.ndarray, fold: np.ndarray, off: float) -> OutOfFold:
    value = y + np.random.default_rng(0).normal(0, off, len(y))
    return OutOfFold(np.arange(len(y)), fold, value[:, None], value)


def test_coverage_and_scores_follow_the_errors(
    judged: tuple[Features, np.ndarray, dict[str, np.ndarray]],
) -> None:
    features, y, folds = judged
    close, far = (
        assess({s: guessed(y, f, off) for s, f in folds.items()}, features.packed, y, folds, FACTS)
        for off in (0.1, 0.5)
    )
    for split in folds:
        assert close.scores[split]["model"]["rmse"][0] == pytest.approx(0.1, rel=0.2)
        assert far.coverage[split]["mean_width"] > 3 * close.coverage[split]["mean_width"]
        assert 0.8 < close.coverage[split]["observed"] <= 1
        assert set(close.scores[split]) == {"n", "model", "tanimoto_kernel", "mean"}


def test_rivals_never_see_the_fold(judged: tuple[Features, np.ndarray, dict[str, np.ndarray]]) -> None:
    features, y, folds = judged
    fold = folds["scaffold"]
    one = Unseen.of(guessed(y, fold, 0.1), features.packed, y, fold)
    value = neighbour_rival({"scaffold": one}, features.packed)["scaffold"]["nearest_neighbour"]
    for i in range(0, len(y), 7):
        assert value[i] in y[fold != fold[i]]
    other = y.copy()
    other[fold == 0] += 100.0  # labels of a fold decide nothing for that fold
    two = Unseen.of(guessed(other, fold, 0.1), features.packed, other, fold)
    again = neighbour_rival({"scaffold": two}, features.packed)["scaffold"]["nearest_neighbour"]
    assert (again[fold == 0] == value[fold == 0]).all()
    both = {s: Unseen.of(guessed(y, f, 0.1), features.packed, y, f) for s, f in folds.items()}
    kernel = kernel_rival(both, features.packed)
    assert np.mean((kernel["scaffold"]["tanimoto_kernel"] - y) ** 2) < y.var()
    for split, unseen in both.items():
        alone = kernel_rival({split: unseen}, features.packed)
        assert (alone[split]["tanimoto_kernel"] == kernel[split]["tanimoto_kernel"]).all()


def test_a_model_that_does_not_beat_a_baseline_says_so() -> None:
    def got(model: float, kernel: float, mean: float) -> dict[str, dict[str, list[float]]]:
        return {
            name: {"rmse": [x], "auroc": [x]}
            for name, x in (("model", model), ("tanimoto_kernel", kernel), ("mean", mean))
        }

    assert beaten({"scaffold": got(0.5, 0.6, 1.0)}, "rmse") == []
    assert beaten({"scaffold": got(0.437, 0.432, 1.0)}, "rmse") == [
        "it does not beat the Tanimoto kernel on the scaffold split: rmse 0.437 against 0.432"
    ]
    assert len(beaten({"scaffold": got(0.5, 0.6, 0.5), "cluster": got(0.9, 0.6, 0.5)}, "auroc")) == 2

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest

from pharmakon.chem.scaffolds import scaffold
from pharmakon.core.errors import DataError, ModelError
from pharmakon.core.types import Property
from pharmakon.predict.features import Features
from pharmakon.predict.judging import Facts
from pharmakon.predict.lending import Lent
from pharmakon.predict.model import Model
from pharmakon.predict.screen import Screen
from pharmakon.predict.training import fit_predict, make_folds, train


def facts(**more: object) -> Facts:
    return Facts(Property("toy", "Toy", "", **more), {"name": "toy"})  # type: ignore[arg-type]


def test_no_scaffold_and_no_cluster_is_in_two_folds(molecules: list[str]) -> None:
    features = Features.from_smiles(molecules)
    folds, notes = make_folds(features)
    assert notes == []
    frames = [scaffold(mol) for mol in features.mols if mol is not None]
    for frame in set(frames) - {""}:
        mine = [fold for fold, other in zip(folds["scaffold"], frames, strict=True) if other == frame]
        assert len(set(mine)) == 1
    assert set(folds["scaffold"]) == set(folds["cluster"]) == set(range(5))


def test_a_series_on_one_scaffold_says_what_its_split_is_worth() -> None:
    arms = ("C", "N", "O", "F", "Cl", "Br", "CC", "CO", "CN", "C#N", "OC", "SC")
    features = Features.from_smiles([f"c1ccc({arm})cc1" for arm in arms])
    folds, notes = make_folds(features)
    assert len(set(folds["scaffold"])) == 5
    assert any("scaffold split is a random one" in note for note in notes)


def test_the_card_shows_the_model_beside_its_baselines(
    molecules: list[str], solubilities: list[float], few_trees: Callable[[], AbstractContextManager[None]]
) -> None:
    n = len(molecules)
    with few_trees():
        model = train(molecules, np.array(solubilities), [f"m{i}" for i in range(n)], range(n), facts=facts())
    for split in ("scaffold", "cluster"):
        scores = model.card["scores"][split]
        value, low, high = scores["model"]["rmse"]
        assert low < value < high
        assert value < scores["mean"]["rmse"][0]
        assert 0 < model.card["coverage"][split]["observed"] <= 1
        assert {"model", "tanimoto_kernel", "mean", "n"} == scores.keys()


@pytest.mark.parametrize(
    ("n", "y", "says"),
    [(10, None, "too few"), (40, 1.0, "same value")],
)
def test_hopeless_data_are_refused(molecules: list[str], n: int, y: float | None, says: str) -> None:
    values = np.arange(n, dtype=float) if y is None else np.full(n, y)
    with pytest.raises(DataError, match=says):
        train(molecules[:n], values, [""] * n, range(n), facts=facts())


def test_one_class_only_is_refused(molecules: list[str]) -> None:
    y = np.zeros(40)
    y[:2] = 1
    with pytest.raises(DataError, match="fewer than 5"):
        train(molecules[:40], y, [""] * 40, range(40), facts=facts(kind="classification"))


def test_the_default_learner_on_a_benchmark(molecules: list[str], solubilities: list[float]) -> None:
    y = np.array(solubilities)
    test = np.arange(len(y)) % 4 == 0
    texts = np.array(molecules)
    (got,) = fit_predict(texts[~test].tolist(), y[~test], [*texts[test].tolist(), "nonsense"], kind="regression")
    assert np.mean((got[:-1] - y[test]) ** 2) < 0.3 * y.var()
    assert got[-1] == pytest.approx(y[~test].mean())


def test_networks_can_be_lent(
    pair: Screen,
    molecules: list[str],
    solubilities: list[float],
    strangers: list[str],
    few_trees: Callable[[], AbstractContextManager[None]],
    tmp_path: Path,
) -> None:
    n, y = len(molecules), np.array(solubilities)
    folds = make_folds(Features.from_smiles(molecules))[0]
    noise = np.random.default_rng(0).normal(0, 0.05, n)
    told = np.column_stack([y + noise, y - 5 * noise])
    lent = Lent(pair.lent("logs"), folds, dict.fromkeys(folds, told), pair.training("logs"), pair.digest)
    with few_trees():
        model = train(molecules, y, [f"m{i}" for i in range(n)], range(n), facts=facts(), lent=lent)
    weights = model.card["learned"]["weights"]
    assert weights["network"] == max(weights.values())  # it predicts best out of fold
    assert "fast profile and a graph network" in model.card["method"]
    assert model.card["scores"]["scaffold"]["model"]["rmse"][0] < 0.2
    model.save(tmp_path / "model")
    assert not (tmp_path / "model" / "training.npz").exists()
    again = Model.load(tmp_path / "model", lender=lambda: pair)
    one, two = model.predict(strangers[:20]), again.predict(strangers[:20])
    assert one.value == pytest.approx(two.value, abs=1e-6)  # the kernel is kept in float32
    assert one.nearest_id == two.nearest_id
    for lender in (None, lambda: Screen(pair.networks, pair.analogues, {}, {}, {}, digest="another")):
        with pytest.raises(ModelError, match="another network"):
            Model.load(tmp_path / "model", lender=lender)

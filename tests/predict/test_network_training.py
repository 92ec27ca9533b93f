from __future__ import annotations

import numpy as np
import pytest

from pharmakon.core.errors import MissingExtra
from pharmakon.predict.features import Features
from pharmakon.predict.network import Network
from pharmakon.predict.network_training import Recipe, train_network


def test_it_learns_numbers_and_classes_that_are_partly_missing(
    network: Network, molecules: list[str], solubilities: list[float]
) -> None:
    truth = np.array(solubilities) > -1.5
    features = Features.from_smiles(molecules)
    value = network.predict(features.hashed, features.quick)
    assert np.corrcoef(value[:, 0], solubilities)[0, 1] > 0.9
    assert ((value[:, 1] >= 0) & (value[:, 1] <= 1)).all()
    unseen = np.arange(len(molecules)) % 2 == 0
    assert value[truth & unseen, 1].mean() > value[~truth & unseen, 1].mean() + 0.4


def test_the_same_seed_gives_the_same_network(molecules: list[str], solubilities: list[float]) -> None:
    features = Features.from_smiles(molecules[:60])
    y = np.array(solubilities[:60], np.float32)[:, None]

    def train(seed: int) -> Network:
        recipe = Recipe(hidden=(8,), epochs=2, batch=16, seed=seed)
        return train_network(
            features.hashed, features.quick, y, tasks=["logs"], classes=np.array([False]), recipe=recipe, threads=1
        )

    one, two, other = train(0), train(0), train(1)
    assert all((a == b).all() for a, b in zip(one.weights_, two.weights_, strict=True))
    assert any((a != b).any() for a, b in zip(one.weights_, other.weights_, strict=True))


def test_without_torch_the_install_line_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    with pytest.raises(MissingExtra, match="deep"):
        train_network(
            np.zeros((2, 4), np.uint8),
            np.zeros((2, 3), np.float32),
            np.zeros((2, 1), np.float32),
            tasks=["x"],
            classes=np.array([False]),
        )

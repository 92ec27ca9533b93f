from __future__ import annotations

import numpy as np
import pytest

from pharmakon.chem.graphs import Joined
from pharmakon.core.errors import MissingExtra
from pharmakon.predict import graph_training
from pharmakon.predict.features import Features
from pharmakon.predict.graph import GraphNetwork
from pharmakon.predict.graph_training import GraphRecipe, train_graph_network


def test_it_learns_numbers_and_classes_that_are_partly_missing(
    graph_network: GraphNetwork, molecules: list[str], solubilities: list[float]
) -> None:
    truth, value = np.array(solubilities), graph_network.read(Features.from_smiles(molecules))
    assert np.corrcoef(value[:, 0], truth)[0, 1] > 0.9
    unseen = np.arange(len(molecules)) % 2 == 0
    high = truth > -1.5
    assert value[high & unseen, 1].mean() > value[~high & unseen, 1].mean() + 0.3


def train(molecules: list[str], values: list[float], seed: int) -> GraphNetwork:
    features = Features.from_smiles(molecules)
    return train_graph_network(
        Joined.of([one for one in features.graphs if one is not None]),
        features.quick,
        features.descriptors,
        np.array(values, np.float32)[:, None],
        tasks=["logs"],
        classes=np.array([False]),
        recipe=GraphRecipe(hidden=8, head=8, epochs=2, batch=16, seed=seed),
        threads=1,
    )


def test_the_same_seed_gives_the_same_bytes(molecules: list[str], solubilities: list[float]) -> None:
    one, two, other = (train(molecules[:60], solubilities[:60], seed) for seed in (0, 0, 1))
    assert one.onnx == two.onnx != other.onnx


@pytest.mark.parametrize("missing", ["torch", "onnx"])
def test_without_the_extra_the_install_line_is_said(
    monkeypatch: pytest.MonkeyPatch, molecules: list[str], solubilities: list[float], missing: str
) -> None:
    def require(module: str, *, extra: str, needed_for: str) -> object:
        if module == missing:
            raise MissingExtra(module, extra, needed_for=needed_for)
        return __import__(module)

    monkeypatch.setattr(graph_training, "require", require)
    with pytest.raises(MissingExtra, match=r"pharmakon\[deep\]"):
        train(molecules[:20], solubilities[:20], 0)

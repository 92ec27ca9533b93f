from __future__ import annotations

import numpy as np
import pytest

from pharmakon.predict.features import Features
from pharmakon.predict.network import STEP, Network


@pytest.fixture(scope="module")
def layers() -> list[tuple[np.ndarray, np.ndarray]]:
    random = np.random.default_rng(0)
    return [
        (random.normal(0, 0.1, (inputs, outputs)).astype(np.float32), random.normal(0, 0.1, outputs).astype(np.float32))
        for inputs, outputs in ((4096 + 57, 32), (32, 16), (16, 3))
    ]


@pytest.fixture(scope="module")
def network(layers: list[tuple[np.ndarray, np.ndarray]], molecules: list[str]) -> Network:
    features = Features.from_smiles(molecules)
    centre, spread = features.quick.mean(axis=0), features.quick.std(axis=0)
    network = Network()
    network.centre_, network.spread_ = centre, np.where(spread > 1e-6, spread, np.inf).astype(np.float32)
    return network.fit(
        layers,
        network.inputs(features.hashed, features.quick),
        tasks=("logs", "toxic", "pki"),
        classes=np.array([False, True, False]),
        mean=np.array([-3.0, 0.0, 6.0]),
        scale=np.array([2.0, 1.0, 0.5]),
        centre=network.centre_,
        spread=network.spread_,
    )


def exact(network: Network, layers: list[tuple[np.ndarray, np.ndarray]], features: Features) -> np.ndarray:
    """The same network in floating point."""
    value = network.inputs(features.hashed, features.quick).astype(np.float64) / STEP
    for weight, bias in layers[:-1]:
        value = np.maximum(value @ weight + bias, 0.0)
    raw = value @ layers[-1][0] + layers[-1][1]
    return np.where(network.classes_, 1 / (1 + np.exp(-raw)), raw * network.scale_ + network.mean_)


def test_whole_numbers_say_nearly_what_floats_say(
    network: Network, layers: list[tuple[np.ndarray, np.ndarray]], molecules: list[str]
) -> None:
    features = Features.from_smiles(molecules)
    truth, got = exact(network, layers, features), network.predict(features.hashed, features.quick)
    spread = truth.std(axis=0)
    assert (np.abs(got - truth).max(axis=0) < 0.15 * spread).all()
    assert (np.abs(got - truth).mean(axis=0) < 0.03 * spread).all()


def test_an_answer_does_not_depend_on_its_batch(network: Network, molecules: list[str]) -> None:
    together = network.predict(*_inputs(molecules))
    alone = np.concatenate([network.predict(*_inputs([text])) for text in molecules[:20]])
    assert (together[:20] == alone).all()


def _inputs(molecules: list[str]) -> tuple[np.ndarray, np.ndarray]:
    features = Features.from_smiles(molecules)
    return features.hashed, features.quick


def test_it_survives_being_written(network: Network, molecules: list[str]) -> None:
    again = Network.from_arrays(network.to_arrays())
    assert again.tasks_ == network.tasks_
    assert (again.predict(*_inputs(molecules[:9])) == network.predict(*_inputs(molecules[:9]))).all()


def test_a_missing_molecule_has_no_answer(network: Network, molecules: list[str]) -> None:
    value = network.read(Features.from_smiles([molecules[0], "not a molecule", molecules[1]]))
    assert np.isnan(value[1]).all()
    assert (value[0] == network.predict(*_inputs(molecules[:1]))[0]).all()


def test_its_layers_say_what_it_says_but_for_the_rounding(network: Network, molecules: list[str]) -> None:
    features = Features.from_smiles(molecules[:5])
    steps = network.inputs(features.hashed, features.quick)
    (first, bias), *rest = network.layers()
    value = steps / STEP @ first + bias
    for weights, bias in rest:
        value = np.maximum(value, 0) @ weights + bias
    assert np.abs(value - network.raw(steps)).max() < 0.05

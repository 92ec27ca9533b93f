from itertools import pairwise

import numpy as np
import pytest

from pharmakon.explain.gradients import integrated


@pytest.fixture
def layers():
    random = np.random.default_rng(0)
    sizes = (20, 16, 8, 3)
    return [
        (random.normal(size=pair).astype(np.float32), random.normal(size=pair[1]).astype(np.float32))
        for pair in pairwise(sizes)
    ]


def forward(layers, value):
    for weights, bias in layers[:-1]:
        value = np.maximum(value @ weights + bias, 0)
    weights, bias = layers[-1]
    return value @ weights + bias


def test_shares_add_up_to_what_the_inputs_change(layers):
    value = np.abs(np.random.default_rng(1).normal(size=20))
    columns = np.arange(12)  # the other inputs stay as they are
    found = integrated(layers, value, columns, steps=2_000)
    without = value.copy()
    without[columns] = 0
    assert found.shape == (12, 3)
    assert found.sum(axis=0) == pytest.approx(forward(layers, value) - forward(layers, without), abs=2e-2)


def test_of_a_linear_network_it_is_the_weight_times_the_input(layers):
    weights, bias = layers[0]
    last = (np.ones((16, 1), np.float32), np.zeros(1, np.float32))
    value = np.full(20, 0.5)
    found = integrated([(np.abs(weights), np.abs(bias)), last], value, np.arange(20))
    assert found[:, 0] == pytest.approx(0.5 * np.abs(weights).sum(axis=1), rel=1e-5)

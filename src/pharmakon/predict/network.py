"""The multitask network: one pass over a molecule's quick features answers every endpoint.

Three dense layers. Everything they multiply is a whole number - counts in steps of a sixteenth of a log, weights and
activations in one byte - so that sums are exact in float32 and a molecule's answer does not depend on the batch it
arrives in; and a file of two megabytes holds fifty endpoints. Quantised after training, as in Jacob et al., CVPR 2018.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.types import Floats

if TYPE_CHECKING:
    from .features import Features

STEP = 16
"""Steps to one unit of the inputs: log(1 + count), or a descriptor's standard deviation."""
REACH = 5.0
"""Standard deviations from the mean beyond which a descriptor counts as there."""
_TOP = 127
_LEVELS = np.rint(STEP * np.log1p(np.arange(256))).astype(np.float32)
_BATCH = 1024

Matrix = NDArray[np.float32]


def scaled(quick: Matrix, centre: Matrix, spread: Matrix) -> Matrix:
    """Descriptors (n, d) in standard deviations, cut off far from the mean."""
    z: Matrix = np.clip(np.nan_to_num((quick - centre) / spread), -REACH, REACH)
    return z


def answered(raw: Floats, classes: NDArray[np.bool_], mean: Floats, scale: Floats) -> Floats:
    """Raw outputs (n, t) on the endpoints' models' scales; probabilities for classes."""
    probability = 1.0 / (1.0 + np.exp(-np.clip(raw, -50.0, 50.0)))
    answer: Floats = np.where(classes, probability, raw * scale + mean)
    return answer


class Scaled(Protocol):
    """What every network knows of its inputs and outputs."""

    tasks_: tuple[str, ...]
    classes_: NDArray[np.bool_]
    mean_: Floats
    scale_: Floats
    centre_: Matrix
    spread_: Matrix


def meaning(network: Scaled) -> dict[str, NDArray[Any]]:
    """What a network's numbers mean, as arrays."""
    return {
        "tasks": np.frombuffer("\n".join(network.tasks_).encode(), np.uint8),
        "classes": network.classes_,
        "mean": network.mean_,
        "scale": network.scale_,
        "centre": network.centre_,
        "spread": network.spread_,
    }


class Network:
    """Inputs, two hidden layers of rectified units, one output an endpoint.

    Learned: `tasks_`, `classes_` (t,) whether an output is a class; `mean_`, `scale_` (t,) of the others;
    `centre_`, `spread_` of the quick descriptors; `weights_` int8, `steps_` and `bias_` of each layer; `units_`, what
    one step of the input of each layer stands for.
    """

    kind = "network"

    def fit(
        self,
        layers: Sequence[tuple[Matrix, Matrix]],
        sample: Matrix,
        *,
        tasks: Sequence[str],
        classes: NDArray[np.bool_],
        mean: Floats,
        scale: Floats,
        centre: Matrix,
        spread: Matrix,
    ) -> Self:
        """Quantise trained layers (weights (inputs, outputs), bias); `sample` inputs set the range of activations."""
        self.tasks_, self.classes_, self.mean_, self.scale_ = tuple(tasks), classes, mean, scale
        self.centre_, self.spread_ = centre, spread
        self.weights_, self.steps_, self.bias_, self.units_ = [], [], [], [1.0 / STEP]
        value = sample
        for depth, (weight, bias) in enumerate(layers):
            step = np.maximum(np.abs(weight).max(axis=0), 1e-12).astype(np.float32) / _TOP
            self.weights_.append(np.rint(weight / step).astype(np.int8))
            self.steps_.append(step)
            self.bias_.append(bias.astype(np.float32))
            if depth + 1 < len(layers):
                value = np.maximum(self._layer(depth, value), 0.0)
                self.units_.append(max(float(np.quantile(value[value > 0], 0.9995)), 1e-6) / _TOP)
                value = self._steps(depth + 1, value)
        return self

    def inputs(self, counts: NDArray[np.uint8], quick: Matrix) -> Matrix:
        """Hashed counts (n, bits) and quick descriptors (n, d) as whole numbers, (n, bits + d)."""
        z = scaled(quick, self.centre_, self.spread_)
        return np.hstack([_LEVELS[counts], np.rint(STEP * z)]).astype(np.float32)

    def read(self, features: Features) -> Floats:
        """Every endpoint on its model's scale (a probability for a class), (n, t); NaN rows for missing molecules."""
        value = self.predict(features.hashed, features.quick)
        value[~features.known] = np.nan
        return value

    def predict(self, counts: NDArray[np.uint8], quick: Matrix) -> Floats:
        """Every endpoint on its model's scale (a probability for a class), shape (n, t)."""
        out = np.empty((len(counts), len(self.tasks_)))
        for start in range(0, len(counts), _BATCH):
            rows = slice(start, start + _BATCH)
            raw = self.raw(self.inputs(counts[rows], quick[rows]))
            out[rows] = answered(raw, self.classes_, self.mean_, self.scale_)
        return out

    def layers(self) -> list[tuple[Matrix, Matrix]]:
        """Weights (inputs, outputs) and bias of each layer in floating point, for inputs in units, not in steps."""
        return [
            (weights.astype(np.float32) * steps, bias)
            for weights, steps, bias in zip(self.weights_, self.steps_, self.bias_, strict=True)
        ]

    def raw(self, value: Matrix) -> Floats:
        """What `answered` makes answers of, (n, t), for `inputs`."""
        last = len(self.weights_) - 1
        for depth in range(last):
            value = self._steps(depth + 1, np.maximum(self._layer(depth, value), 0.0))
        return self._layer(last, value).astype(np.float64)

    def _layer(self, depth: int, steps: Matrix) -> Matrix:
        sums = steps @ self.weights_[depth].astype(np.float32)
        layer: Matrix = sums * (self.steps_[depth] * np.float32(self.units_[depth])) + self.bias_[depth]
        return layer

    def _steps(self, depth: int, value: Matrix) -> Matrix:
        steps: Matrix = np.minimum(np.rint(value * np.float32(1.0 / self.units_[depth])), _TOP)
        return steps

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Everything `predict` needs."""
        return {
            **meaning(self),
            "units": np.array(self.units_),
            **{f"weights{i}": weight for i, weight in enumerate(self.weights_)},
            **{f"steps{i}": step for i, step in enumerate(self.steps_)},
            **{f"bias{i}": bias for i, bias in enumerate(self.bias_)},
        }

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]]) -> Self:
        """The inverse of `to_arrays`."""
        self = cls()
        self.tasks_ = tuple(arrays["tasks"].tobytes().decode().split("\n"))
        self.classes_, self.mean_, self.scale_ = arrays["classes"], arrays["mean"], arrays["scale"]
        self.centre_, self.spread_ = arrays["centre"], arrays["spread"]
        self.units_ = arrays["units"].tolist()
        depth = range(len(self.units_))
        self.weights_ = [arrays[f"weights{i}"] for i in depth]
        self.steps_ = [arrays[f"steps{i}"] for i in depth]
        self.bias_ = [arrays[f"bias{i}"] for i in depth]
        return self

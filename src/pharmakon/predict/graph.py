"""The graph network: directed message passing over a molecule's bonds answers every endpoint, beside the fast network.

The architecture is that of Yang et al., J. Chem. Inf. Model. 2019, 59, 3370 (D-MPNN), with quick descriptors beside
what the messages say. It is kept as an ONNX graph and run by ONNX Runtime, one molecule at a time: an answer does not
depend on the batch it arrives in.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from pharmakon.chem.graphs import Graph
from pharmakon.core.errors import ModelError
from pharmakon.core.types import Floats

from .features import Features, graph_featuriser
from .network import answered, meaning, scaled

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

ANSWER = "answer"


class GraphNetwork:
    """An ONNX graph with what its numbers mean.

    `tasks_`; `classes_` (t,) whether an output is a class; `mean_`, `scale_` (t,) of the others; `centre_`, `spread_`
    of the quick descriptors.
    """

    kind = "graph"

    def __init__(
        self,
        onnx: bytes,
        *,
        tasks: Sequence[str],
        classes: NDArray[np.bool_],
        mean: Floats,
        scale: Floats,
        centre: NDArray[np.float32],
        spread: NDArray[np.float32],
    ) -> None:
        self.onnx = onnx
        self.tasks_, self.classes_, self.mean_, self.scale_ = tuple(tasks), classes, mean, scale
        self.centre_, self.spread_ = centre, spread

    @cached_property
    def _session(self) -> InferenceSession:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # the processes of a run share the cores
        try:
            return onnxruntime.InferenceSession(self.onnx, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # noqa: BLE001  ONNX Runtime has many kinds, of no common family
            raise ModelError(f"a graph network's ONNX file cannot be read: {error}") from None

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the session, which each process makes for itself."""
        return {name: value for name, value in self.__dict__.items() if name != "_session"}

    def read(self, features: Features) -> Floats:
        """Every endpoint on its model's scale (a probability for a class), (n, t); NaN rows for missing molecules."""
        return self.answer(features.graphs, features.quick)

    def answer(self, molecules: Iterable[Graph | None], quick: NDArray[np.float32]) -> Floats:
        """The same, from graphs and their quick descriptors (n, d)."""
        beside = scaled(quick, self.centre_, self.spread_)
        raw = np.full((len(quick), len(self.tasks_)), np.nan)
        for row, one, extra in zip(raw, molecules, beside, strict=True):
            if one is not None:
                row[:] = self._session.run([ANSWER], inputs(one, extra))[0][0]
        return answered(raw, self.classes_, self.mean_, self.scale_)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Everything `read` needs; `onnx` holds the bytes of the ONNX file."""
        return {
            "onnx": np.frombuffer(self.onnx, np.uint8),
            **meaning(self),
            "featuriser": np.frombuffer(_featuriser(), np.uint8),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The inverse of `to_arrays`. Raises ModelError where this version gives a network other numbers."""
        if arrays["featuriser"].tobytes() != _featuriser():
            raise ModelError("a graph network learnt from other atoms or descriptors than this version gives it")
        names = ("classes", "mean", "scale", "centre", "spread")
        tasks = arrays["tasks"].tobytes().decode().split("\n")
        return cls(arrays["onnx"].tobytes(), tasks=tasks, **{name: arrays[name] for name in names})


def _featuriser() -> bytes:
    """A hash of what the numbers are that a network learnt from."""
    return hashlib.sha256(json.dumps(graph_featuriser(), sort_keys=True).encode()).digest()


def inputs(one: Graph, quick: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
    """What the ONNX graph is given of a molecule with a atoms, b bonds and d quick descriptors.

    `into` (a, 2b) says which arrows end in an atom; `before` (2b, 2b) which arrows' messages an arrow hears: those that
    end where it starts, but not its own reverse.
    """
    arrows = np.arange(len(one.source))
    into = (one.target == np.arange(len(one.atoms))[:, None]).astype(np.float32)
    before = (one.target == one.source[:, None]) & (arrows != (arrows ^ 1)[:, None])
    return {
        "atoms": one.atoms.astype(np.float32),
        "bonds": one.bonds.astype(np.float32),
        "source": one.source.astype(np.int64),
        "into": into,
        "before": before.astype(np.float32),
        "quick": quick[None, :],
    }

"""Training the graph network: torch and onnx, extra `deep`. Prediction needs neither."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.chem.graphs import Joined
from pharmakon.core.lazy import require

from .graph import GraphNetwork
from .network import scaled
from .network_training import Measured, Schedule, column_scale, minimise, task_scale


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphRecipe(Schedule):
    """How a graph network is trained."""

    hidden: int = 128
    depth: int = 3
    """How many bonds an arrow hears from, itself counted."""
    head: int = 256
    dropout: float = 0.1
    described: float = 0.5
    """Weight of the descriptors that the messages must tell as well."""
    epochs: int = 12
    batch: int = 64
    clip: float = 1.0


def train_graph_network(
    molecules: Joined,
    quick: NDArray[np.float32],
    described: NDArray[np.float32],
    y: NDArray[np.float32],
    *,
    tasks: Sequence[str],
    classes: NDArray[np.bool_],
    recipe: GraphRecipe | None = None,
    threads: int = 2,
    progress: Callable[[str], None] = lambda note: None,
) -> GraphNetwork:
    """A graph network of n molecules with quick descriptors (n, d).

    The messages learn to tell the descriptors `described` (n, e), too, which needs no measurement (as Burns et al.,
    CheMeleon, arXiv 2506.15792, do before they train). Values `y` (n, t) are on each model's own scale, NaN where
    nothing was measured. Raises MissingExtra without torch or onnx.
    """
    torch = require("torch", extra="deep", needed_for="training a graph network")
    require("onnx", extra="deep", needed_for="keeping a graph network")
    from .graph_export import exported
    from .message_passing import Batch, MessagePassing

    recipe = recipe or GraphRecipe()
    torch.manual_seed(recipe.seed)
    torch.set_num_threads(threads)
    mean, scale = task_scale(y, classes)
    (centre, spread), theirs = column_scale(quick), column_scale(described)
    beside, told = torch.from_numpy(scaled(quick, centre, spread)), torch.from_numpy(scaled(described, *theirs))
    module = MessagePassing(
        quick=quick.shape[1],
        described=described.shape[1],
        tasks=y.shape[1],
        hidden=recipe.hidden,
        depth=recipe.depth,
        head=recipe.head,
        dropout=recipe.dropout,
    )

    def loss_of(rows: NDArray[np.intp], measured: Measured) -> Any:
        with torch.autocast("cpu", torch.bfloat16):
            answer, descriptors = module(Batch.of(molecules.take(rows)), beside[rows])
        off = torch.nn.functional.smooth_l1_loss(descriptors.float(), told[rows])
        return measured(answer.float(), rows) + recipe.described * off

    minimise(loss_of, module, (y - mean) / scale, classes=classes, schedule=recipe, progress=progress)
    return GraphNetwork(
        exported(module), tasks=tasks, classes=classes, mean=mean, scale=scale, centre=centre, spread=spread
    )

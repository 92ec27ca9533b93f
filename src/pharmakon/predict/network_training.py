"""Training the multitask network: torch, extra `deep`. Prediction needs none of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.lazy import require
from pharmakon.core.types import Floats

from .network import STEP, Network

if TYPE_CHECKING:
    import torch

_SAMPLE = 4_000

Measured = Callable[["torch.Tensor", NDArray[np.intp]], "torch.Tensor"]
"""measured(outputs (b, t), rows (b,)) -> how far the outputs are from what was measured of these rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """How weights are sought. A task of n molecules weighs n ** (1 - `power`): small sets are heard."""

    epochs: int
    batch: int
    rate: float = 2e-3
    decay: float = 1e-2
    power: float = 0.4
    clip: float = float("inf")
    """The longest step's gradient."""
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe(Schedule):
    """How a network is trained."""

    hidden: tuple[int, ...] = (512, 256)
    dropout: float = 0.3
    epochs: int = 10
    batch: int = 512


def train_network(
    counts: NDArray[np.uint8],
    quick: NDArray[np.float32],
    y: NDArray[np.float32],
    *,
    tasks: Sequence[str],
    classes: NDArray[np.bool_],
    recipe: Recipe | None = None,
    threads: int = 2,
    progress: Callable[[str], None] = lambda note: None,
) -> Network:
    """A quantised network of n molecules, from hashed counts (n, bits) and quick descriptors (n, d).

    Values `y` (n, t) are on each model's own scale, NaN where nothing was measured. Raises MissingExtra without torch.
    """
    torch = require("torch", extra="deep", needed_for="training a network")
    recipe = recipe or Recipe()
    torch.manual_seed(recipe.seed)
    torch.set_num_threads(threads)
    mean, scale = task_scale(y, classes)
    network = Network()
    network.centre_, network.spread_ = column_scale(quick)
    module = _module(counts.shape[1] + quick.shape[1], recipe, y.shape[1])

    def loss_of(rows: NDArray[np.intp], measured: Measured) -> Any:
        return measured(module(torch.from_numpy(network.inputs(counts[rows], quick[rows])) / STEP), rows)

    minimise(loss_of, module, (y - mean) / scale, classes=classes, schedule=recipe, progress=progress)
    layers = [
        (layer.weight.detach().numpy().T, layer.bias.detach().numpy())
        for layer in module
        if isinstance(layer, torch.nn.Linear)
    ]
    chosen = np.linspace(0, len(counts) - 1, min(len(counts), _SAMPLE)).astype(int)
    return network.fit(
        layers,
        network.inputs(counts[chosen], quick[chosen]),
        tasks=tasks,
        classes=classes,
        mean=mean,
        scale=scale,
        centre=network.centre_,
        spread=network.spread_,
    )


def _module(inputs: int, recipe: Recipe, outputs: int) -> Any:
    from torch import nn

    layers: list[Any] = []
    for width in recipe.hidden:
        layers += [nn.Linear(inputs, width), nn.ReLU(), nn.Dropout(recipe.dropout)]
        inputs = width
    return nn.Sequential(*layers, nn.Linear(inputs, outputs))


def column_scale(values: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mean and standard deviation of each column of finite numbers, (d,); one that does not vary says nothing."""
    centre, spread = values.mean(axis=0, dtype=np.float64), values.std(axis=0, dtype=np.float64)
    return centre.astype(np.float32), np.where(spread > 1e-6, spread, np.inf).astype(np.float32)


def task_scale(y: NDArray[np.float32], classes: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Mean and standard deviation of each task's numbers, each (t,); 0 and 1 for a class."""
    mean = np.where(classes, 0.0, np.nanmean(y, axis=0, dtype=np.float64))
    return mean, np.where(classes, 1.0, np.maximum(np.nanstd(y, axis=0, dtype=np.float64), 1e-6))


def minimise(
    loss_of: Callable[[NDArray[np.intp], Measured], torch.Tensor],
    module: Any,
    target: Floats,
    *,
    classes: NDArray[np.bool_],
    schedule: Schedule,
    progress: Callable[[str], None],
) -> None:
    """Minimise `loss_of` batches of rows of `target` (n, t), NaN where nothing was measured.

    It is given the error of the task's outputs to add to: cross-entropy for classes and Huber's loss for numbers, each
    task by its weight, over what was measured.
    """
    import torch
    from torch.nn import functional

    known = np.isfinite(target)
    number = np.maximum(known.sum(axis=0), 1)
    weight = number**-schedule.power
    weight *= known.sum() / (weight * number).sum()
    goal, share = (torch.tensor(x, dtype=torch.float32) for x in (np.nan_to_num(target), known * weight))
    is_class = torch.tensor(classes)

    def measured(out: torch.Tensor, rows: NDArray[np.intp]) -> torch.Tensor:
        entropy = functional.binary_cross_entropy_with_logits(out, goal[rows], reduction="none")
        huber = functional.smooth_l1_loss(out, goal[rows], reduction="none")
        error: torch.Tensor = (torch.where(is_class, entropy, huber) * share[rows]).sum() / len(rows)
        return error

    optimiser = torch.optim.AdamW(module.parameters(), lr=schedule.rate, weight_decay=schedule.decay)
    batches = max(1, len(target) // schedule.batch)
    rates = torch.optim.lr_scheduler.OneCycleLR(optimiser, schedule.rate, total_steps=schedule.epochs * batches + 1)
    generator = torch.Generator().manual_seed(schedule.seed)
    module.train()
    for epoch in range(schedule.epochs):
        total = 0.0
        for rows in torch.randperm(len(target), generator=generator)[: batches * schedule.batch].chunk(batches):
            loss: Any = loss_of(rows.numpy(), measured)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(module.parameters(), schedule.clip)
            optimiser.step()
            rates.step()
            total += loss.item()
        progress(f"epoch {epoch + 1} of {schedule.epochs}: loss {total / batches:.4f}")
    module.eval()

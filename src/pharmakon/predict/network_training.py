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


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a network is trained. A task of n molecules weighs n ** (1 - `power`): small sets are heard."""

    hidden: tuple[int, ...] = (512, 256)
    epochs: int = 10
    batch: int = 512
    rate: float = 2e-3
    decay: float = 1e-2
    dropout: float = 0.3
    power: float = 0.4
    seed: int = 0


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
    mean = np.where(classes, 0.0, np.nanmean(y, axis=0, dtype=np.float64))
    scale = np.where(classes, 1.0, np.maximum(np.nanstd(y, axis=0, dtype=np.float64), 1e-6))
    centre = quick.mean(axis=0, dtype=np.float64).astype(np.float32)
    spread = quick.std(axis=0, dtype=np.float64).astype(np.float32)
    network = Network()
    network.centre_, network.spread_ = centre, np.where(spread > 1e-6, spread, np.inf).astype(np.float32)
    module = _module(counts.shape[1] + quick.shape[1], recipe, y.shape[1])
    _fit(
        module,
        lambda at: torch.from_numpy(network.inputs(counts[at], quick[at])) / STEP,
        (y - mean) / scale,
        classes=classes,
        recipe=recipe,
        progress=progress,
    )
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


def _fit(
    module: Any,
    inputs: Callable[[NDArray[np.intp]], torch.Tensor],
    target: Floats,
    *,
    classes: NDArray[np.bool_],
    recipe: Recipe,
    progress: Callable[[str], None],
) -> None:
    """Minimise cross-entropy (classes) and Huber's loss (numbers), each task by its weight, over what was measured."""
    import torch
    from torch.nn import functional

    known = np.isfinite(target)
    number = np.maximum(known.sum(axis=0), 1)
    weight = number**-recipe.power
    weight *= known.sum() / (weight * number).sum()
    goal, share = (torch.tensor(x, dtype=torch.float32) for x in (np.nan_to_num(target), known * weight))
    is_class = torch.tensor(classes)
    optimiser = torch.optim.AdamW(module.parameters(), lr=recipe.rate, weight_decay=recipe.decay)
    batches = max(1, len(target) // recipe.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, recipe.rate, total_steps=recipe.epochs * batches + 1)
    generator = torch.Generator().manual_seed(recipe.seed)
    module.train()
    for epoch in range(recipe.epochs):
        total = 0.0
        for rows in torch.randperm(len(target), generator=generator)[: batches * recipe.batch].chunk(batches):
            out = module(inputs(rows.numpy()))
            entropy = functional.binary_cross_entropy_with_logits(out, goal[rows], reduction="none")
            huber = functional.smooth_l1_loss(out, goal[rows], reduction="none")
            loss: Any = (torch.where(is_class, entropy, huber) * share[rows]).sum() / len(rows)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.item()
        progress(f"epoch {epoch + 1} of {recipe.epochs}: loss {total / batches:.4f}")
    module.eval()

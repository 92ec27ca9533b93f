"""Networks that answer what is left of a response after the means: a tower for the lines, one for the drugs.

The challengers of the kernels of `response`, for `pharmakon benchmark response-network`; nothing that ships uses them.
torch, extra `deep`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.lazy import require
from pharmakon.core.types import Floats

Shape = Literal["two towers", "bilinear", "FiLM"]
"""How the towers meet. Two towers: added, then two layers. Bilinear: their product, of low rank, and an offset of each.
FiLM: the drug scales and shifts what the line's tower found (Perez et al., AAAI 2018)."""
SHAPES: tuple[Shape, ...] = get_args(Shape)
CLIP = 5.0


@dataclass(frozen=True, slots=True)
class NetworkRecipe:
    """How a network is trained. A batch is of lines, each with all its drugs."""

    shape: Shape
    width: int = 48
    dropout: float = 0.5
    decay: float = 1.0
    rate: float = 1e-3
    epochs: int = 20
    batch: int = 64


def train_network(
    lines: Floats,
    drugs: Floats,
    target: Floats,
    ask: tuple[Floats, Floats],
    recipe: NetworkRecipe,
    *,
    seed: int = 0,
    stops: Collection[int] = (),
) -> dict[int, Floats]:
    """What is predicted (k, q) for the `ask`ed lines (k, p) and drugs (q, r), by the epoch after which it was asked.

    Asked after each of `stops`, the last ends it; after the recipe's epochs where none is given. Learns from lines
    (n, p), drugs (m, r) and target (n, m), NaN where untested, by squared error. Raises MissingExtra without torch.
    """
    torch = require("torch", extra="deep", needed_for="a network of drug response")
    torch.manual_seed(seed)
    module = _module(lines.shape[1], drugs.shape[1], recipe)
    known = torch.tensor(np.isfinite(target))
    goal = torch.tensor(np.nan_to_num(target), dtype=torch.float32)
    size = goal[known].std().clamp_min(1e-6)
    cells, structures, *asked = (torch.tensor(x, dtype=torch.float32) for x in (lines, drugs, *ask))
    step = torch.optim.AdamW(module.parameters(), lr=recipe.rate, weight_decay=recipe.decay)
    batches = -(-len(lines) // recipe.batch)
    pace = torch.optim.lr_scheduler.OneCycleLR(step, recipe.rate, total_steps=recipe.epochs * batches)
    order = np.random.default_rng(seed)

    said: dict[int, Floats] = {}
    stops = stops or (recipe.epochs,)
    for epoch in range(1, max(stops) + 1):
        for rows in np.array_split(order.permutation(len(lines)), batches):
            error = (module(cells[rows], structures) - goal[rows] / size)[known[rows]]
            loss = error.square().mean()
            step.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(module.parameters(), CLIP)
            step.step()
            pace.step()
        if epoch in stops:
            module.eval()
            with torch.no_grad():
                said[epoch] = (module(*asked) * size).numpy().astype(np.float64)
            module.train()
    return said


def _module(cells: int, drugs: int, recipe: NetworkRecipe) -> Any:
    import torch
    from torch import nn

    width, bilinear = recipe.width, recipe.shape == "bilinear"

    def tower(inputs: int, outputs: int) -> Any:
        return nn.Sequential(nn.Linear(inputs, width), nn.ReLU(), nn.Dropout(recipe.dropout), nn.Linear(width, outputs))

    class Meeting(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.line, self.drug = tower(cells, width), tower(drugs, 2 * width)
            self.line_offset, self.drug_offset = nn.Linear(cells, 1), nn.Linear(drugs, 1)
            self.head = nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Dropout(recipe.dropout))
            self.last = nn.Linear(width, 1)
            for layer in (self.line_offset, self.drug_offset, self.drug[-1] if bilinear else self.last):
                nn.init.zeros_(layer.weight)  # It starts by saying nothing: the means alone.
                nn.init.zeros_(layer.bias)

        def forward(self, x: Any, z: Any) -> Any:
            line, drug = self.line(x)[:, None], self.drug(z)[None]
            scale, shift = drug[..., :width], drug[..., width:]
            offset = self.line_offset(x) + self.drug_offset(z).T
            if bilinear:
                return offset + (line[:, 0] @ scale[0].T) / width**0.5
            if recipe.shape == "FiLM":
                met = torch.relu((1 + scale) * line + shift)
                return offset + self.last(met)[..., 0]
            return offset + self.last(self.head(torch.relu(line + shift)))[..., 0]

    return Meeting()


def principal(training: Floats, *others: Floats, most: int) -> list[Floats]:
    """The first components of rows (n, p), and of others by the same axes; over all columns, mean square 1."""
    mean = training.mean(axis=0)
    _, _, axes = np.linalg.svd(training - mean, full_matrices=False)
    turned = [(rows - mean) @ axes[:most].T for rows in (training, *others)]
    size = float(np.sqrt(np.mean(turned[0] ** 2))) or 1.0
    return [rows / size for rows in turned]


def kernel_components(gram: Floats, cross: Floats, *, most: int) -> list[Floats]:
    """The first components of a kernel (n, n), and of others by their kernel rows (k, n); mean square 1."""
    size, axes = np.linalg.eigh(gram)
    size, axes = np.maximum(size[::-1][:most], 1e-9), axes[:, ::-1][:, :most]
    turned = [axes * np.sqrt(size), cross @ axes / np.sqrt(size)]
    scale = float(np.sqrt(np.mean(turned[0] ** 2)))
    return [rows / scale for rows in turned]


def network_answers(smiles: Sequence[str]) -> NDArray[np.float64]:
    """What the shipped networks say of molecules: potency at protein targets and endpoints, (n, t)."""
    from pharmakon.predict.features import Features
    from pharmakon.predict.panel import shipped_folder
    from pharmakon.predict.screen import NAME, TARGETS, Screen

    features = Features.from_smiles(smiles)
    told = [features.through(net) for name in (TARGETS, NAME) for net in Screen.load(shipped_folder() / name).networks]
    return np.nan_to_num(np.hstack(told).astype(np.float64))

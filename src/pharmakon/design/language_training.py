"""Training a chemical language model: torch and onnx, extra `deep`. Sampling needs neither."""

from __future__ import annotations

import io
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pharmakon.core.files import write_atomic
from pharmakon.core.lazy import require
from pharmakon.core.random import stream
from pharmakon.core.types import Progress, silent
from pharmakon.design.corpus import Corpus
from pharmakon.design.grammar import SIZE
from pharmakon.design.language import LanguageModel
from pharmakon.design.tokens import PAD, Tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageRecipe:
    """How a language model is trained; the defaults make one of 4 million weights."""

    width: int = 256
    depth: int = 6
    heads: int = 8
    context: int = 100
    epochs: int = 2
    batch: int = 256
    rate: float = 0.03
    """Of the matrices, by Muon (Jordan et al. 2024), which after so few steps is far ahead of Adam."""
    other: float = 0.13
    """What part of that AdamW takes for embeddings, scales and biases."""
    warm: float = 0.03
    """Share of the steps in which the rates rise; then they fall as a cosine."""
    decay: float = 0.01
    clip: float = 1.0
    seed: int = 0
    every: float = 600.0
    """Seconds between two checkpoints."""


def train_language_model(
    corpus: Corpus,
    tokens: Tokens,
    *,
    recipe: LanguageRecipe | None = None,
    start: LanguageModel | None = None,
    checkpoint: Path | None = None,
    threads: int = 2,
    progress: Progress = silent,
) -> LanguageModel:
    """A model of a corpus of Kekulé texts, from nothing or from `start`, whose vocabulary and size it then has.

    It is trained on a graphics card where torch finds one. With a `checkpoint` file, a training that was killed goes on
    where that was written. Raises MissingExtra without torch or onnx.
    """
    torch = require("torch", extra="deep", needed_for="training a language model")
    require("onnx", extra="deep", needed_for="keeping a language model")
    from .language_export import exported, imported
    from .transformer import EMBEDDINGS, Transformer

    recipe = recipe or LanguageRecipe()
    torch.manual_seed(recipe.seed)
    torch.set_num_threads(threads)
    module = (
        imported(start.onnx)
        if start
        else Transformer(
            len(tokens), width=recipe.width, depth=recipe.depth, heads=recipe.heads, context=recipe.context
        )
    )
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    module.to(device)
    named = list(module.named_parameters())
    matrices = {name: w for name, w in named if w.dim() == 2 and not name.startswith(EMBEDDINGS)}
    rest = [weight for name, weight in named if name not in matrices]
    optimisers = [
        (torch.optim.Muon(list(matrices.values()), lr=recipe.rate, weight_decay=recipe.decay), recipe.rate),
        (torch.optim.AdamW(rest, betas=(0.9, 0.95), weight_decay=0.0), recipe.rate * recipe.other),
    ]
    per_epoch = -(-len(corpus) // recipe.batch)
    steps = per_epoch * recipe.epochs
    done = _resumed(torch, checkpoint, module, [optimiser for optimiser, _ in optimisers])
    module.train()
    bits = torch.arange(SIZE, device=device)
    losses: list[Any] = []
    saved = time.monotonic()
    for epoch in range(done // per_epoch, recipe.epochs):
        batches = corpus.batches(recipe.batch, random=stream(recipe.seed, "epoch", epoch))
        for step, batch in enumerate(batches, epoch * per_epoch):
            if step < done:
                continue
            for optimiser, rate in optimisers:
                optimiser.param_groups[0]["lr"] = rate * _share(step / steps, recipe.warm)
            module.zero_grad()
            total = sum(int((piece.lines[:, 1:] != PAD).sum()) for piece in batch)
            loss = torch.zeros((), device=device)
            for piece in batch:
                line, states = (torch.from_numpy(one).to(device) for one in piece)
                with torch.autocast(device.type, torch.bfloat16):
                    logits = module(line[:, :-1], ((states[..., None] >> bits) & 1).float())
                cost = torch.nn.functional.cross_entropy(
                    logits.float().flatten(0, 1), line[:, 1:].flatten(), ignore_index=PAD, reduction="sum"
                )
                (cost / total).backward()
                loss += cost.detach() / total
            torch.nn.utils.clip_grad_norm_(module.parameters(), recipe.clip)
            for optimiser, _ in optimisers:
                optimiser.step()
            losses.append(loss)  # to ask for its value now would make a graphics card wait
            if len(losses) == 100 or step + 1 == steps:
                progress(step + 1, steps, f"loss {torch.stack(losses).mean().item():.4f}")
                losses.clear()
            if checkpoint and time.monotonic() - saved > recipe.every:
                _keep(checkpoint, module, [optimiser for optimiser, _ in optimisers], step + 1)
                saved = time.monotonic()
    module.cpu().eval()
    return LanguageModel(exported(module), tokens, context=start.context if start else recipe.context)


def _share(done: float, warm: float) -> float:
    """Of the highest rate: up in a line, down along a cosine to a fiftieth."""
    if done < warm:
        return (done + 1e-6) / warm
    return 0.02 + 0.98 * (1 + math.cos(math.pi * (done - warm) / (1 - warm))) / 2


def _keep(path: Path, module: Any, optimisers: Sequence[Any], step: int) -> None:
    """Weights, and what the optimisers remember of each, as plain arrays."""
    arrays = {"step": np.array(step)}
    for name, weight in module.named_parameters():
        arrays[f"{name}:weight"] = weight.detach().cpu().numpy()
        for optimiser in optimisers:
            arrays |= {f"{name}:{key}": value.cpu().numpy() for key, value in optimiser.state.get(weight, {}).items()}
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    write_atomic(path, buffer.getvalue())


def _resumed(torch: Any, path: Path | None, module: Any, optimisers: Sequence[Any]) -> int:
    """Put back what a checkpoint holds; the number of steps that are done."""
    if path is None or not path.is_file():
        return 0
    with np.load(path) as kept:
        arrays = {name: torch.from_numpy(np.array(kept[name])) for name in kept.files}
    steps = int(arrays.pop("step"))
    with torch.no_grad():
        for name, weight in module.named_parameters():
            weight.copy_(arrays.pop(f"{name}:weight"))
            memory = {key.rpartition(":")[2]: value for key, value in arrays.items() if key.startswith(f"{name}:")}
            mine = next(o for o in optimisers if any(weight is one for one in o.param_groups[0]["params"]))
            mine.state[weight] = {key: v if key == "step" else v.to(weight.device) for key, v in memory.items()}
    return steps

"""Training a chemical language model: torch and onnx, extra `deep`. Sampling needs neither."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pharmakon.core.files import write_atomic
from pharmakon.core.lazy import require
from pharmakon.core.random import stream
from pharmakon.design.corpus import Corpus
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
    rate: float = 1.5e-3
    warm: float = 0.03
    """Share of the steps in which the rate rises; then it falls as a cosine."""
    decay: float = 0.1
    clip: float = 1.0
    seed: int = 0
    every: float = 600.0
    """Seconds between two checkpoints."""


def train_language_model(
    corpus: Corpus,
    tokens: Tokens,
    *,
    recipe: LanguageRecipe | None = None,
    checkpoint: Path | None = None,
    threads: int = 2,
    progress: Callable[[str], None] = lambda note: None,
) -> LanguageModel:
    """A model of a corpus. With a `checkpoint` file, a training that was killed goes on where that was written.

    Raises MissingExtra without torch or onnx.
    """
    torch = require("torch", extra="deep", needed_for="training a language model")
    require("onnx", extra="deep", needed_for="keeping a language model")
    from .language_export import exported
    from .transformer import Transformer

    recipe = recipe or LanguageRecipe()
    torch.manual_seed(recipe.seed)
    torch.set_num_threads(threads)
    module = Transformer(
        len(tokens), width=recipe.width, depth=recipe.depth, heads=recipe.heads, context=recipe.context
    )
    matrices = [weight for weight in module.parameters() if weight.dim() == 2]
    vectors = [weight for weight in module.parameters() if weight.dim() < 2]
    groups = [{"params": matrices, "weight_decay": recipe.decay}, {"params": vectors, "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=recipe.rate, betas=(0.9, 0.95))
    per_epoch = -(-len(corpus) // recipe.batch)
    steps = per_epoch * recipe.epochs
    done = _resumed(torch, checkpoint, module, optimiser)
    module.train()
    losses: list[float] = []
    saved = time.monotonic()
    for epoch in range(done // per_epoch, recipe.epochs):
        batches = corpus.batches(recipe.batch, random=stream(recipe.seed, "epoch", epoch))
        for step, lines in enumerate(batches, epoch * per_epoch):
            if step < done:
                continue
            for group in optimiser.param_groups:
                group["lr"] = recipe.rate * _share(step / steps, recipe.warm)
            line = torch.from_numpy(lines)
            with torch.autocast("cpu", torch.bfloat16):
                logits = module(line[:, :-1])
            loss = torch.nn.functional.cross_entropy(
                logits.float().flatten(0, 1), line[:, 1:].flatten(), ignore_index=PAD
            )
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(module.parameters(), recipe.clip)
            optimiser.step()
            losses.append(loss.item())
            if len(losses) == 100 or step + 1 == steps:
                progress(f"step {step + 1:,} of {steps:,}: loss {np.mean(losses):.4f}")
                losses.clear()
            if checkpoint and time.monotonic() - saved > recipe.every:
                _keep(checkpoint, module, optimiser, step + 1)
                saved = time.monotonic()
    module.eval()
    return LanguageModel(exported(module), tokens, context=recipe.context)


def _share(done: float, warm: float) -> float:
    """Of the highest rate: up in a line, down along a cosine to a fiftieth."""
    if done < warm:
        return (done + 1e-6) / warm
    return 0.02 + 0.98 * (1 + math.cos(math.pi * (done - warm) / (1 - warm))) / 2


def _keep(path: Path, module: Any, optimiser: Any, step: int) -> None:
    """Weights, and what the optimiser remembers of each, as plain arrays."""
    import io

    arrays = {"step": np.array(step)}
    for name, weight in module.named_parameters():
        arrays[f"weight.{name}"] = weight.detach().numpy()
        for key, value in optimiser.state[weight].items():
            arrays[f"{key}.{name}"] = value.numpy()
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    write_atomic(path, buffer.getvalue())


def _resumed(torch: Any, path: Path | None, module: Any, optimiser: Any) -> int:
    """Put back what a checkpoint holds; the number of steps that are done."""
    if path is None or not path.is_file():
        return 0
    with np.load(path) as arrays, torch.no_grad():
        for name, weight in module.named_parameters():
            weight.copy_(torch.from_numpy(arrays[f"weight.{name}"]))
            optimiser.state[weight] = {
                key: torch.from_numpy(np.array(arrays[f"{key}.{name}"])) for key in ("step", "exp_avg", "exp_avg_sq")
            }
        return int(arrays["step"])

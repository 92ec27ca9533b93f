"""SMILES-LSTM hill climbing: the language-model search that others are measured against. Torch, extra `deep`.

Segler et al., ACS Cent. Sci. 2018; as a benchmark: Brown et al., GuacaMol, 2019. A recurrent network learns a
collection of molecules; then, round by round, it writes molecules and is trained on the best of all that it wrote.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from pharmakon.core.lazy import require
from pharmakon.core.random import stream
from pharmakon.core.types import Progress, silent
from pharmakon.design.tokens import END, PAD, START, Ids, Tokens

Fitness = Callable[[Sequence[str]], Sequence[float]]
Arrays = Mapping[str, NDArray[Any]]
MERGES = "merges"


@dataclass(frozen=True, slots=True, kw_only=True)
class HillClimbing:
    """Settings of the network and of the climb. GuacaMol's network is larger (1,024 wide, 3 deep)."""

    width: int = 384
    depth: int = 2
    merges: int = 400
    batch: int = 256
    steps: int = 600
    """Batches of the collection that are learnt from before the climb."""
    rate: float = 4e-3
    longest: int = 60
    """Tokens of a molecule at most."""
    samples: int = 256
    """Molecules written in a round."""
    keep: int = 512
    """Best molecules the network is trained on after each round."""
    climbing_rate: float = 1e-3
    climbing_batch: int = 64
    climbing_epochs: int = 2
    rounds: int = 400
    """At most: a network that has narrowed down writes little that is new, and would climb for ever. 102,400 texts."""
    seed: int = 0


def train(smiles: Sequence[str], recipe: HillClimbing, *, progress: Progress = silent) -> dict[str, NDArray[Any]]:
    """The weights of a network that writes molecules like these, and its tokens' merges. Raises MissingExtra."""
    torch = _torch()
    tokens = Tokens.learn(smiles[:20_000], recipe.merges)
    lines = tokens.encode(smiles)
    network = _network(torch, len(tokens), recipe)
    optimiser = torch.optim.Adam(network.parameters(), lr=recipe.rate)
    random = stream(recipe.seed, "lstm")
    total = 0.0
    for step in range(recipe.steps):
        done = step / recipe.steps
        optimiser.param_groups[0]["lr"] = recipe.rate * min(1.0, 20 * done + 0.05) * (1 + math.cos(math.pi * done)) / 2
        some = [lines[int(i)] for i in random.integers(len(lines), size=recipe.batch)]
        total += _step(torch, network, optimiser, some, recipe)
        if (step + 1) % 20 == 0 or step + 1 == recipe.steps:
            progress(step + 1, recipe.steps, f"loss {total / (step % 20 + 1):.3f}")
            total = 0.0
    weights = {name: array.numpy().copy() for name, array in network.state_dict().items()}
    return weights | {MERGES: tokens.to_array()}


def climb(weights: Arrays, fitness: Fitness, recipe: HillClimbing, *, seed: int = 0) -> None:
    """Write, keep the best, learn from them, for `rounds` at most: `fitness` may end the climb by raising.

    It is asked again about the best of earlier rounds, since a diversity filter may have changed its mind.
    """
    torch = _torch()
    tokens = Tokens.from_array(weights[MERGES])
    network = _network(torch, len(tokens), recipe)
    network.load_state_dict({name: torch.from_numpy(np.array(w)) for name, w in weights.items() if name != MERGES})
    optimiser = torch.optim.Adam(network.parameters(), lr=recipe.climbing_rate)
    best: list[str] = []
    for round_ in range(recipe.rounds):
        random = stream(seed, "climb", round_)
        everybody = list(dict.fromkeys([*best, *write(network, tokens, recipe.samples, recipe, random=random)]))
        scores = np.asarray(fitness(everybody), float)
        order = np.argsort(-scores, kind="stable")[: recipe.keep]
        best = [everybody[i] for i in order if scores[i] > 0]
        lines = [line for line in tokens.encode(best) if len(line) < recipe.longest]
        for _ in range(recipe.climbing_epochs):
            shuffled = random.permutation(len(lines))
            for begin in range(0, len(lines), recipe.climbing_batch):
                some = [lines[int(i)] for i in shuffled[begin : begin + recipe.climbing_batch]]
                _step(torch, network, optimiser, some, recipe)


def write(network: Any, tokens: Tokens, n: int, recipe: HillClimbing, *, random: Generator) -> list[str]:
    """`n` texts drawn from the network, token by token; not all are molecules."""
    torch = _torch()
    with torch.no_grad():
        last, state = torch.full((n, 1), START), None
        written = np.full((n, recipe.longest), END, np.int64)
        ended = np.zeros(n, bool)
        for place in range(recipe.longest):
            hidden, state = network["lstm"](network["embedding"](last), state)
            chances = torch.softmax(network["head"](hidden[:, -1]).double(), dim=1).numpy()
            chances[:, [PAD, START]] = 0
            limits = np.cumsum(chances, axis=1)
            drawn = (limits < random.random(n)[:, None] * limits[:, -1:]).sum(axis=1)
            written[~ended, place] = drawn[~ended]
            ended |= drawn == END
            if ended.all():
                break
            last = torch.from_numpy(drawn[:, None])
    return [tokens.decode(line.tolist()) for line, whole in zip(written, ended, strict=True) if whole]


def _torch() -> Any:
    return require("torch", extra="deep", needed_for="the LSTM that others are measured against")


def _network(torch: Any, size: int, recipe: HillClimbing) -> Any:
    torch.manual_seed(recipe.seed)
    torch.set_num_threads(1)
    return torch.nn.ModuleDict(
        {
            "embedding": torch.nn.Embedding(size, recipe.width),
            "lstm": torch.nn.LSTM(recipe.width, recipe.width, recipe.depth, batch_first=True),
            "head": torch.nn.Linear(recipe.width, size),
        }
    )


def _step(torch: Any, network: Any, optimiser: Any, lines: Sequence[Ids], recipe: HillClimbing) -> float:
    """Learn one batch; its loss per token."""
    longest = min(max(map(len, lines)) + 2, recipe.longest)
    batch = np.full((len(lines), longest), PAD, np.int64)
    for row, line in zip(batch, lines, strict=True):
        whole = np.concatenate([[START], line, [END]])[:longest]
        row[: len(whole)] = whole
    tokens = torch.from_numpy(batch)
    with torch.autocast("cpu", torch.bfloat16):
        logits = network["head"](network["lstm"](network["embedding"](tokens[:, :-1]))[0])
    loss = torch.nn.functional.cross_entropy(logits.float().flatten(0, 1), tokens[:, 1:].flatten(), ignore_index=PAD)
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimiser.step()
    return float(loss.item())

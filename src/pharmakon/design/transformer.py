"""A causal transformer over tokens, in torch: what is trained. Sampling needs none of it (design.language).

GPT-2's blocks (Radford et al. 2019) with two changes that make sampling cheap: all heads share one key and one value
(multi-query attention, Shazeer, arXiv 1911.02150), and the feed-forward half has squared ReLU (So et al., arXiv
2109.08668). Only language_training.py and language_export.py import this file, once torch is known to be there.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from pharmakon.design.grammar import SIZE

EMBEDDINGS = ("token", "place", "state")
"""How the names of the weights begin that stand at the entrance: they are added up, and not trained as matrices are."""


class Block(nn.Module):
    """Attention to what came before, then a feed-forward half; both added to what came in."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads, self.size = heads, width // heads
        self.before, self.between = nn.LayerNorm(width), nn.LayerNorm(width)
        self.ask = nn.Linear(width, width)
        self.tell = nn.Linear(width, 2 * self.size)
        self.join = nn.Linear(width, width)
        self.widen, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: Tensor, later: Tensor) -> Tensor:
        """x and the result have shape (molecules, length, width); `later` is -inf where a place would look ahead."""
        n, length, width = x.shape
        seen = self.before(x)
        # All heads share a key, so their questions are just more rows; torch's own attention takes twice as long here.
        query = self.ask(seen).view(n, length * self.heads, self.size)
        key, value = self.tell(seen).chunk(2, dim=-1)
        score = (query @ key.mT * self.size**-0.5).view(n, length, self.heads, length) + later
        heard = score.softmax(dim=-1).view(n, length * self.heads, length) @ value
        x = x + self.join(heard.view(n, length, width))
        out: Tensor = x + self.narrow(functional.relu(self.widen(self.between(x))).square())
        return out


class Transformer(nn.Module):
    """Logits of the next token at each place of a line of tokens."""

    def __init__(self, vocabulary: int, *, width: int, depth: int, heads: int, context: int) -> None:
        super().__init__()
        self.context = context
        self.token, self.place = nn.Embedding(vocabulary, width), nn.Embedding(context, width)
        self.state = nn.Linear(SIZE, width, bias=False)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(depth))
        self.last = nn.LayerNorm(width)
        for name, weight in self.named_parameters():
            if name.endswith(("join.weight", "narrow.weight", "bias")):
                nn.init.zeros_(weight)  # a block begins by changing nothing
            elif weight.dim() == 2:
                nn.init.normal_(weight, std=0.1 if name.startswith(EMBEDDINGS) else weight.shape[1] ** -0.5)

    def forward(self, ids: Tensor, states: Tensor) -> Tensor:
        """(molecules, length) ids to (molecules, length, vocabulary) logits; the embedding is its own inverse.

        `states`, (molecules, length, grammar.SIZE), says what the text owes after each token.
        """
        x = self.token(ids) + self.place.weight[: ids.shape[1]] + self.state(states)
        later = torch.triu(torch.full((ids.shape[1],) * 2, -torch.inf, device=ids.device), 1)[:, None]
        for block in self.blocks:
            x = block(x, later)
        logits: Tensor = self.last(x) @ self.token.weight.T
        return logits

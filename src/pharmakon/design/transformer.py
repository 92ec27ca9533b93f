"""A causal transformer over tokens, in torch: what is trained. Sampling needs none of it (design.language).

GPT-2's blocks (Radford et al. 2019) with two changes that make sampling cheap: all heads share one key and one value
(multi-query attention, Shazeer, arXiv 1911.02150), and the feed-forward half has squared ReLU (So et al., arXiv
2109.08668). Only language_training.py and language_export.py import this file, once torch is known to be there.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional


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

    def forward(self, x: Tensor) -> Tensor:
        """x and the result have shape (molecules, length, width)."""
        n, length, width = x.shape
        seen = self.before(x)
        query = self.ask(seen).view(n, length, self.heads, self.size).transpose(1, 2)
        key, value = (part.unsqueeze(1).expand(-1, self.heads, -1, -1) for part in self.tell(seen).chunk(2, dim=-1))
        heard = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self.join(heard.transpose(1, 2).reshape(n, length, width))
        out: Tensor = x + self.narrow(functional.relu(self.widen(self.between(x))).square())
        return out


class Transformer(nn.Module):
    """Logits of the next token at each place of a line of tokens."""

    def __init__(self, vocabulary: int, *, width: int, depth: int, heads: int, context: int) -> None:
        super().__init__()
        self.context = context
        self.token, self.place = nn.Embedding(vocabulary, width), nn.Embedding(context, width)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(depth))
        self.last = nn.LayerNorm(width)
        for name, weight in self.named_parameters():
            if name.endswith(("join.weight", "narrow.weight", "bias")):
                nn.init.zeros_(weight)  # a block begins by changing nothing
            elif weight.dim() == 2:
                nn.init.normal_(weight, std=0.1 if name.startswith(("token", "place")) else weight.shape[1] ** -0.5)

    def forward(self, ids: Tensor) -> Tensor:
        """(molecules, length) ids to (molecules, length, vocabulary) logits; the embedding is its own inverse."""
        x = self.token(ids) + self.place.weight[: ids.shape[1]]
        for block in self.blocks:
            x = block(x)
        logits: Tensor = self.last(x) @ self.token.weight.T
        return logits

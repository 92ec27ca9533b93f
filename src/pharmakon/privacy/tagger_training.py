"""Train a tagger: AdaGrad on the likelihood of the chain, then few and small whole numbers.

Duchi, Hazan, Singer: Adaptive subgradient methods (JMLR 2011). Weights are averaged over the last epochs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.random import stream
from pharmakon.core.types import Progress, silent

from .tagger import Tagger
from .tagger_chain import Chain, marginals, tags_of
from .tagger_features import features
from .tagger_tokens import Tokens, tokenise

Labelled = tuple[str, Sequence[tuple[int, int, str]]]
"""A text and its spans (start, end, label) in characters."""

SETTLED = 1e-3
"""A token whose tags' probabilities are all this near to the truth is not learnt from, but in the last epochs."""


@dataclass(frozen=True, slots=True)
class TrainingRecipe:
    """How a tagger is trained.

    `epochs` over the lines in batches of about `batch` tokens, weights averaged over the last `averaged`; AdaGrad's
    `rate`, the pull `sparse` of every weight to 0 (L1), features that occur `fewest` times or more, a share `drop` of
    them left out at each step so that no feature is relied on alone, and the number of weights to `keep` at most.
    `caution` is what every token must score more to be left outside: more is found, and more is found in vain.
    """

    epochs: int = 4
    averaged: int = 2
    batch: int = 6_000
    rate: float = 0.15
    sparse: float = 0.01
    fewest: int = 3
    keep: int = 700_000
    drop: float = 0.2
    caution: float = 1.0


@dataclass(frozen=True)
class _Line:
    columns: NDArray[np.int32]
    tags: NDArray[np.intp]


def train_tagger(
    texts: Sequence[Labelled],
    *,
    recipe: TrainingRecipe | None = None,
    random_state: int = 0,
    progress: Progress = silent,
) -> Tagger:
    """A tagger of the labels that occur in `texts`. Same texts and seed, same weights."""
    recipe = recipe or TrainingRecipe()
    labels = tuple(sorted({label for _, spans in texts for _, _, label in spans}))
    kinds = len(labels)
    known, lines = _prepared(texts, labels, recipe)
    width = 1 + 4 * kinds
    W = np.zeros((len(known) + 1, width), np.float32)  # the last row is of features that are not kept, and stays 0
    seen = np.full_like(W, 1e-6)
    chain, chain_seen = Chain.blank(kinds), Chain.blank(kinds)
    total, total_chain, times = np.zeros_like(W), Chain.blank(kinds), 0
    for epoch in range(recipe.epochs):
        loss = 0.0
        batches = _batches(lines, recipe, random_state, epoch)
        random = stream(random_state, "tagger", "drop", epoch)
        last = epoch >= recipe.epochs - recipe.averaged
        for batch in batches:
            loss += _step(
                batch, W, seen, chain, chain_seen, recipe=recipe, random=random, settled=0.0 if last else SETTLED
            )
        progress(epoch + 1, recipe.epochs, f"loss {loss:,.0f}")
        if last:
            total += W
            total_chain.closed[:] += chain.closed
            total_chain.inside[:] += chain.inside
            times += 1
    share = np.float32(1 / times)
    mean = Chain(total_chain.closed * share, total_chain.inside * share)
    return Tagger.packed(labels, known, total[:-1] * share, mean, keep=recipe.keep, caution=recipe.caution)


def token_spans(
    tokens: Tokens, spans: Sequence[tuple[int, int, str]], labels: Sequence[str]
) -> list[tuple[int, int, int]]:
    """Character spans as token spans (first, last + 1, label's number), widened to whole tokens, without overlaps."""
    starts, ends = np.array(tokens.starts), np.array(tokens.ends)
    found: list[tuple[int, int, int]] = []
    for start, end, label in sorted(spans):
        first, last = int(np.searchsorted(ends, start, side="right")), int(np.searchsorted(starts, end))
        if first < last and (not found or found[-1][1] <= first):
            found.append((first, last, labels.index(label)))
    return found


def _prepared(
    texts: Sequence[Labelled], labels: Sequence[str], recipe: TrainingRecipe
) -> tuple[NDArray[np.uint32], list[_Line]]:
    """The features that are kept (sorted hashes), and every line with its features as their places and its tags."""
    tables, whole = [], []
    for text, spans in texts:
        tokens = tokenise(text)
        table = features(tokens)
        tables.append(table)
        cut = token_spans(tokens, spans, labels)
        tags = np.zeros(len(tokens), np.intp)
        segments = []
        for begin, end in tokens.segments:
            inside = [(max(a, begin) - begin, min(b, end) - begin, k) for a, b, k in cut if a < end and b > begin]
            tags[begin:end] = tags_of(inside, end - begin, len(labels))
            segments.append((begin, end))
        whole.append((tags, segments))
    hashes = np.concatenate([t.ravel() for t in tables if t.size])
    values, counts = np.unique(hashes, return_counts=True)
    known = values[counts >= recipe.fewest]
    lines = []
    for table, (tags, segments) in zip(tables, whole, strict=True):
        if not table.size:
            continue
        columns = places(known, table)
        lines += [_Line(columns[begin:end], tags[begin:end]) for begin, end in segments]
    return known, lines


def places(known: NDArray[np.uint32], hashes: NDArray[np.uint32]) -> NDArray[np.int32]:
    """Where each hash stands in the sorted `known`; their number where it does not."""
    at = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
    return np.where(known[at] == hashes, at, len(known)).astype(np.int32)


def _batches(lines: list[_Line], recipe: TrainingRecipe, seed: int, epoch: int) -> list[list[_Line]]:
    """Lines in random order, about `batch` tokens at a time, the longest of each first."""
    order = stream(seed, "tagger", epoch).permutation(len(lines))
    batches: list[list[_Line]] = [[]]
    size = 0
    for i in order.tolist():
        if size > recipe.batch:
            batches.append([])
            size = 0
        batches[-1].append(lines[i])
        size += len(lines[i].tags)
    return [sorted(batch, key=lambda line: -len(line.tags)) for batch in batches]


def _step(
    batch: list[_Line],
    W: NDArray[np.float32],
    seen: NDArray[np.float32],
    chain: Chain,
    chain_seen: Chain,
    *,
    recipe: TrainingRecipe,
    random: np.random.Generator,
    settled: float,
) -> float:
    """One step of AdaGrad on a batch; its negative log-likelihood."""
    from scipy.sparse import csr_array

    lengths = np.array([len(line.tags) for line in batch])
    columns = np.concatenate([line.columns for line in batch])
    tags = np.concatenate([line.tags for line in batch])
    n, templates = columns.shape
    present = _kept(columns.shape, recipe.drop, random)
    ends = np.arange(n + 1) * templates
    scores = csr_array((present.ravel(), columns.ravel(), ends), shape=(n, len(W))) @ W
    row = np.concatenate([np.arange(k) for k in lengths])
    line = np.repeat(np.arange(len(lengths)), lengths)
    padded = np.zeros((lengths[0], len(lengths), W.shape[1]), np.float32)
    padded[row, line] = scores
    P, uses, inner, log_z = marginals(chain, padded, lengths)
    error = P[row, line]
    error[np.arange(n), tags] -= 1
    gold = scores[np.arange(n), tags].sum()
    true_uses, true_inner = _transitions(tags, row, chain.kinds)
    gold += (true_uses * chain.closed).sum() + (true_inner * chain.inside).sum()
    # Most tokens are soon as good as certain, and worth their features only when weights are to be drawn to 0.
    open_ = np.flatnonzero(np.abs(error).max(axis=1) > settled)
    used, place = np.unique(columns[open_], return_inverse=True)
    X = csr_array((present[open_].ravel(), place.ravel(), ends[: len(open_) + 1]), shape=(len(open_), len(used)))
    gradient = X.T @ error[open_]
    sums = seen[used] + gradient**2
    seen[used] = sums
    rate = recipe.rate / np.sqrt(sums)
    own = W[used] - rate * gradient
    W[used] = np.sign(own) * np.maximum(np.abs(own) - rate * recipe.sparse, 0)
    W[-1] = 0
    for weights, sums, g in (
        (chain.closed, chain_seen.closed, uses - true_uses),
        (chain.inside, chain_seen.inside, inner - true_inner),
    ):
        sums += g**2
        weights -= recipe.rate * g / np.sqrt(sums + 1e-6)
    return float(log_z.sum() - gold)


def _kept(shape: tuple[int, ...], drop: float, random: np.random.Generator) -> NDArray[np.float32]:
    """0 for what is left out, and for the rest what makes up for it."""
    return (random.random(shape, np.float32) >= drop).astype(np.float32) / np.float32(1 - drop)


def _transitions(
    tags: NDArray[np.intp], row: NDArray[np.intp], m: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """How often the true tags use each transition."""
    uses, inner = np.zeros((1 + 2 * m, 1 + 2 * m), np.float32), np.zeros((4, m), np.float32)
    follows = np.flatnonzero(row > 0)
    before, now = tags[follows - 1], tags[follows]
    opens = now < 1 + 2 * m
    closed = before[opens]
    np.add.at(uses, (np.where(closed > m, closed - 2 * m, closed), now[opens]), 1)
    before, now = before[~opens] - 1, now[~opens] - 1
    np.add.at(inner, (2 * (before // m == 2) + (now // m == 3), now % m), 1)
    return uses, inner

"""A linear chain over tags that begin, continue, end or are a span: its likelihood, gradient and best path.

Lafferty, McCallum, Pereira: Conditional random fields (ICML 2001), with the BILOU tags of Ratinov and Roth: Design
challenges and misconceptions in named entity recognition (CoNLL 2009). Of m kinds, tag 0 is outside, 1..m the tokens
that are a span by themselves (U), then m each that begin (B), continue (I) and end (L) one. Only tags that make whole
spans may follow each other, so most of the transition matrix is not there: what is closed (O, U, L) may be followed
by what opens (O, U, B), and B or I of a kind by I or L of the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]
_LEAST = np.float32(1e-30)


@dataclass(frozen=True)
class Chain:
    """Transition scores for m kinds: `closed` (1+2m, 1+2m) from O, U, L to O, U, B; `inside` (4, m) BI, BL, II, IL."""

    closed: Scores
    inside: Scores

    @property
    def kinds(self) -> int:
        """The number of kinds m."""
        return int(self.inside.shape[1])

    @classmethod
    def blank(cls, kinds: int) -> Chain:
        """All transitions that are allowed score 0."""
        return cls(np.zeros((1 + 2 * kinds, 1 + 2 * kinds), np.float32), np.zeros((4, kinds), np.float32))


def tags_of(spans: list[tuple[int, int, int]], length: int, kinds: int) -> NDArray[np.intp]:
    """Tags (length,) of spans (first token, last token + 1, kind) that do not overlap."""
    tags = np.zeros(length, np.intp)
    for first, end, kind in spans:
        if end - first == 1:
            tags[first] = 1 + kind
        else:
            tags[first], tags[first + 1 : end - 1], tags[end - 1] = (
                1 + kinds + kind,
                1 + 2 * kinds + kind,
                1 + 3 * kinds + kind,
            )
    return tags


def spans_of(tags: NDArray[np.intp], kinds: int) -> list[tuple[int, int, int]]:
    """The inverse of `tags_of`, for tags that are whole."""
    found, first = [], 0
    for i, tag in enumerate(tags.tolist()):
        part, kind = divmod(tag - 1, kinds)
        if tag == 0 or part == 2:
            continue
        if part == 1:
            first = i
        else:
            found.append((i if part == 0 else first, i + 1, kind))
    return found


def _sides(m: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The tags that are closed (O, U, L) and those that open (O, U, B)."""
    return np.r_[0 : 1 + m, 1 + 3 * m : 1 + 4 * m], np.arange(1 + 2 * m)


def best_paths(chain: Chain, scores: Scores, lengths: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """The tags of each line with the highest total (Viterbi), many lines at once.

    `scores` (longest, lines, 1 + 4m) with the lines ordered from the longest.
    """
    m = chain.kinds
    closed, _ = _sides(m)
    longest, lines, width = scores.shape
    come = np.zeros((longest, lines, width), np.int16)
    b, i, end = 1 + m, 1 + 2 * m, 1 + 3 * m
    now = scores[0].copy()
    now[:, i:] = -np.inf
    rows = np.arange(m)
    for t in range(1, longest):
        k = int((lengths > t).sum())
        before = now[:k]
        over = before[:, closed, None] + chain.closed
        who = over.argmax(axis=1)
        come[t, :k, :i] = closed[who]
        new = np.empty_like(before)
        new[:, :i] = np.take_along_axis(over, who[:, None, :], axis=1)[:, 0]
        for to, (from_b, from_i) in ((i, (0, 2)), (end, (1, 3))):
            begun, going = before[:, b:i] + chain.inside[from_b], before[:, i:end] + chain.inside[from_i]
            later = going > begun
            new[:, to : to + m] = np.where(later, going, begun)
            come[t, :k, to : to + m] = rows + np.where(later, i, b)
        now[:k] = new + scores[t, :k]
    now[:, b:end] = -np.inf
    paths = []
    for line, length in enumerate(lengths.tolist()):
        tags = np.empty(length, np.intp)
        tags[-1] = now[line].argmax()
        for t in range(length - 1, 0, -1):
            tags[t - 1] = come[t, line, tags[t]]
        paths.append(tags)
    return paths


def marginals(
    chain: Chain, scores: Scores, lengths: NDArray[np.intp]
) -> tuple[Scores, Scores, Scores, NDArray[np.float32]]:
    """Forward and backward over many lines at once.

    `scores` (longest, lines, 1 + 4m) with the lines ordered from the longest; returns the probabilities of the tags
    (same shape, 0 beyond a line's end), the expected uses of `closed` and of `inside`, and the logarithm of each line's
    partition function (lines,).
    """
    m = chain.kinds
    closed, _ = _sides(m)
    n_open = 1 + 2 * m
    b, i, end = 1 + m, 1 + 2 * m, 1 + 3 * m
    longest, lines, _ = scores.shape
    top = scores.max(axis=2)
    E = np.exp(scores - top[:, :, None])
    A, c = np.exp(chain.closed), np.exp(chain.inside)
    alpha = np.zeros_like(E)
    scale = np.ones((longest, lines), np.float32)
    active = [int((lengths > t).sum()) for t in range(longest)]
    for t in range(longest):
        k = active[t]
        if t == 0:
            alpha[0, :, :i] = E[0, :, :i]
        else:
            before = alpha[t - 1, :k]
            alpha[t, :k, :n_open] = before[:, closed] @ A
            alpha[t, :k, i:end] = before[:, b:i] * c[0] + before[:, i:end] * c[2]
            alpha[t, :k, end:] = before[:, b:i] * c[1] + before[:, i:end] * c[3]
            alpha[t, :k] *= E[t, :k]
        scale[t, :k] = np.maximum(alpha[t, :k].sum(axis=1), _LEAST)
        alpha[t, :k] /= scale[t, :k, None]
    beta = np.zeros_like(E)
    log_z = np.zeros(lines, np.float32)
    uses, inner = np.zeros_like(A), np.zeros_like(c)
    for t in range(longest - 1, -1, -1):
        k = active[t]
        ending = active[t + 1] if t + 1 < longest else 0
        finish = np.zeros((k - ending, 1 + 4 * m), np.float32)
        finish[:, closed] = 1
        beta[t, ending:k] = finish
        if ending:
            ahead = beta[t + 1, :ending] * E[t + 1, :ending] / scale[t + 1, :ending, None]
            opens, going, ends = ahead[:, :n_open], ahead[:, i:end], ahead[:, end:]
            beta[t][:ending, closed] = opens @ A.T
            beta[t, :ending, b:i] = going * c[0] + ends * c[1]
            beta[t, :ending, i:end] = going * c[2] + ends * c[3]
            z = np.maximum((alpha[t, :ending] * beta[t, :ending]).sum(axis=1), _LEAST)
            here = alpha[t, :ending] / z[:, None]
            uses += here[:, closed].T @ opens
            for row, (x, y) in enumerate(((here[:, b:i], going), (here[:, b:i], ends))):
                inner[row] += (x * y).sum(axis=0)
            for row, y in ((2, going), (3, ends)):
                inner[row] += (here[:, i:end] * y).sum(axis=0)
    total = np.maximum((alpha * beta).sum(axis=2), _LEAST)
    inside_line = np.arange(longest)[:, None] < lengths
    last = total[lengths - 1, np.arange(lines)]
    log_z = (np.where(inside_line, np.log(scale) + top, 0).sum(axis=0) + np.log(last)).astype(np.float32)
    P = alpha * beta / total[:, :, None] * inside_line[:, :, None]
    return P, uses * A, inner * c, log_z

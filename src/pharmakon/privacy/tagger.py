"""The shipped tagger of free text: a model folder of numbers, and from a text to labelled spans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import ModelError, UnknownName
from pharmakon.store.models import load_folder, save_folder

from .tagger_chain import Chain, best_paths, spans_of
from .tagger_features import features
from .tagger_tokens import tokenise

LEVELS = 127


class Label(NamedTuple):
    """A span of characters [start, end) and the tagger's own name for what it is."""

    start: int
    end: int
    label: str


@dataclass(frozen=True)
class Tagger:
    """Weights of features, as whole numbers in units of `unit`.

    `known` (n,) are sorted hashes; feature i has the entries `begins[i]:begins[i + 1]` of `tags` and `weights`.
    `caution` is taken from the score of what is outside every span.
    """

    labels: tuple[str, ...]
    known: NDArray[np.uint32]
    begins: NDArray[np.uint32]
    tags: NDArray[np.uint8]
    weights: NDArray[np.int8]
    unit: float
    chain: Chain
    caution: float = 0.0

    @classmethod
    def packed(
        cls,
        labels: Sequence[str],
        known: NDArray[np.uint32],
        W: NDArray[np.float32],
        chain: Chain,
        *,
        keep: int,
        caution: float = 0.0,
    ) -> Self:
        """From dense weights (n_features, 1 + 4 kinds): the `keep` largest of them, in 127 steps."""
        size = np.abs(W)
        least = 0.0 if W.size <= keep else float(np.partition(size.ravel(), -keep)[-keep])
        # Few weights are very large: the steps end at a size that one in 10,000 of the kept exceeds.
        unit = float(np.quantile(size[size > least], 0.9999)) / LEVELS if (size > least).any() else 1.0
        whole = np.clip(np.rint(W / unit), -LEVELS, LEVELS).astype(np.int8)
        whole[size <= least] = 0
        rows, tags = np.nonzero(whole)
        used, counts = np.unique(rows, return_counts=True)
        begins = np.concatenate([[0], np.cumsum(counts)]).astype(np.uint32)
        weights = whole[rows, tags]
        return cls(tuple(labels), known[used], begins, tags.astype(np.uint8), weights, unit, chain, caution)

    def scores(self, hashes: NDArray[np.uint32]) -> NDArray[np.float32]:
        """Scores (n_tokens, 1 + 4 kinds) of feature hashes (n_tokens, n_templates)."""
        from scipy.sparse import csr_array

        n = len(hashes)
        at = np.minimum(np.searchsorted(self.known, hashes), len(self.known) - 1)
        hit = self.known[at] == hashes
        begins = np.concatenate([[0], np.cumsum(hit.sum(axis=1))])
        X = csr_array((np.ones(int(begins[-1]), np.float32), at[hit], begins), shape=(n, len(self.known)))
        return np.asarray(X @ self._matrix, np.float32) * np.float32(self.unit)

    @cached_property
    def _matrix(self) -> NDArray[np.float32]:
        """The weights (n_features, 1 + 4 kinds) with their zeros: some 40 MB, and ten times as fast as without."""
        dense = np.zeros((len(self.known), 1 + 4 * len(self.labels)), np.float32)
        rows = np.repeat(np.arange(len(self.known)), np.diff(self.begins))
        dense[rows, self.tags] = self.weights
        return dense

    def tag(self, text: str) -> list[Label]:
        """The spans of a text, in order; they do not overlap."""
        tokens = tokenise(text)
        if not len(tokens):
            return []
        scores = self.scores(features(tokens))
        scores[:, 0] -= self.caution
        segments = sorted(tokens.segments, key=lambda segment: segment[0] - segment[1])
        lengths = np.array([end - begin for begin, end in segments])
        padded = np.zeros((lengths[0], len(lengths), scores.shape[1]), np.float32)
        for line, (begin, end) in enumerate(segments):
            padded[: end - begin, line] = scores[begin:end]
        found = []
        for (begin, _), tags in zip(segments, best_paths(self.chain, padded, lengths), strict=True):
            for first, last, kind in spans_of(tags, len(self.labels)):
                found.append(Label(tokens.starts[begin + first], tokens.ends[begin + last - 1], self.labels[kind]))
        return sorted(found)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What a model folder holds of it: hashes as differences, low bytes apart from high ones, which pack better."""
        steps = np.diff(self.known, prepend=np.uint32(0))
        return {
            "steps": np.ascontiguousarray(steps.astype("<u4").view(np.uint8).reshape(-1, 4).T),
            "counts": np.diff(self.begins).astype(np.uint8),
            "tags": self.tags,
            "weights": self.weights,
            "unit": np.array(self.unit),
            "caution": np.array(self.caution),
            "closed": self.chain.closed.astype(np.float16),
            "inside": self.chain.inside.astype(np.float16),
        }

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[Any]], labels: Sequence[str]) -> Self:
        """The inverse. Raises ModelError where the arrays are not those of a tagger."""
        wanted = {"steps", "counts", "tags", "weights", "unit", "caution", "closed", "inside"}
        m = len(labels)
        shapes = {"inside": (4, m), "closed": (1 + 2 * m, 1 + 2 * m), "unit": (), "caution": ()}
        if (
            arrays.keys() != wanted
            or arrays["steps"].shape[:1] != (4,)
            or any(arrays[name].shape != shape for name, shape in shapes.items())
        ):
            raise ModelError("these are not the arrays of a tagger")
        begins = np.concatenate([[0], np.cumsum(arrays["counts"], dtype=np.uint32)]).astype(np.uint32)
        known = np.cumsum(np.ascontiguousarray(arrays["steps"].T).view("<u4").ravel(), dtype=np.uint32)
        sizes = {int(begins[-1]), len(arrays["weights"]), len(arrays["tags"])}
        if len(sizes) > 1 or len(known) != len(begins) - 1 or (arrays["tags"] > 4 * m).any():
            raise ModelError("the arrays of this tagger do not fit together")
        chain = Chain(arrays["closed"].astype(np.float32), arrays["inside"].astype(np.float32))
        unit, caution = float(arrays["unit"]), float(arrays["caution"])
        return cls(tuple(labels), known, begins, arrays["tags"], arrays["weights"], unit, chain, caution)


def save_taggers(folder: str | Path, taggers: Mapping[str, Tagger], *, card: Mapping[str, Any]) -> Path:
    """Write a model folder of one tagger a language."""
    labels = {language: list(tagger.labels) for language, tagger in taggers.items()}
    arrays = {language: tagger.arrays() for language, tagger in taggers.items()}
    save_folder(folder, card={**card, "labels": labels}, arrays=arrays, texts={})
    return Path(folder)


def load_tagger(folder: str | Path, language: str) -> Tagger:
    """Read one tagger.

    Raises ModelError where a file is missing, altered, or holds something else, UnknownName for a language that the
    folder has not.
    """
    stored = load_folder(folder)
    labels = stored.card.get("labels", {})
    if language not in labels:
        raise UnknownName("tagger", language, labels)
    return Tagger.of_arrays(stored.arrays(language), labels[language])


@cache
def shipped_tagger(language: str) -> Tagger:
    """The tagger of the package for "es" or "en"."""
    return load_tagger(Path(str(files("pharmakon").joinpath("models", "deidentify"))), language)

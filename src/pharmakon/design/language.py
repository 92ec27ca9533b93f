"""A chemical language model: writes SMILES token by token, and says how likely it finds a given molecule.

The transformer is kept as an ONNX graph of one step (language_export) and run by ONNX Runtime with the keys and values
of the tokens so far, so that a step costs the same at any length. No torch is needed.

It writes Kekulé texts (kekule), and is told what the text owes so far (grammar).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from pharmakon.chem.parse import canonical
from pharmakon.core.errors import ModelError, UsageError
from pharmakon.core.types import Floats
from pharmakon.design.grammar import Draft, Grammar, features
from pharmakon.design.kekule import kekulized, kekulized_start
from pharmakon.design.tokens import END, PAD, START, Tokens

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

BATCH = 256
"""Molecules written side by side."""
_DENSE = 0.75
"""Share of unfinished molecules below which the finished ones are taken out of the batch."""


class LanguageModel:
    """An ONNX graph of one step and the vocabulary it speaks; no molecule is longer than `context` tokens."""

    def __init__(self, onnx: bytes, tokens: Tokens, *, context: int, threads: int = 0) -> None:
        self.onnx, self.tokens, self.context, self.threads = onnx, tokens, context, threads

    def spelt(self, smiles: str) -> str:
        """The text that the model learnt to write for a molecule; of no molecule the same text."""
        return kekulized(canonical(smiles) or smiles)

    def sample(self, n: int, *, random: Generator, temperature: float = 1.0, prefix: str = "") -> list[str]:
        """`n` texts as they are written, not all of them molecules; each begins with `prefix`, as the model spells it.

        A temperature below 1 keeps to what is usual. The same generator gives the same texts on the same machine.
        """
        if temperature <= 0:
            raise UsageError(f"a temperature is above 0, not {temperature:g}")
        begun = kekulized_start(prefix)
        begin = [START, *(self.tokens.encode([begun])[0].tolist() if begun else [])]
        if len(begin) >= self.context:
            raise UsageError(f"{prefix[:40]!r} is as long as the longest molecule this model writes")
        sizes = [min(BATCH, n - start) for start in range(0, n, BATCH)]
        return [text for size in sizes for text in self._written(size, begin, random, temperature)]

    def _written(self, n: int, begin: Sequence[int], random: Generator, temperature: float) -> list[str]:
        lines = np.full((n, self.context + 1), END, np.int64)
        lines[:, : len(begin)] = begin
        rows, cache, drafts = np.arange(n), self._empty(n), [Draft() for _ in range(n)]
        for place in range(self.context):
            logits, cache = self._step(lines[rows, place], place, drafts, cache)
            if place + 1 < len(begin):
                continue
            logits[self._grammar.impossible(drafts)] = -np.inf
            lines[rows, place + 1] = _drawn(logits / temperature, random)
            going = lines[rows, place + 1] != END
            if not going.any():
                break
            if going.mean() < _DENSE:
                rows, cache = rows[going], {name: kept[going] for name, kept in cache.items()}
                drafts = [draft for draft, goes in zip(drafts, going, strict=True) if goes]
        return [self.tokens.decode(line[1:-1]) for line in lines.tolist()]

    def likelihoods(self, smiles: Sequence[str]) -> list[Floats]:
        """For each molecule the log-likelihood of its text's tokens, in order, and of its end; shape (tokens + 1,).

        Raises UsageError for one longer than the model's context.
        """
        return self.text_likelihoods([self.spelt(one) for one in smiles])

    def text_likelihoods(self, texts: Sequence[str]) -> list[Floats]:
        """The same for texts as they are, those of `sample` say."""
        encoded = self.tokens.encode(texts)
        if too_long := [s for s, ids in zip(texts, encoded, strict=True) if len(ids) >= self.context]:
            raise UsageError(f"{too_long[0][:60]!r} is longer than this model's {self.context} tokens")
        out: list[Floats] = []
        for start in range(0, len(encoded), BATCH):
            out += self._judged(encoded[start : start + BATCH])
        return out

    def _judged(self, encoded: Sequence[NDArray[np.int32]]) -> list[Floats]:
        lengths = np.array([len(ids) for ids in encoded])
        lines = np.full((len(encoded), int(lengths.max(initial=0)) + 2), PAD, np.int64)
        for line, ids in zip(lines, encoded, strict=True):
            line[: len(ids) + 2] = [START, *ids, END]
        found = np.zeros((len(encoded), lines.shape[1] - 1))
        cache, rows, drafts = self._empty(len(encoded)), np.arange(len(encoded)), [Draft() for _ in encoded]
        for place in range(lines.shape[1] - 1):
            logits, cache = self._step(lines[:, place], place, drafts, cache)
            logits = logits - logits.max(axis=1, keepdims=True)
            found[:, place] = logits[rows, lines[:, place + 1]] - np.log(np.exp(logits).sum(axis=1))
        return [row[: length + 1] for row, length in zip(found, lengths, strict=True)]

    def _step(
        self, ids: NDArray[np.int64], place: int, drafts: Sequence[Draft], cache: dict[str, NDArray[np.float32]]
    ) -> tuple[Floats, dict[str, NDArray[np.float32]]]:
        """Logits of the next token, without those that are none, and the cache with this one's keys and values.

        The token is added to the drafts.
        """
        for draft, one in zip(drafts, ids.tolist(), strict=True):
            draft.add(self.tokens.texts[one])
        given = {"ids": ids, "place": np.array([place]), "state": features(drafts), **cache}
        logits, *kept = self._session.run(None, {node.name: given[node.name] for node in self._session.get_inputs()})
        logits = logits.astype(np.float64)
        logits[:, [PAD, START]] = -np.inf
        return logits, dict(zip(cache, kept, strict=True))

    def _empty(self, n: int) -> dict[str, NDArray[np.float32]]:
        """Nothing seen yet, under the names of the graph's inputs."""
        return {
            node.name: np.zeros((n, 0, node.shape[2]), np.float32)
            for node in self._session.get_inputs()
            if node.name not in ("ids", "place", "state")
        }

    @cached_property
    def _grammar(self) -> Grammar:
        return Grammar(self.tokens)

    @cached_property
    def _session(self) -> InferenceSession:
        from onnxruntime import InferenceSession, SessionOptions

        options = SessionOptions()
        options.intra_op_num_threads = self.threads
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # a core that waits is another's
        options.log_severity_level = 3
        try:
            return InferenceSession(self.onnx, options, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise ModelError(f"the language model cannot be read: {error}") from error

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if key not in ("_session", "_grammar")}

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Everything it is."""
        return {
            "onnx": np.frombuffer(self.onnx, np.uint8),
            "merges": self.tokens.to_array(),
            "context": np.array(self.context),
        }

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]]) -> Self:
        """The inverse of `to_arrays`."""
        return cls(arrays["onnx"].tobytes(), Tokens.from_array(arrays["merges"]), context=int(arrays["context"]))


def _drawn(logits: Floats, random: Generator) -> NDArray[np.int64]:
    """One id a row, as likely as its logit says."""
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    cumulative = weights.cumsum(axis=1)
    at = random.random((len(logits), 1)) * cumulative[:, -1:]
    drawn: NDArray[np.int64] = (cumulative <= at).sum(axis=1)
    return drawn

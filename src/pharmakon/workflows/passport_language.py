"""A passport's spelling: how likely the language model writes the molecule, token by token. It is no chemistry."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pharmakon.core.errors import DataError, UsageError
from pharmakon.record.passport import Spelling

from .train_prior import load_prior

if TYPE_CHECKING:
    from pharmakon.core.types import Floats

SAMPLED = 400
"""Texts of the prior that a percentile is among."""
CAUTION = (
    "This says how usual the spelling is to the language model and nothing about chemistry: neither whether an atom "
    "matters nor whether the molecule is good."
)


class Speller:
    """A prior, and what it thinks of its own writing."""

    def __init__(self, prior: Path, *, sampled: int = SAMPLED) -> None:
        self.name, self.model, self._sampled = str(prior), load_prior(prior), sampled

    @cached_property
    def reference(self) -> Floats:
        """The log-likelihoods, in ascending order, of molecules that the model writes."""
        from pharmakon.chem.parse import to_mol
        from pharmakon.core.random import stream

        texts = self.model.sample(self._sampled, random=stream(0, "passport", "spelling"))
        texts = [text for text in texts if to_mol(text) is not None]
        return np.sort([float(found.sum()) for found in self.model.text_likelihoods(texts)])

    def spell(self, smiles: Sequence[str]) -> list[Spelling]:
        """Each molecule's text with the log-likelihood of its tokens; the last is that of the end."""
        return [self._one(text) for text in smiles]

    def _one(self, smiles: str) -> Spelling:
        text = self.model.spelt(smiles)
        try:
            logs = self.model.text_likelihoods([text])[0]
        except (UsageError, DataError) as error:
            return Spelling(self.name, text, problem=f"not available: {error}")
        ids = self.model.tokens.encode([text])[0].tolist()
        total = self.total(text)
        below = int(np.searchsorted(self.reference, total, side="right"))
        return Spelling(
            model=self.name,
            text=text,
            tokens=[*(self.model.tokens.texts[one] for one in ids), "end"],
            logs=[float(log) for log in logs],
            total=total,
            percentile=100.0 * below / max(len(self.reference), 1),
            sampled=len(self.reference),
        )

    def total(self, text: str) -> float:
        """The log-likelihood of a text among others, so that it is not the sum of the very same numbers."""
        return float(np.sum(self.model.text_likelihoods([text, *COMPANY])[0]))


COMPANY = ("C", "CCO")
"""Texts that are judged beside: a likelihood does not depend on its batch."""

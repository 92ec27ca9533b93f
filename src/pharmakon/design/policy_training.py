"""A policy of a search: the language model, taught again and again what has scored best, writes molecules that visit.

Imitation of a ranked replay, after Ahn et al. (arXiv 2007.04897): no reward reaches the network, it learns to write the
best molecules so far, the better the more often. It costs no scorer call. Needs torch and onnx, extra `deep`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from tempfile import TemporaryDirectory

from pharmakon.core.lazy import require
from pharmakon.core.random import stream
from pharmakon.design.corpus import Corpus
from pharmakon.design.graph import weighted
from pharmakon.design.language import LanguageModel
from pharmakon.design.language_training import LanguageRecipe, train_language_model
from pharmakon.design.lineage import Record
from pharmakon.design.strangers import Strangers

EVERY = 10
"""Batches between two lessons."""
BEST = 100
"""Molecules that a lesson is made of."""
TEXTS = 512
"""How many texts of them are read in an epoch; the best come several times."""
WRITTEN = 300
"""Texts written after each lesson."""
RECIPE = LanguageRecipe(epochs=2, batch=64, rate=0.004)


class Policy:
    """What a search is told by a network that learns from it.

    A lesson begins at the prior, not at the lesson before, and depends on the seed and on the calls up to it alone: a
    run that is resumed learns what the uninterrupted one learnt. Raises MissingExtra without torch or onnx.
    """

    def __init__(self, prior: LanguageModel, *, seed: int = 0) -> None:
        require("torch", extra="deep", needed_for="a policy")
        require("onnx", extra="deep", needed_for="a policy")
        self.prior = prior
        self.seed = seed
        self._lesson = 0
        self._written = Strangers(())

    def visitors(self, batch: int, records: Sequence[Record]) -> Strangers:
        """What the network writes in a batch, 0 being the first, knowing the calls before the last lesson."""
        lesson = batch // EVERY
        if lesson and lesson != self._lesson:
            known = [record for record in records if record.batch < lesson * EVERY]
            self._lesson, self._written = lesson, Strangers(self._texts(lesson, known))
        return self._written

    def _texts(self, lesson: int, known: Sequence[Record]) -> list[str]:
        best = sorted(known, key=lambda record: (-record.score, record.call))[:BEST]
        shares = list(accumulate(1 / (0.1 * len(best) + rank) for rank in range(len(best))))
        random = stream(self.seed, "policy", lesson)
        spelt = [self.prior.spelt(record.smiles) for record in best]
        texts = [weighted(spelt, shares, random) for _ in range(TEXTS)]
        with TemporaryDirectory() as folder:
            corpus = Corpus.write(texts, self.prior.tokens, folder, context=self.prior.context)
            if not len(corpus):
                return []
            taught = train_language_model(corpus, self.prior.tokens, recipe=RECIPE, start=self.prior)
        return list(dict.fromkeys(taught.sample(WRITTEN, random=random)))

"""Many different hits instead of one best: a search that leaves a region as soon as it has found a hit there.

A hit is a feasible molecule whose score reaches a bar; two are different when they are `distance` apart (Tanimoto on
ECFP4). What is near a hit that was found earns nothing, so a batch is chosen for the number of new different hits it
can be expected to hold. Renz et al., J. Chem. Inf. Model. 2024 ("diverse hits").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, zip_longest
from typing import Any, cast

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from pydantic import Field
from rdkit import Chem
from rdkit.Chem import Mol

from pharmakon.chem.fingerprints import bits
from pharmakon.chem.similarity import tanimoto
from pharmakon.core.random import stream
from pharmakon.core.types import Floats
from pharmakon.design.acquire import best_first
from pharmakon.design.diversity import Packed, differing
from pharmakon.design.graph import flat
from pharmakon.design.optimise import Optimiser
from pharmakon.design.propose import Brood, Proposal
from pharmakon.design.settings import Settings
from pharmakon.design.surrogate import KERNELS, Views

SHORT = 10
"""Proposals for each place in a batch that are compared with each other; the rest have no chance."""
APART = 0.5
"""Highest similarity of two near misses that breed in the same batch: each niche sends its best."""


class HitSettings(Settings):
    """How a search for many different hits is run."""

    batch: int = Field(50, ge=1, description="molecules scored at a time")
    hit: float = Field(0.5, gt=0, description="score from which a feasible molecule is a hit")
    distance: float = Field(0.7, gt=0, lt=1, description="least Tanimoto distance (ECFP4) of different hits")
    elsewhere: int = Field(10, ge=0, description="molecules from elsewhere looked at for each scorer call")
    points: int = Field(2000, ge=10, description="evaluated molecules the surrogate learns from at most")
    blind: float = Field(0.05, ge=0, le=1, description="share of a batch that the surrogate does not choose")
    rank: bool = False


class HitSearch(Optimiser):
    """Looks for as many different hits as the calls allow.

    `pool` are SMILES that may be scored (else `start` and the strangers), read a few at a time; when they run out,
    others are assembled from fragments.
    """

    settings: HitSettings

    def __init__(self, *args: Any, pool: Sequence[str] = (), strangers: Sequence[str] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        self.pool = pool or (*self.start, *strangers)
        self._looked = 0
        self._centres: list[int] = []

    def found(self) -> list[int]:
        """Positions in the archive of the different hits: greedily, in the order of the calls."""
        near = 1 - self.settings.distance
        for row in range(self._looked, len(self.archive)):
            record = self.archive.records[row]
            if record.evaluation.feasible and record.score >= self.settings.hit:
                known = self._bits[self._centres]
                if not len(known) or tanimoto(self._bits[row : row + 1], known).max() <= np.float32(near):
                    self._centres.append(row)
        self._looked = len(self.archive)
        return self._centres

    # ------------------------------------------------------------ one batch of the search

    def _search(self) -> list[Proposal]:
        """The next batch: from strangers, from the near misses of many niches, and from crossing them with hits."""
        settings = self.settings
        random = stream(settings.seed, "batch", self._batches)
        wanted = min(settings.batch, self._left())
        centres = self.found()
        surrogate, _ = self._taught(settings.kernels[int(random.integers(len(settings.kernels)))])
        bar = self._bar()
        pool = self._elsewhere(settings.elsewhere * wanted, surrogate.kernel)
        chance = hit_chance(*surrogate.predict(pool.views), bar) if len(pool) else np.empty(0)
        misses = self._near_misses()
        hits = [centres[i] for i in random.permutation(len(centres))[: settings.parents // 3]]
        share = -(-settings.proposals * wanted // settings.generations)
        for generation in range(settings.generations):
            best = expected_hits(bits(pool.views.mols), chance, settings.parents // 3, distance=settings.distance)
            parents = _in_turn(
                [Proposal(self.archive.records[i].smiles) for i in misses],
                [pool.proposals[i] for i in best],
                [Proposal(self.archive.records[i].smiles) for i in hits],
            )
            if not parents:
                break
            brood = self._breed(parents, share, f"generation {generation}", surrogate.kernel, greed=1.0)
            brood = self._far(self._fresh(brood, pool, self._bits[:0]))
            if brood.proposals:
                chance = np.concatenate([chance, hit_chance(*surrogate.predict(brood.views), bar)])
                pool = Brood.joined([pool, brood]) if len(pool) else brood
        chosen = self._chosen(pool, chance, wanted, random)
        return self._new([pool.proposals[i] for i in chosen], wanted) or self._anything(wanted)

    def _bar(self) -> float:
        """What a hit scores, on the surrogate's scale."""
        score = np.array([r.score for r in self.archive])
        return float((self.settings.hit - score.mean()) / (score.std() or 1.0))

    def _chosen(self, pool: Brood, chance: Floats, wanted: int, random: Generator) -> list[int]:
        blindly = round(self.settings.blind * wanted)
        short = best_first(chance)[: SHORT * wanted]
        packed = bits([pool.views.mols[i] for i in short])
        order = expected_hits(packed, chance[short], 2 * wanted, distance=self.settings.distance)
        chosen: list[int] = []
        for row in chain((short[i] for i in order), short):
            if len(chosen) >= wanted - blindly:
                break
            if row not in chosen and self._thorough(pool.views.mols[row]):
                chosen.append(row)
        rest = (int(i) for i in random.permutation(len(pool)) if int(i) not in chosen)
        for row in rest:
            if len(chosen) >= wanted:
                break
            if self._thorough(pool.views.mols[row]):
                chosen.append(row)
        return chosen

    def _near_misses(self) -> list[int]:
        """Positions in the archive of the best that lie near no hit, one or a few of each niche."""
        rows = np.array([r.call - 1 for r in self.archive.ranked() if r.evaluation.feasible], np.int64)
        rows = rows[~self._near(self._bits[rows])][:1000]
        some = differing(self._bits[rows], self.settings.parents // 3, max_similarity=APART)
        return [int(rows[i]) for i in some]

    def _elsewhere(self, n: int, kernel: str) -> Brood:
        """Up to `n` molecules that were not scored and lie near no hit: from the pool; assembled where it has few."""
        random = stream(self.settings.seed, "strangers", self._batches)
        some = min(n, len(self.pool))
        drawn = random.choice(len(self.pool), some, replace=False).tolist() if some else []
        mols = dict(self._unscored(self.pool[i] for i in drawn))
        if len(mols) < min(n, self.settings.batch):
            mols |= self._unscored(self._from_nothing(min(n, self.settings.batch), random))
        views = Views(list(mols.values()))
        for name in KERNELS[kernel]:
            views.get(name)
        return self._far(Brood([Proposal(smiles) for smiles in mols], views))

    def _unscored(self, texts: Iterable[str]) -> Iterator[tuple[str, Mol]]:
        """Those that may be scored and were not."""
        for text in texts:
            mol = flat(text)
            if mol is not None and self._quick(mol) and not self._withhold(mol):
                smiles = Chem.MolToSmiles(mol)
                if smiles not in self.archive and self._limits.allow(mol, smiles):
                    yield smiles, mol

    def _far(self, brood: Brood) -> Brood:
        """Those that lie near no hit."""
        if not len(brood):
            return brood
        near = self._near(bits(brood.views.mols))
        return brood.take(np.flatnonzero(~near).tolist()) if near.any() else brood

    def _near(self, packed: Packed) -> NDArray[np.bool_]:
        centres = self.found()
        if not centres or not len(packed):
            return np.zeros(len(packed), bool)
        limit = np.float32(1 - self.settings.distance)
        return cast("NDArray[np.bool_]", tanimoto(packed, self._bits[centres]).max(axis=1) > limit)


def hit_chance(mean: Floats, deviation: Floats, bar: float) -> Floats:
    """The probability that a normal variable reaches a bar."""
    from scipy.special import ndtr

    chance: Floats = ndtr((mean - bar) / np.maximum(deviation, 1e-6))
    return chance


def expected_hits(packed: Packed, chance: Floats, n: int, *, distance: float) -> list[int]:
    """`n` rows whose expected number of different hits is greatest, greedily.

    A molecule near ones already taken counts only where none of those turns out to be a hit.
    """
    worth = np.asarray(chance, float).copy()
    rows: list[int] = []
    for _ in range(min(n, len(worth))):
        row = int(np.argmax(worth))
        rows.append(row)
        near = tanimoto(packed[row : row + 1], packed)[0] > np.float32(1 - distance)
        worth[near] *= 1 - chance[row]
        worth[row] = -1.0
    return rows


def _in_turn(*lists: Sequence[Proposal]) -> list[Proposal]:
    """The first of each list, then the second of each, and so on; each molecule once."""
    mixed = (one for row in zip_longest(*lists) for one in row if one is not None)
    return list({one.smiles: one for one in mixed}.values())

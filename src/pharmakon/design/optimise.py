"""The search: breed, ask the surrogate, call the scorer on the few that are worth it, remember everything.

The only state is the archive of evaluated molecules. Batch i is a pure function of the archive and stream(seed, ..., i), so a
run that is killed and resumed from its journal goes on with the bytes it would have had.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from numpy.random import Generator
from pydantic import Field
from rdkit import Chem

from pharmakon.core.config import Config
from pharmakon.core.errors import RecordError, ScorerError, UsageError
from pharmakon.core.random import stream
from pharmakon.core.types import Floats, Progress, silent
from pharmakon.design.diversity import differing, packed
from pharmakon.design.fragment import assemble
from pharmakon.design.genetic import Limits, flat
from pharmakon.design.lineage import Archive, Evaluation, Record, from_entry, to_entry
from pharmakon.design.propose import OPERATORS, Brood, Prefilter, Proposal, Task, breed
from pharmakon.design.surrogate import KERNELS, Surrogate, Views

Evaluate = Callable[[Sequence[str]], Sequence[Evaluation]]
CHUNKS = 4
"""Tasks per generation: fixed, so that the number of workers changes no result."""


class Settings(Config):
    """How the search is run."""

    calls: int = Field(2000, ge=1, description="scorer calls in all, those of the start among them")
    batch: int = Field(20, ge=1, description="molecules scored at a time")
    seed: int = 0
    initial: int = Field(60, ge=2, description="molecules scored before the surrogate is first asked")
    proposals: int = Field(40, ge=1, description="children bred for each scorer call")
    early: int = Field(2, ge=1, description="how many times more in the first quarter")
    generations: int = Field(3, ge=1, description="rounds of breeding per batch; later ones start from promising children")
    parents: int = Field(100, ge=2, description="evaluated molecules that are bred from")
    greed: float = Field(0.1, gt=0, description="small: the very best are bred from most; large: all parents alike")
    kernels: tuple[str, ...] = tuple(KERNELS)
    points: int = Field(1500, ge=10, description="evaluated molecules the surrogate learns from at most")
    noise: float = Field(0.01, gt=0, description="of the surrogate, in variances of the score")
    rank: float = Field(0.0, ge=0, le=1, description="how much of the score is replaced by its rank before learning")
    explore: tuple[float, float] = Field((0.01, 1.0), description="least and most deviations added to a mean; drawn log-uniformly")
    second_edit: float = Field(0.25, ge=0, le=1, description="share of children that are edited twice")
    similarity: float = Field(0.9, ge=0, le=1, description="highest similarity inside a batch")
    random: float = Field(0.1, ge=0, le=1, description="share of a batch that the surrogate does not choose")
    surrogate: bool = Field(True, description="without: a plain genetic search")
    stagnation: int = Field(400, ge=1, description="calls without progress after which every other batch starts elsewhere")
    min_atoms: int = 8
    max_atoms: int = 60


class Journal(Protocol):
    """What keeps finished batches; store.runs.Journal is one."""

    def append(self, entry: Mapping[str, Any], /) -> None:
        """Keep an entry for good."""
        ...

    def read(self) -> list[dict[str, Any]]:
        """All entries, in order."""
        ...


class Engine(Protocol):
    """What breeds chunks; every engine of pharmakon.engine is one."""

    def map(self, function: Callable[[Task], Brood], items: Sequence[Task], /) -> Iterator[Brood]:
        """Results in order."""
        ...


class Optimiser:
    """Maximises a score with a counted number of scorer calls.

    `start` are SMILES to begin with (flattened; unreadable ones are left out); without any, molecules are assembled from the
    vocabulary. Proposals that `prefilter` refuses cost no call.
    """

    def __init__(
        self,
        evaluate: Evaluate,
        settings: Settings | None = None,
        *,
        start: Sequence[str] = (),
        prefilter: Prefilter | None = None,
        journal: Journal | None = None,
        engine: Engine | None = None,
        progress: Progress = silent,
    ) -> None:
        self.evaluate = evaluate
        self.settings = settings or Settings()
        self.start = tuple(start)
        self.prefilter = prefilter
        self.journal = journal
        self.engine = engine
        self.progress = progress
        self.archive = Archive()
        self._known = Views()
        self._batches = 0
        self._limits = Limits(self.settings.min_atoms, self.settings.max_atoms)

    def run(self) -> Archive:
        """Search until the calls are spent, from where the journal ends; fewer calls are made when nothing new is left."""
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

        with threadpool_limits(1):
            self._replay()
            while len(self.archive) < self.settings.calls:
                chosen = self._start() if len(self.archive) < self.settings.initial else self._search()
                if not chosen:
                    break
                self._score(chosen)
        return self.archive

    def designs(self, n: int, *, max_similarity: float = 0.7) -> list[Record]:
        """The best feasible molecules, none more similar to a better one than allowed."""
        best = [r for r in self.archive.ranked() if r.evaluation.feasible]
        return [best[i] for i in differing(packed([r.smiles for r in best]), n, max_similarity=max_similarity)]

    # ------------------------------------------------------------ the ledger of calls

    def _replay(self) -> None:
        for number, entry in enumerate(self.journal.read() if self.journal else ()):
            if entry.get("batch") != number:
                raise RecordError(f"the journal's entry {number + 1} is batch {entry.get('batch')!r}, not {number}")
            self._remember(from_entry(entry))

    def _remember(self, records: Sequence[Record]) -> None:
        for record in records:
            self.archive.add(record)
            self._known.mols.append(Chem.MolFromSmiles(record.smiles))
        self._batches += 1
        best = max((r.score for r in self.archive), default=0.0)
        self.progress(len(self.archive), self.settings.calls, f"best {best:.3f}")

    def _score(self, chosen: Sequence[Proposal]) -> None:
        evaluations = self.evaluate([p.smiles for p in chosen])
        if len(evaluations) != len(chosen):
            raise ScorerError("objective", chosen[0].smiles, f"{len(evaluations)} answers to {len(chosen)} molecules")
        first = len(self.archive) + 1
        records = [
            Record(p.smiles, e, p.parents, p.operators, self._batches, first + i)
            for i, (p, e) in enumerate(zip(chosen, evaluations, strict=True))
        ]
        entry = to_entry(self._batches, records)
        if self.journal:
            self.journal.append(entry)
        self._remember(from_entry(entry))

    def _new(self, proposals: Sequence[Proposal], n: int) -> list[Proposal]:
        """The first `n` that have not been evaluated, under the SMILES they will be known by."""
        fresh: dict[str, Proposal] = {}
        for proposal in proposals:
            if len(fresh) == n:
                break
            mol = flat(proposal.smiles)
            smiles = Chem.MolToSmiles(mol) if mol is not None else ""
            if smiles and smiles not in self.archive and smiles not in fresh:
                fresh[smiles] = replace(proposal, smiles=smiles)
        return list(fresh.values())

    # ------------------------------------------------------------ the start

    def _start(self) -> list[Proposal]:
        """The next batch of the start: what was given, then its children, or assembled molecules."""
        wanted = min(self.settings.batch, self.settings.initial - len(self.archive), self._left())
        given = self._new([Proposal(s) for s in self.start], wanted)
        if len(given) < wanted and not self.start:
            random = stream(self.settings.seed, "assemble")
            given = self._new([Proposal(s) for s in assemble(self.settings.initial, random)], wanted)
        if len(given) < wanted:
            parents = given or [Proposal(r.smiles) for r in self.archive]
            if not parents:
                raise UsageError("none of the starting molecules can be read")
            brood = self._breed(parents, [1.0] * len(parents), 4 * wanted, ("start",))
            given += self._new(brood.proposals, wanted - len(given))
        return given

    def _left(self) -> int:
        return self.settings.calls - len(self.archive)

    # ------------------------------------------------------------ one batch of the search

    def _search(self) -> list[Proposal]:
        """The next batch: generations of children, each ranked by the surrogate; the last word is the acquisition."""
        settings = self.settings
        random = stream(settings.seed, "batch", self._batches)
        wanted = min(settings.batch, self._left())
        early = settings.early if len(self.archive) < settings.calls / 4 else 1
        n = settings.proposals * wanted * early
        best = self.archive.ranked()[: settings.parents]
        parents = [Proposal(r.smiles) for r in best]
        if not settings.surrogate:
            brood = self._breed(parents, self._ranks(len(parents)), 2 * wanted, ("children",))
            return self._new(brood.proposals, wanted)
        kernel = settings.kernels[int(random.integers(len(settings.kernels)))]
        rows, y = self._lesson()
        surrogate = Surrogate(kernel, noise=settings.noise).fit(self._known, rows, y)
        broods: list[Brood] = []
        mean, deviation = np.empty(0), np.empty(0)
        score = dict(zip([self.archive.records[i].smiles for i in rows], y, strict=True))
        values = np.array([score.get(r.smiles, y.min()) for r in best])
        for generation in range(settings.generations):
            share = n // settings.generations
            brood = self._breed(parents, self._ranks(len(parents)), share, ("children", generation), kernel)
            if not brood.proposals:
                continue
            broods.append(brood)
            new_mean, new_deviation, _ = surrogate.predict(brood.views)
            mean, deviation = np.concatenate([mean, new_mean]), np.concatenate([deviation, new_deviation])
            beta = self._beta(random, 1)[0]
            proposals = [p for b in broods for p in b.proposals]
            candidates = [Proposal(r.smiles) for r in best] + proposals
            merit = np.concatenate([values, mean + beta * deviation])
            order = np.argsort(-np.round(merit, 9), kind="stable")[: settings.parents]
            parents = [candidates[i] for i in order]
        if not broods:
            return []
        return self._choose(Brood.joined(broods), mean, deviation, wanted, random)

    def _choose(
        self, brood: Brood, mean: Floats, deviation: Floats, wanted: int, random: Generator
    ) -> list[Proposal]:
        """Each place of the batch goes to the best by its own mixture of mean and deviation; a few are drawn blindly."""
        blind = int(round(self.settings.random * wanted))
        betas = self._beta(random, wanted - blind)
        chosen: dict[int, None] = {}
        fresh = [p.smiles not in self.archive for p in brood.proposals]
        orders = {}
        chosen_list: list[int] = []
        fingerprints = None
        for beta in betas:
            merit = np.round(mean + beta * deviation, 9)
            for i in np.argsort(-merit, kind="stable"):
                i = int(i)
                if fresh[i] and i not in chosen and self._differs(i, chosen_list, brood):
                    chosen[i] = None
                    chosen_list.append(i)
                    break
        for i in random.permutation(len(brood.proposals)):
            if len(chosen_list) >= 2 * wanted:
                break
            if fresh[int(i)] and int(i) not in chosen:
                chosen[int(i)] = None
                chosen_list.append(int(i))
        return self._new([brood.proposals[i] for i in chosen_list], wanted)

    def _differs(self, i: int, chosen: Sequence[int], brood: Brood) -> bool:
        from rdkit import DataStructs
        from rdkit.Chem import rdFingerprintGenerator

        if self.settings.similarity >= 1:
            return True
        g = _GEN
        if not hasattr(brood.views, "_fp"):
            brood.views._fp = {}
        cache = brood.views._fp
        for j in (i, *chosen):
            if j not in cache:
                cache[j] = g.GetFingerprint(brood.views.mols[j])
        return all(DataStructs.TanimotoSimilarity(cache[i], cache[j]) <= self.settings.similarity for j in chosen)

    def _beta(self, random: Generator, n: int) -> Floats:
        low, high = np.log(self.settings.explore)
        return np.exp(low + (high - low) * random.random(n))

    def _ranks(self, n: int) -> list[float]:
        """Weights of parents in order of merit."""
        return [1.0 / (self.settings.greed * n + i) for i in range(n)]

    def _lesson(self) -> tuple[list[int], Floats]:
        """The molecules to learn from, the best half and the newest, and their transformed scores."""
        scores = np.array([r.score for r in self.archive])
        rows = list(range(len(scores)))
        if len(rows) > self.settings.points:
            order = np.argsort(-scores, kind="stable")
            best = order[: self.settings.points // 2]
            rest = np.sort(order[self.settings.points // 2 :])[-(self.settings.points - len(best)) :]
            rows = sorted([*map(int, best), *map(int, rest)])
        y = scores[rows]
        y = (y - y.mean()) / (y.std() or 1.0)
        if self.settings.rank:
            from scipy.special import ndtri
            from scipy.stats import rankdata

            ranks = ndtri((rankdata(y) - 0.5) / len(y))
            y = (1 - self.settings.rank) * y + self.settings.rank * ranks
        return rows, y

    def _breed(
        self,
        parents: Sequence[Proposal],
        weights: Sequence[float],
        n: int,
        labels: tuple[str | int, ...],
        kernel: str = "",
    ) -> Brood:
        settings = self.settings
        tasks = [
            Task(
                tuple(parents),
                tuple(weights),
                -(-n // CHUNKS),
                settings.seed,
                (*labels, self._batches, chunk),
                self._limits,
                prefilter=self.prefilter,
                kernel=kernel,
                second_edit=settings.second_edit,
            )
            for chunk in range(CHUNKS)
        ]
        broods = self.engine.map(breed, tasks) if self.engine else map(breed, tasks)
        joined = Brood.joined(list(broods))
        first: dict[str, int] = {}
        for i, proposal in enumerate(joined.proposals):
            first.setdefault(proposal.smiles, i)
        return joined

from rdkit.Chem import rdFingerprintGenerator
_GEN = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=2048)

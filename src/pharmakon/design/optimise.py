"""The search: breed, ask the surrogate, call the scorer on the few that are worth it, remember everything.

The only state is the archive of evaluated molecules. Batch i is a pure function of the archive and a stream of (seed,
i): a run that is killed and resumed from its journal goes on with the bytes it would have had.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem import Mol

from pharmakon.chem.fingerprints import bits
from pharmakon.chem.scaffolds import scaffold
from pharmakon.chem.scheduled import digest_of, is_scheduled
from pharmakon.core.errors import RecordError, ScorerError
from pharmakon.core.random import stream
from pharmakon.core.types import Floats, Progress, silent
from pharmakon.design.acquire import best_first, betas, choose
from pharmakon.design.assemble import assemble, wander
from pharmakon.design.begin import approach, given
from pharmakon.design.diversity import Packed
from pharmakon.design.elsewhere import avoided, lost, outside
from pharmakon.design.graph import Limits, flat
from pharmakon.design.guard import OPERATORS, Guard
from pharmakon.design.infeasible import NothingToStart
from pharmakon.design.lineage import Archive, Evaluation, Journal, Record, from_entry, to_entry
from pharmakon.design.propose import Brood, Engine, Prefilter, Proposal, Task, breed, earned, first_new
from pharmakon.design.selection import select, uncrowded
from pharmakon.design.settings import Settings
from pharmakon.design.stopping import reason_to_stop
from pharmakon.design.strangers import Policy, Strangers, guests, visit
from pharmakon.design.surrogate import KERNELS, Surrogate, Views, best_and_newest, normal_scores
from pharmakon.engine.threads import one_thread

__all__ = ["Engine", "Evaluate", "Journal", "Optimiser", "Rescore", "Settings"]

Evaluate = Callable[[Sequence[str]], Sequence[Evaluation]]
Rescore = Callable[[Sequence[Record], int], Floats]
"""What all evaluated molecules are worth in a batch, where that changes: `design.pareto.Scalarisation`."""
CHUNKS = 8
"""Tasks per generation: fixed, so that the number of workers changes no result."""


class Optimiser:
    """Maximises a score with a counted number of scorer calls.

    `start` are SMILES to begin with (flattened; unreadable ones are left out); without any, molecules are assembled
    from the vocabulary. `strangers` are SMILES too: some visit every batch, with some that a `policy` writes
    (design.strangers). Proposals that `prefilter` refuses cost no call; if it has a method `thorough`, that is asked
    too, of those about to be scored. What a `guard` refuses is never scored: molecules to start from are made to pass
    it, and a given one that does not is a UsageError. Where none may be scored it is NothingToStart.

    Scheduled chemicals (chem.scheduled) are never scored and never come out; the journal has a hash of each that was
    about to be. To start from one is a RefusedGoal.
    """

    def __init__(
        self,
        evaluate: Evaluate,
        settings: Settings | None = None,
        *,
        start: Sequence[str] = (),
        strangers: Sequence[str] = (),
        policy: Policy | None = None,
        prefilter: Prefilter | None = None,
        guard: Guard | None = None,
        rescore: Rescore | None = None,
        journal: Journal | None = None,
        engine: Engine | None = None,
        progress: Progress = silent,
    ) -> None:
        self.evaluate = evaluate
        self.settings = settings or Settings()
        self.start = tuple(start)
        self._strangers = Strangers(strangers)
        self.policy = policy
        self.prefilter = prefilter
        self.guard = guard
        self.rescore = rescore
        self.journal = journal
        self.engine = engine
        self.progress = progress
        self.archive = Archive()
        self._known = Views()
        self._bits: Packed = bits([])
        self._scaffolds: list[str] = []
        self._worth: Floats | None = None
        self._withheld: dict[str, bool] = {}  # hashes, and whether the journal has them
        self._batches = 0
        limits = Limits(self.settings.min_atoms, self.settings.max_atoms)
        self._limits = guard.limits(limits) if guard is not None else limits

    def run(self) -> Archive:
        """Search until the calls are spent, from the journal's end; fewer where `stopped` or nothing is left."""
        with one_thread():
            self._replay()
            while len(self.archive) < self.settings.calls and not self.stopped:
                chosen = self._start() if len(self.archive) < self.settings.initial else self._search()
                if not chosen:
                    break
                self._score(chosen)
        return self.archive

    @property
    def stopped(self) -> str:
        """Why no more calls are spent, if it is not that there are none (design.stopping)."""
        return reason_to_stop([record.score for record in self.archive], self.settings)

    def designs(self, n: int, *, max_similarity: float = 0.7) -> list[Record]:
        """The best feasible molecules, none more similar to a better one than allowed, no scaffold above its share."""
        return select(self.archive.ranked(), n, max_similarity=max_similarity, per_scaffold=self.settings.per_scaffold)

    # ------------------------------------------------------------ the ledger of calls

    def _replay(self) -> None:
        for number, entry in enumerate(self.journal.read() if self.journal else ()):
            if entry.get("batch") != number:
                raise RecordError(f"the journal's entry {number + 1} is batch {entry.get('batch')!r}, not {number}")
            self._withheld |= dict.fromkeys(entry.get("withheld", ()), True)
            self._remember(from_entry(entry))

    def _remember(self, records: Sequence[Record]) -> None:
        for record in records:
            self.archive.add(record)
            mol = Chem.MolFromSmiles(record.smiles)
            self._known.mols.append(mol)
            self._scaffolds.append(self._scaffold(mol))
        self._bits = np.concatenate([self._bits, bits(self._known.mols[len(self._bits) :])])
        self._batches += 1
        self._worth = None
        best = max((r.score for r in self.archive), default=0.0)
        self.progress(len(self.archive), self.settings.calls, f"best {best:.3f}")

    def _score(self, chosen: Sequence[Proposal]) -> None:
        evaluations = self.evaluate([p.smiles for p in chosen])
        if len(evaluations) != len(chosen):
            raise ScorerError("objective", chosen[0].smiles, f"{len(evaluations)} answers to {len(chosen)} molecules")
        first = len(self.archive) + 1
        records = [
            Record(p.smiles, e, p.steps, self._batches, first + i)
            for i, (p, e) in enumerate(zip(chosen, evaluations, strict=True))
        ]
        untold = [one for one, told in self._withheld.items() if not told]
        self._withheld |= dict.fromkeys(untold, True)
        entry = to_entry(self._batches, records, **({"withheld": untold} if untold else {}))
        if self.journal:
            self.journal.append(entry)
        self._remember(from_entry(entry))

    def _new(self, proposals: Iterable[Proposal], n: int) -> list[Proposal]:
        """The first `n` that have not been evaluated, under the SMILES they will be known by."""
        return first_new(proposals, n, known=self.archive)

    # ------------------------------------------------------------ the start

    def _start(self) -> list[Proposal]:
        """The next batch of the start: what was given, or assembled molecules; then children of either."""
        wanted = min(self.settings.batch, self.settings.initial - len(self.archive), self._left())
        first = [Proposal(s) for s in self._given or self._assembled if self._given or self._passes(s)]
        chosen = self._new(first, wanted)
        if len(chosen) < wanted:
            parents = [Proposal(r.smiles) for r in self.archive] + chosen
            parents = parents or [Proposal(s) for s in self._assembled]
            brood = self._breed(parents, 4 * wanted, "start", tries=100, greed=100.0) if parents else Brood([], Views())
            known = {p.smiles for p in chosen}
            children = (p for p in self._accepted(brood) if p.smiles not in known)
            chosen += self._new(children, wanted - len(chosen))
        if not chosen and len(self.archive):
            return self._approached(wanted)
        if not chosen:
            raise NothingToStart(self._assembled)
        return chosen

    def _approached(self, wanted: int) -> list[Proposal]:
        """Where no child of what was scored may be: farther kin, or else molecules from nothing and their children."""
        scored = [Proposal(r.smiles) for r in self.archive]
        breed = partial(self._breed, n=8 * wanted, greed=100.0, asked=False)
        distance = getattr(self.prefilter, "distance", None)
        kin = approach(scored, breed=breed, distance=distance, passes=self._may_be) if distance else []
        nothing = [Proposal(s) for s in self._assembled]
        chosen = self._new(kin or (p for p in nothing if self._allowed(p.smiles)), wanted)
        if chosen or not nothing:
            return chosen
        return self._new(self._accepted(self._breed(nothing, 4 * wanted, "nothing", tries=100, greed=100.0)), wanted)

    def _may_be(self, mol: Mol) -> bool:
        """Whether a molecule may be scored and was not."""
        return self._quick(mol) and self._thorough(mol) and Chem.MolToSmiles(mol) not in self.archive

    @cached_property
    def _given(self) -> list[str]:
        """The readable molecules of `start`."""
        return given(self.start, self.guard)

    @cached_property
    def _assembled(self) -> list[str]:
        """Molecules from nothing, made when they are first needed."""
        self.progress(len(self.archive), self.settings.calls, "making molecules to start from")
        return self._from_nothing(3 * self.settings.initial // 2, stream(self.settings.seed, "assemble"))

    def _from_nothing(self, n: int, random: Generator) -> list[str]:
        return (self.guard.starts if self.guard is not None else assemble)(n, random)

    def _passes(self, smiles: str) -> bool:
        mol = flat(smiles)
        return mol is not None and self._quick(mol) and self._thorough(mol)

    def _allowed(self, smiles: str) -> bool:
        """Whether a molecule made from nothing is one that could have been bred."""
        mol = flat(smiles)
        return mol is not None and self._limits.allow(mol, smiles) and self._passes(smiles)

    def _quick(self, mol: Mol) -> bool:
        """Whether a molecule deserves a look."""
        return all(asked is None or asked(mol) for asked in (self.prefilter, self.guard))

    def _thorough(self, mol: Mol) -> bool:
        """Whether a molecule may be scored: not scheduled, past the guard and the slow half of a prefilter."""
        if self._withhold(mol):
            return False
        slow: Prefilter | None = getattr(self.prefilter, "thorough", None)
        return all(asked is None or asked(mol) for asked in (self.guard, slow))

    def _withhold(self, mol: Mol) -> bool:
        """Whether a molecule is scheduled; a hash of it goes into the record."""
        if listed := is_scheduled(mol):
            self._withheld.setdefault(digest_of(Chem.MolToSmiles(mol)), False)
        return listed

    def _accepted(self, brood: Brood) -> Iterator[Proposal]:
        pairs = zip(brood.proposals, brood.views.mols, strict=True)
        return (proposal for proposal, mol in pairs if self._thorough(mol))

    def _left(self) -> int:
        return self.settings.calls - len(self.archive)

    # ------------------------------------------------------------ one batch of the search

    def _search(self) -> list[Proposal]:
        """The next batch: generations of children; later ones are bred from what the surrogate thinks well of."""
        settings = self.settings
        random = stream(settings.seed, "batch", self._batches)
        wanted = min(settings.batch, self._left())
        if lost(self._scores(), self._batches) and (found := self._wander(wanted, random)):
            return found
        mask = self._mask()
        rows = self._parents(mask)
        if len(rows) < 2:
            mask, rows = mask[:0], self._parents(mask[:0])
        parents = [Proposal(self.archive.records[i].smiles) for i in rows]
        if not settings.surrogate:
            return self._new(self._accepted(self._breed(parents, 2 * wanted, "children")), wanted)
        surrogate, level = self._taught(settings.kernels[int(random.integers(len(settings.kernels)))])
        hopes = betas(settings.explore, settings.generations, random=random)
        early = settings.early if len(self.archive) < settings.calls / 4 else 1
        share = -(-settings.proposals * wanted * early // settings.generations)
        hosts = guests(self._strangers, self.policy, self._batches, self.archive.records)
        visitors = visit(hosts, settings.strangers, self._quick, kernel=surrogate.kernel, random=random)
        pool = self._fresh(visitors, Brood([], Views()), mask)
        mean, deviation = surrogate.predict(pool.views) if pool.proposals else (np.empty(0), np.empty(0))
        mates = tuple(p.smiles for p in pool.proposals)
        candidates, merit = parents, level[rows]
        scaffolds = [*(self._scaffolds[i] for i in rows), *map(self._scaffold, pool.views.mols)]
        for generation in range(settings.generations):
            order = best_first(np.concatenate([merit, mean + hopes[generation] * deviation]))
            order = uncrowded(order, scaffolds, settings.per_scaffold)[: settings.parents]
            promising = [[*candidates, *pool.proposals][i] for i in order]
            brood = self._breed(promising, share, f"generation {generation}", surrogate.kernel, strangers=mates)
            brood = self._fresh(brood, pool, mask)
            if brood.proposals:
                new = surrogate.predict(brood.views)
                mean, deviation = np.concatenate([mean, new[0]]), np.concatenate([deviation, new[1]])
                pool = Brood.joined([pool, brood]) if pool.proposals else brood
                scaffolds += map(self._scaffold, brood.views.mols)
        if not pool.proposals:
            return self._anything(wanted)
        chosen = choose(
            pool,
            mean,
            deviation,
            surrogate=surrogate,
            wanted=wanted,
            explore=settings.explore,
            sampled=settings.sampled,
            blind=settings.blind,
            max_similarity=settings.similarity,
            accept=self._thorough,
            random=random,
        )
        return self._new([pool.proposals[i] for i in chosen], wanted)

    def _wander(self, wanted: int, random: Generator) -> list[Proposal]:
        """Molecules from nothing, where what is asked for has to be come across; none where none is found."""
        made = wander(random) if self.guard is None else self.guard.starts(wanted, random)
        return self._new((Proposal(smiles) for smiles in made if self._allowed(smiles)), wanted)

    def _taught(self, kernel: str) -> tuple[Surrogate, Floats]:
        """A surrogate that knows the best half and the newest molecules, and every molecule's score on its scale."""
        score = self._scores()
        level = (score - score.mean()) / (score.std() or 1.0)
        if self.settings.rank:
            level = normal_scores(level)
        rows = best_and_newest(level, self.settings.points)
        surrogate = Surrogate(kernel, noise=self.settings.noise)
        known = self._known.take(rows, KERNELS[kernel]) if len(rows) < len(level) else self._known
        return surrogate.fit(known, level[rows]), level

    def _fresh(self, brood: Brood, pool: Brood, mask: Packed) -> Brood:
        """Those that are new to the archive and the pool, outside the mask, and not scheduled: nor may they breed."""
        seen, rows = {p.smiles for p in pool.proposals}, list[int]()
        for i, proposal in enumerate(brood.proposals):
            new = proposal.smiles not in seen and proposal.smiles not in self.archive
            if new and not self._withhold(brood.views.mols[i]):
                seen.add(proposal.smiles)
                rows.append(i)
        if len(mask) and rows:
            rows = [rows[i] for i in np.flatnonzero(outside(bits([brood.views.mols[i] for i in rows]), mask))]
        return brood.take(rows) if len(rows) < len(brood) else brood

    def _anything(self, wanted: int) -> list[Proposal]:
        """New children of any evaluated molecule, when the best have no more."""
        parents = [Proposal(r.smiles) for r in self.archive]
        brood = self._breed(parents, 4 * wanted, "anything", tries=100)
        return self._new(self._accepted(brood), wanted)

    def _breed(
        self,
        parents: Sequence[Proposal],
        n: int,
        label: str,
        kernel: str = "",
        *,
        strangers: tuple[str, ...] = (),
        tries: int = 8,
        greed: float = 0.0,
        asked: bool = True,
    ) -> Brood:
        """Children of parents that come best first; those that the prefilter refuses too where it is not `asked`."""
        settings, operators = self.settings, self._operators()
        greed = greed or settings.greed
        tasks = [
            Task(
                tuple(parents),
                tuple(1.0 / (greed * len(parents) + i) for i in range(len(parents))),
                -(-n // CHUNKS),
                settings.seed,
                ("breed", self._batches, label, chunk),
                self._limits,
                operators=operators,
                prefilter=self.prefilter if asked else None,
                guard=self.guard,
                kernel=kernel,
                second_edit=settings.second_edit,
                tries=tries,
                strangers=strangers,
                strange=settings.strange,
            )
            for chunk in range(CHUNKS)
        ]
        return Brood.joined(list(self.engine.map(breed, tasks) if self.engine else map(breed, tasks)))

    def _operators(self) -> Mapping[str, float]:
        usual = self.guard.operators if self.guard is not None else dict.fromkeys(OPERATORS, 1.0)
        if not self.settings.adapt or len(self.archive) < self.settings.initial:
            return usual
        score = self._scores()
        return earned(usual, zip(self.archive, score, strict=True), bar=np.sort(score)[-self.settings.parents :][0])

    def _scores(self) -> Floats:
        """What every evaluated molecule is worth in this batch."""
        if self._worth is None:
            records = self.archive.records
            scores = self.rescore(records, self._batches) if self.rescore else [r.score for r in records]
            self._worth = np.asarray(scores, np.float64)
        return self._worth

    def _mask(self) -> Packed:
        """Molecules to stay away from in this batch."""
        return avoided(self._scores(), self._bits, self._batches, stagnation=self.settings.stagnation)

    def _parents(self, mask: Packed) -> list[int]:
        """Positions in the archive of those that may breed: the best outside the mask, each scaffold to its share."""
        rows = self._unmasked(mask)
        return uncrowded(rows.tolist(), self._scaffolds, self.settings.per_scaffold)[: self.settings.parents]

    def _scaffold(self, mol: Mol) -> str:
        """What a molecule's niche is called; "" where there are no niches."""
        return scaffold(mol) if self.settings.per_scaffold else ""

    def _unmasked(self, mask: Packed) -> NDArray[np.int64]:
        """Positions in the archive of the molecules outside the mask, best first."""
        rows = np.argsort(-self._scores(), kind="stable")
        return rows[outside(self._bits[rows], mask)] if len(mask) else rows

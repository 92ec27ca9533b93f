"""The search of each stage of a design, with those who visit it: the prior, a policy, and what the stock can make."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rdkit import Chem
from rdkit.Chem import Mol

from pharmakon.chem.parse import to_mol
from pharmakon.chem.routes import RouteFinder
from pharmakon.core.random import stream
from pharmakon.core.types import Progress
from pharmakon.design.from_stock import FromStock, StockHits, StockSearch, in_turn
from pharmakon.design.graph import Limits
from pharmakon.design.guard import Guard
from pharmakon.design.hits import HitSearch, HitSettings
from pharmakon.design.lineage import Journal
from pharmakon.design.objective import Goal, Objective
from pharmakon.design.optimise import Optimiser
from pharmakon.design.pareto import Scalarisation
from pharmakon.design.settings import Settings
from pharmakon.design.strangers import Policy

from .design_routes import asks_for_routes
from .train_prior import load_prior

if TYPE_CHECKING:
    from pharmakon.engine.base import Engine

    from .design import DesignConfig

VISITORS = 400
"""Texts of the prior that a run looks among; and molecules of the stock, where it looks for many hits."""


@dataclass(frozen=True, slots=True)
class Searches:
    """Makes the search of a stage; a `design.curriculum.Search`."""

    config: DesignConfig
    objectives: Sequence[Objective]
    guard: Guard | None
    finder: RouteFinder | None
    strangers: Sequence[str]
    policy: Callable[[int], Policy] | None
    engine: Engine
    progress: Progress

    def __call__(self, stage: int, settings: Settings, start: Sequence[str], kept: Journal | None) -> Optimiser:
        """See design.curriculum.Search."""
        wanted = self.objectives[stage]
        hits = isinstance(settings, HitSettings)
        goals = [(judge.key, judge.term.weight) for judge in wanted.goals if isinstance(judge.term, Goal)]
        policy = self.policy(settings.seed) if self.policy is not None else None
        common: dict[str, Any] = {
            "prefilter": wanted.sieve,
            "guard": self.guard,
            "rescore": Scalarisation(goals, seed=settings.seed) if self.config.aggregate == "pareto" else None,
            "journal": kept,
            "engine": self.engine,
            "progress": self.progress,
        }
        if self.finder is None or not asks_for_routes(judge.term for judge in wanted.judges):
            kind = HitSearch if hits else Optimiser
            return kind(wanted.evaluate, settings, start=start, strangers=self.strangers, policy=policy, **common)
        made = FromStock(self.finder, _accept(wanted, self.guard, settings), seed=settings.seed, policy=policy)
        first = [text for text in made.begin(VISITORS if hits else settings.initial) if _holds(wanted, text)]
        return (StockHits if hits else StockSearch)(
            wanted.evaluate,
            settings,
            start=in_turn(start, first[: settings.initial]),
            strangers=[*self.strangers, *first] if hits else self.strangers,
            policy=made,
            made=made,
            **common,
        )


def prior_visitors(config: DesignConfig) -> list[str]:
    """What the prior writes: molecules that the search itself would not come upon."""
    texts = load_prior(config.prior).sample(VISITORS, random=stream(config.seed, "strangers"))
    return [text for text in dict.fromkeys(texts) if to_mol(text) is not None]


def policy_of(config: DesignConfig) -> Callable[[int], Policy] | None:
    """What makes a stage's policy of its seed; MissingExtra without torch."""
    if not config.policy:
        return None
    from pharmakon.design.policy_training import Policy as Taught

    prior = load_prior(config.prior)
    Taught(prior)  # what is missing is said before there is a folder
    return lambda seed: Taught(prior, seed=seed)


def _accept(wanted: Objective, guard: Guard | None, settings: Settings) -> Callable[[Mol], bool]:
    """Whether a molecule of the stock could have been bred: limits, cheap constraints, good sense, the mode."""
    limits = Limits(settings.min_atoms, settings.max_atoms)
    limits = guard.limits(limits) if guard is not None else limits

    def accept(mol: Mol) -> bool:
        sound = limits.allow(mol, Chem.MolToSmiles(mol)) and wanted.sieve(mol)
        return sound and (guard is None or guard(mol))

    return accept


def _holds(wanted: Objective, smiles: str) -> bool:
    """Whether a molecule to start from holds the slow constraints too, which are asked of few."""
    mol = to_mol(smiles)
    return mol is not None and wanted.sieve.thorough(mol)

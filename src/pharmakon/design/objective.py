"""What a design is asked to be: goals that add up, constraints that must hold.

A goal earns a desirability between 0 and 1, and the score is their weighted geometric mean, so that no goal is bought
with another, or what aggregate is asked for. A molecule that breaks a constraint scores below 0, by how much it breaks
them. Properties come from a Scorer (models) or are descriptors; a hazard can be a penalty or a limit, never a reward.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

import numpy as np
from rdkit.Chem import Mol

from pharmakon.chem.descriptors import descriptor, descriptor_names
from pharmakon.chem.parse import canonical, to_mol
from pharmakon.chem.scheduled import is_scheduled, refuse
from pharmakon.chem.standardize import standardize
from pharmakon.core.errors import ConfigError, PharmakonError, RefusedGoal, ScorerError, UnknownName
from pharmakon.core.types import Estimates, Property, Scorer
from pharmakon.design.aggregate import AGGREGATES, Aggregate, geometric
from pharmakon.design.attainable import compatible, proposed, within
from pharmakon.design.desirability import Want, desirability
from pharmakon.design.graph import flat
from pharmakon.design.lineage import Evaluation, Part
from pharmakon.design.novelty import NOVELTY, refuse_nearness
from pharmakon.design.oddities import NONE, Oddities
from pharmakon.design.pattern import example, refuse_elements, written
from pharmakon.design.quantities import MEASURED, PRESENT, halves, is_slow, likeness, named_values, value, values
from pharmakon.design.terms import LIKENESS, Constraint, Goal, Term

__all__ = ["Aggregate", "Constraint", "Evaluation", "Goal", "Judge", "Objective", "Part", "Sieve", "Term", "halves"]

WORTHLESS = 1e-6
"""The desirability of what has no value."""
LISTED = (
    "see `pharmakon models` for endpoints, `pharmakon models targets` for protein targets, and for descriptors "
    "docs/reference/descriptors.md"
)
"""Where the names of properties stand."""


@dataclass(frozen=True, slots=True)
class Judge:
    """A term with what its name stands for. `cheap` ones need no scorer; `known` is the table to be new against."""

    key: str
    term: Term
    what: Property
    cheap: bool
    known: str = ""

    def part(self, value: float, low: float, high: float, *, in_domain: bool) -> Part:
        """The verdict on one estimate. A descriptor that a molecule does not have is as bad as can be."""
        if math.isnan(value):
            return Part(value, low, high, False, WORTHLESS)
        want = self.term.wanted()
        grade = desirability(
            want,
            value,
            low,
            high,
            tolerance=self.term.tolerance or want.tolerance(self.what),
            shape=(self.term.points or self.term.shape) if isinstance(self.term, Goal) else "linear",
            uncertainty=self.term.uncertainty,
        )
        return Part(value, low, high, in_domain, grade)

    def missed(self, part: Part) -> float:
        """By how much what is judged lies outside the wanted range, in the property's unit; 0 when the wish is met."""
        judged = (part.low, part.value, part.high) if self.term.uncertainty == "pessimistic" else (part.value,)
        return max(self.term.wanted().violation(value) for value in judged)


class Objective:
    """Goals and constraints, resolved against a scorer's properties and the descriptors.

    Raises UnknownName for a property nobody has, RefusedGoal for a hazard wanted high and for a chemical weapon to be
    like, ConfigError for a wish that nothing can meet.

    `sane` makes the sieve refuse absurd molecules (chem.alerts.unwanted) besides those that break a cheap
    constraint; `allowed` names what of that a mode asks for. `aggregate` makes one score of the goals' desirabilities:
    their weighted geometric or arithmetic mean, the product of each to the power of its weight, or how good the worst
    is ("pareto"). `known` is the table that "novelty" is the distance from; `elements` are those that a search makes.
    """

    def __init__(
        self,
        goals: Sequence[Goal] = (),
        constraints: Sequence[Constraint] = (),
        *,
        scorer: Scorer | None = None,
        sane: bool = True,
        allowed: Oddities = NONE,
        aggregate: Aggregate = "geometric",
        known: str | Path = "",
        elements: Collection[str] | None = None,
    ) -> None:
        if not goals and not constraints:
            raise ConfigError("an objective needs at least one goal or constraint")
        if aggregate not in AGGREGATES:
            raise ConfigError(f"no aggregate {aggregate!r}; there are {', '.join(AGGREGATES)}")
        self.scorer, self.aggregate, self.known = scorer, aggregate, str(known)
        terms = [self._fitted(term) for term in (*goals, *constraints)]
        names = [t.name() for t in terms]
        keys = [n if names.count(n) == 1 else f"{n} {_range(t)}".strip() for n, t in zip(names, terms, strict=True)]
        if len(set(keys)) < len(keys):
            twice = next(k for k in keys if keys.count(k) > 1)
            raise ConfigError(f"{twice!r} is asked for twice; make it one goal or constraint")
        judges = [self._resolve(key, term) for key, term in zip(keys, terms, strict=True)]
        self.goals, self.constraints = tuple(judges[: len(goals)]), tuple(judges[len(goals) :])
        compatible({judge.key: judge.term for judge in self.constraints})
        self.sieve = Sieve(tuple(j for j in self.constraints if j.cheap), sane, allowed)
        for judge in self.judges:
            if sane and not allowed:
                proposed(judge.term, asked=judge.term.asked())
            for text in judge.term.like:
                refuse(text, "as a goal", exempt=True)
            if judge.term.to and judge.term.wanted().low > 0:
                refuse(judge.term.to, "as a goal", exempt=True)
            if judge.term.keep:
                refuse_elements(judge.term.keep, allowed=elements)
            near = NOVELTY.name in halves(judge.term) and (judge.term.over or judge.term.wanted().high < 1)
            if near and judge.known:
                refuse_nearness(judge.known)

    @property
    def judges(self) -> tuple[Judge, ...]:
        """Goals, then constraints."""
        return self.goals + self.constraints

    def evaluate(self, smiles: Sequence[str], *, mols: Sequence[Mol | None] | None = None) -> list[Evaluation]:
        """Score, feasibility and parts of each molecule; ScorerError where a property of one cannot be had.

        `mols` are the same molecules, where they have been read already.
        """
        mols = [to_mol(s) for s in smiles] if mols is None else mols
        estimates = self._ask(smiles, self.asked)
        columns: dict[str, list[Part]] = {}
        for judge in self.judges:
            if judge.cheap:
                found = Estimates.exact(judge.what, "computed", values(judge.term, mols, self.known))
            else:
                found = self._found(judge.term, estimates, mols)
            columns[judge.key] = [
                judge.part(float(value), float(low), float(high), in_domain=bool(inside))
                for value, low, high, inside in zip(found.value, found.low, found.high, found.in_domain, strict=True)
            ]
            for i, problem in enumerate(found.problem):
                columns[judge.key][i] = replace(columns[judge.key][i], problem=problem)
        rows = [{key: parts[i] for key, parts in columns.items()} for i in range(len(smiles))]
        return [Evaluation(*self.total(parts), parts) for parts in rows]

    def total(self, parts: Mapping[str, Part]) -> tuple[float, bool]:
        """Score and feasibility from the parts: how `evaluate` does it, so that it can be checked afterwards.

        One that a scorer failed on is as bad as a molecule that breaks every constraint.
        """
        if any(part.problem for part in parts.values()):
            return WORTHLESS - 1.0, False
        feasible = all(parts[j.key].desirability == 1.0 for j in self.constraints)
        if not feasible:
            return geometric([(parts[j.key].desirability, 1.0) for j in self.constraints]) - 1.0, False
        weighted = [(parts[j.key].desirability, j.term.weight) for j in self.goals if isinstance(j.term, Goal)]
        return (AGGREGATES[self.aggregate](weighted) if weighted else 1.0), True

    def seeds(self) -> list[str]:
        """Molecules the terms themselves name: those to be similar to, and kept patterns that are molecules."""
        named = [j.term.to for j in self.judges if j.term.to and j.term.wanted().low > 0]
        kept = [text for text in self._kept if written(text) is not None]
        return [s for s in dict.fromkeys([*map(canonical, named), *map(example, kept)]) if _harmless(s)]

    def drawn(self) -> list[str]:
        """A molecule for each kept pattern that is none itself."""
        open_ones = [text for text in self._kept if written(text) is None]
        return [s for s in dict.fromkeys(map(example, open_ones)) if _harmless(s)]

    @property
    def _kept(self) -> list[str]:
        """The patterns that are to be kept."""
        return [judge.term.keep for judge in self.judges if judge.term.keep]

    @property
    def _models(self) -> Mapping[str, Property]:
        """What the scorer knows."""
        return self.scorer.properties if self.scorer is not None else {}

    @property
    def asked(self) -> list[str]:
        """The properties that the scorer is asked for."""
        return list(dict.fromkeys(name for j in self.judges for name in halves(j.term) if name in self._models))

    def _found(self, term: Term, estimates: Mapping[str, Estimates], mols: Sequence[Mol | None]) -> Estimates:
        """The estimates of a term's property; of a difference, with both intervals' widths, squared and added."""
        one, *rest = (
            estimates[name]
            if name in estimates
            else Estimates.exact(self._property(name), "computed", named_values(name, mols, self.known))
            for name in halves(term)
        )
        if not rest:
            return one
        other = rest[0]
        value = one.value - other.value
        down = np.hypot(one.value - one.low, other.high - other.value)  # errors of two models: taken as independent
        up = np.hypot(one.high - one.value, other.value - other.low)
        found = Estimates.exact(self._what(term), "difference", value)
        problem = [a or b for a, b in zip_longest(one.problem, other.problem, fillvalue="")]
        inside = one.in_domain & other.in_domain
        return replace(found, low=value - down, high=value + up, in_domain=inside, problem=problem)

    def _fitted(self, term: Term) -> Term:
        """A term that gives examples instead of a range, with the range they span."""
        if not term.like:
            return term
        smiles = [standardize(text).smiles for text in term.like]
        mols = [flat(text) for text in smiles]
        if term.to:
            what, found = likeness(term), values(term, mols)
        else:
            estimates = self._ask(smiles, [name for name in halves(term) if name in self._models])
            what, found = self._what(term), self._found(term, estimates, mols).value
        for text, one in zip(term.like, found, strict=True):
            if not math.isfinite(one):
                raise ConfigError(f"the example {text} has no {term.name()}")
        if isinstance(term, Constraint) and len(set(found)) == 1 and what.unit != "count":
            raise ConfigError(
                f"all examples of {term.name()} have one value, which nothing else will have; give a want"
            )
        return term.fitted(found.tolist(), Want(min(found), max(found)).tolerance(what))

    def _ask(self, smiles: Sequence[str], names: Sequence[str]) -> dict[str, Estimates]:
        if not names or self.scorer is None:
            return {}
        try:
            found = self.scorer.estimate(smiles, names)
        except PharmakonError:
            raise
        except Exception as error:
            raise ScorerError(", ".join(names), smiles[0] if smiles else "", error) from error
        for name in names:
            told = found[name].problem or [""] * len(smiles)
            for text, answer, problem in zip(smiles, found[name].value, told, strict=True):
                if not math.isfinite(answer) and not problem:
                    raise ScorerError(name, text, "it gave no value")
        return found

    def _resolve(self, key: str, term: Term) -> Judge:
        if not halves(term):
            what = likeness(term) if term.to else PRESENT
            within(term, what, asked=term.asked())
            return Judge(key, term, what, True)
        for name, want in zip(halves(term), (term.wanted(), term.wanted().turned()), strict=False):
            what = self._property(name)
            if what.hazard and _rewards_harm(want, what, bounded=not term.over):
                raise RefusedGoal(_refusal(name, what, asked=term.asked()))
        what, cheap = self._what(term), not any(name in self._models for name in halves(term))
        within(term, what, asked=term.asked())
        if what.kind == "classification" and term.uncertainty != "mean":
            # Its band is the calibration's, not a spread that a worse end or a chance could be taken from.
            raise ConfigError(
                f"{term.name()} is a probability already, so uncertainty = {term.uncertainty!r} says nothing of it; "
                "leave uncertainty out, and ask for a higher or lower probability instead"
            )
        return Judge(key, term, what, cheap, self.known)

    def _property(self, name: str) -> Property:
        """What a name stands for."""
        if name == NOVELTY.name and name not in self._models:
            if not self.known:
                raise ConfigError("novelty is the distance from known molecules; give known = their table")
            return NOVELTY
        what = self._models.get(name) or descriptor(name)
        if what is None:
            names = [*self._models, *descriptor_names(), *LIKENESS, NOVELTY.name]
            raise UnknownName("property", name, names, where="the objective", hint=LISTED)
        return what

    def _what(self, term: Term) -> Property:
        """What a term is about; a difference of two properties has no range of its own."""
        one, *rest = map(self._property, halves(term))
        return Property(term.name(), f"{one.title} over {rest[0].title}", one.unit) if rest else one


@dataclass(frozen=True)
class Sieve:
    """Cheap constraints and good sense (no absurd groups, known rings), asked before a proposal may cost a scorer call.

    It can be pickled.
    """

    judges: tuple[Judge, ...] = ()
    sane: bool = True
    allowed: Oddities = NONE

    def __call__(self, mol: Mol) -> bool:
        """Whether a molecule passes all that is quick to ask: under a millisecond."""
        quick = (j for j in self.judges if not is_slow(j.term))
        return all(self._holds(j, mol) for j in quick) and (not self.sane or self.allowed.excuse(mol))

    def thorough(self, mol: Mol) -> bool:
        """Whether one that passed holds the slow constraints too: asked of the few that are about to be scored."""
        return all(self._holds(j, mol) for j in self.judges if is_slow(j.term))

    def distance(self, mol: Mol) -> float:
        """How far a molecule is from passing: 0 where it does, else rising with what it breaks, and by how much.

        What is slow counts as broken until all that is quick holds.
        """
        quick = [j for j in self.judges if not is_slow(j.term)]
        slow = [j for j in self.judges if is_slow(j.term)]
        far = sum(self._misses(j, mol) for j in quick) + float(self.sane and not self.allowed.excuse(mol))
        return far + (len(slow) if far else sum(self._misses(j, mol) for j in slow))

    @staticmethod
    def _misses(judge: Judge, mol: Mol) -> float:
        found = value(judge.term, mol, judge.known)
        return 1.0 - judge.part(found, found, found, in_domain=True).desirability

    @staticmethod
    def _holds(judge: Judge, mol: Mol) -> bool:
        return judge.term.wanted().violation(value(judge.term, mol, judge.known)) == 0.0


def _harmless(smiles: str) -> bool:
    """Whether a text is a molecule that a search may begin with."""
    return bool(smiles) and not is_scheduled(to_mol(smiles))


def _range(term: Term) -> str:
    """What is wanted, as it was written; of points, where they say 1."""
    return term.want or (f"{term.wanted().low:g}..{term.wanted().high:g}" if halves(term) else "")


def _refusal(name: str, what: Property, *, asked: str) -> str:
    """What is said to who asks for harm, and what can be asked for instead."""
    if not name.endswith(MEASURED):
        end = "high" if what.better == "high" else "low"
        return f"{name} is a hazard and {asked!r} asks for it; ask for it to be {end} instead"
    return (
        f"{name} is likeness to what was measured for a hazard and {asked!r} asks for it; ask for it to be low "
        f"instead, or for {name.removesuffix(MEASURED)}.domain = 1, where its model can be believed"
    )


def _rewards_harm(want: Want, what: Property, *, bounded: bool) -> bool:
    """Whether some desirability rises on the way to more of a hazard; `bounded` says that it has the usual range."""
    if what.better == "high":
        return want.high < (what.high if bounded and what.high is not None else math.inf)
    return want.low > (what.low if bounded and what.low is not None else -math.inf)

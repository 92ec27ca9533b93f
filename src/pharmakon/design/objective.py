"""What a design is asked to be: goals that add up, constraints that must hold.

A goal earns a desirability between 0 and 1, and the score is their weighted geometric mean, so that no goal is bought
with another. A molecule that breaks a constraint scores below 0, by how much it breaks them. Properties come from a
Scorer (models) or are descriptors; a hazard can be a penalty or a limit, never a reward.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator, model_validator
from rdkit import Chem, rdBase
from rdkit.Chem import Mol

from pharmakon.chem.alerts import unwanted
from pharmakon.chem.descriptors import NAMED, named
from pharmakon.chem.fingerprints import bits
from pharmakon.chem.parse import canonical, to_mol
from pharmakon.chem.precedent import unprecedented
from pharmakon.chem.scheduled import refuse
from pharmakon.chem.similarity import tanimoto
from pharmakon.core.config import Config
from pharmakon.core.errors import ConfigError, PharmakonError, RefusedGoal, ScorerError, UnknownName
from pharmakon.core.types import Estimates, Property, Scorer
from pharmakon.design.desirability import Shape, Uncertainty, Want, desirability
from pharmakon.design.lineage import Evaluation, Part

__all__ = ["Constraint", "Evaluation", "Goal", "Objective", "Part", "Sieve", "Term"]

PRESENT = Property("present", "Substructure", "count", low=0, high=1)
SIMILARITY = Property("similarity", "Tanimoto similarity (ECFP4)", "score", low=0, high=1)
SLOW = ("qed", "alerts")
"""Descriptors that take a millisecond or more."""


class Term(Config):
    """One wish: a property in a range, a substructure kept or avoided, or a similarity to a molecule."""

    property: str = Field("", description="a model's or descriptor's name, or 'similarity'")
    want: str = Field("", description="'>= 8', '<= 0.3', '2..5' or '= 3'")
    keep: str = Field("", description="SMARTS that must be there")
    avoid: str = Field("", description="SMARTS that must not be there")
    to: str = Field("", description="SMILES to be similar to")
    tolerance: float | None = Field(
        None, gt=0, description="distance from the wanted range at which a value is worth little"
    )
    uncertainty: Uncertainty = Field(
        "mean", description="judge by the estimate, its worse end, or how probable the wish is"
    )

    @field_validator("want")
    @classmethod
    def _readable(cls, text: str) -> str:
        if text:
            Want.parse(text)
        return text

    @field_validator("keep", "avoid")
    @classmethod
    def _smarts(cls, text: str) -> str:
        with rdBase.BlockLogs():
            if text and Chem.MolFromSmarts(text) is None:
                raise ValueError("not a SMARTS pattern")
        return text

    @field_validator("to")
    @classmethod
    def _smiles(cls, text: str) -> str:
        if text and to_mol(text) is None:
            raise ValueError("not a SMILES")
        return text

    @model_validator(mode="after")
    def _one_wish(self) -> Self:
        wishes = [name for name in ("keep", "avoid", "to") if getattr(self, name)]
        if self.property and not (self.property == "similarity" and wishes == ["to"]):
            wishes.append("property")
        if len(wishes) != 1:
            raise ValueError(f"needs exactly one of property, keep, avoid, to; has {' and '.join(wishes) or 'none'}")
        if self.property == "similarity" and not self.to:
            raise ValueError("a similarity needs to = a SMILES")
        if wishes[0] in ("property", "to") and not self.want:
            raise ValueError("needs want, such as '>= 8'")
        if wishes[0] in ("keep", "avoid") and self.want:
            raise ValueError(f"{wishes[0]} takes no want")
        return self

    def wanted(self) -> Want:
        """The range, 0 or 1 for a substructure."""
        return Want.parse(self.want or ("= 1" if self.keep else "= 0"))

    def name(self) -> str:
        """What the term is about."""
        if self.to:
            return f"similarity to {self.to}"
        return self.property or (f"keep {self.keep}" if self.keep else f"avoid {self.avoid}")


class Goal(Term):
    """A term that earns score."""

    weight: float = Field(1.0, gt=0, description="how much this goal counts beside the others")
    shape: Shape = Field("linear", description="how desirability falls outside the wanted range")


class Constraint(Term):
    """A term that must hold."""

    @field_validator("uncertainty")
    @classmethod
    def _yes_or_no(cls, value: str) -> str:
        if value == "probability":
            raise ValueError("a constraint holds or not; use 'mean' or 'pessimistic'")
        return value


@dataclass(frozen=True, slots=True)
class Judge:
    """A term with what its name stands for. `cheap` ones need no scorer."""

    key: str
    term: Term
    what: Property
    cheap: bool

    def part(self, value: float, low: float, high: float, *, in_domain: bool) -> Part:
        """The verdict on one estimate."""
        want = self.term.wanted()
        grade = desirability(
            want,
            value,
            low,
            high,
            tolerance=self.term.tolerance or want.tolerance(self.what),
            shape=self.term.shape if isinstance(self.term, Goal) else "linear",
            # The band of a probability is its calibration's, not a spread that a chance could be computed from.
            uncertainty="mean" if self.what.kind == "classification" else self.term.uncertainty,
        )
        return Part(value, low, high, in_domain, grade)

    def missed(self, part: Part) -> float:
        """By how much what is judged lies outside the wanted range, in the property's unit; 0 when the wish is met."""
        worst = self.term.uncertainty == "pessimistic" and self.what.kind != "classification"
        judged = (part.low, part.value, part.high) if worst else (part.value,)
        return max(self.term.wanted().violation(value) for value in judged)


class Objective:
    """Goals and constraints, resolved against a scorer's properties and the descriptors.

    Raises UnknownName for a property nobody has, RefusedGoal for a hazard wanted high and for a chemical weapon to be
    like or to keep. `sane` makes the sieve refuse absurd molecules (chem.alerts.unwanted) besides those that break a
    cheap constraint.
    """

    def __init__(
        self,
        goals: Sequence[Goal] = (),
        constraints: Sequence[Constraint] = (),
        *,
        scorer: Scorer | None = None,
        sane: bool = True,
    ) -> None:
        if not goals and not constraints:
            raise ConfigError("an objective needs at least one goal or constraint")
        self.scorer = scorer
        terms = [*goals, *constraints]
        names = [t.name() for t in terms]
        keys = [n if names.count(n) == 1 else f"{n} {t.want}".strip() for n, t in zip(names, terms, strict=True)]
        if len(set(keys)) < len(keys):
            twice = next(k for k in keys if keys.count(k) > 1)
            raise ConfigError(f"{twice!r} is asked for twice; make it one goal or constraint")
        judges = [self._resolve(key, term) for key, term in zip(keys, terms, strict=True)]
        self.goals, self.constraints = tuple(judges[: len(goals)]), tuple(judges[len(goals) :])
        self.sieve = Sieve(tuple(j for j in self.constraints if j.cheap), sane)
        for smiles in self.seeds():
            refuse(smiles, "as a goal")

    @property
    def judges(self) -> tuple[Judge, ...]:
        """Goals, then constraints."""
        return self.goals + self.constraints

    def evaluate(self, smiles: Sequence[str]) -> list[Evaluation]:
        """Score, feasibility and parts of each molecule; ScorerError where a property of one cannot be had."""
        mols = [to_mol(s) for s in smiles]
        asked = list(dict.fromkeys(j.term.property for j in self.judges if not j.cheap))
        estimates = self._ask(smiles, asked)
        columns: dict[str, list[Part]] = {}
        for judge in self.judges:
            found = estimates[judge.term.property] if not judge.cheap else _exact(judge, mols)
            columns[judge.key] = [
                judge.part(float(value), float(low), float(high), in_domain=bool(inside))
                for value, low, high, inside in zip(found.value, found.low, found.high, found.in_domain, strict=True)
            ]
            for text, part in zip(smiles, columns[judge.key], strict=True):
                if not math.isfinite(part.value):
                    raise ScorerError(judge.key, text, "it gave no value")
        rows = [{key: parts[i] for key, parts in columns.items()} for i in range(len(smiles))]
        return [Evaluation(*self.total(parts), parts) for parts in rows]

    def total(self, parts: Mapping[str, Part]) -> tuple[float, bool]:
        """Score and feasibility from the parts: how `evaluate` does it, so that it can be checked afterwards."""
        feasible = all(parts[j.key].desirability == 1.0 for j in self.constraints)
        if not feasible:
            return _mean((parts[j.key].desirability, 1.0) for j in self.constraints) - 1.0, False
        weighted = [(parts[j.key].desirability, j.term.weight) for j in self.goals if isinstance(j.term, Goal)]
        return (_mean(weighted) if weighted else 1.0), True

    def seeds(self) -> list[str]:
        """Molecules the terms themselves name: those to be similar to, and kept patterns that are molecules."""
        texts = [j.term.keep or (j.term.to if j.term.wanted().low > 0 else "") for j in self.judges]
        return list(dict.fromkeys(s for s in map(canonical, texts) if s))

    def _ask(self, smiles: Sequence[str], names: Sequence[str]) -> dict[str, Estimates]:
        if not names or self.scorer is None:
            return {}
        try:
            return self.scorer.estimate(smiles, names)
        except PharmakonError:
            raise
        except Exception as error:
            raise ScorerError(", ".join(names), smiles[0] if smiles else "", error) from error

    def _resolve(self, key: str, term: Term) -> Judge:
        if not term.property or term.property == "similarity":
            return Judge(key, term, SIMILARITY if term.to else PRESENT, True)
        models = dict(self.scorer.properties) if self.scorer is not None else {}
        what = models.get(term.property) or NAMED.get(term.property)
        if what is None:
            raise UnknownName("property", term.property, [*models, *NAMED, "similarity"], where="the objective")
        if what.hazard and _rewards_harm(term.wanted(), what):
            raise RefusedGoal(
                f"{term.property} is a hazard and {term.want!r} asks for it; ask for it to be "
                f"{'high' if what.better == 'high' else 'low'} instead"
            )
        return Judge(key, term, what, term.property not in models)


@dataclass(frozen=True)
class Sieve:
    """Cheap constraints and good sense (no absurd groups, known rings), asked before a proposal may cost a scorer call.

    It can be pickled.
    """

    judges: tuple[Judge, ...] = ()
    sane: bool = True

    def __call__(self, mol: Mol) -> bool:
        """Whether a molecule passes all that is quick to ask: under a millisecond."""
        quick = (j for j in self.judges if j.term.property not in SLOW)
        return all(self._holds(j, mol) for j in quick) and not (self.sane and (unwanted(mol) or unprecedented(mol)))

    def thorough(self, mol: Mol) -> bool:
        """Whether one that passed holds the slow constraints too: asked of the few that are about to be scored."""
        return all(self._holds(j, mol) for j in self.judges if j.term.property in SLOW)

    @staticmethod
    def _holds(judge: Judge, mol: Mol) -> bool:
        return judge.term.wanted().violation(_value(judge.term, mol)) == 0.0


def _value(term: Term, mol: Mol) -> float:
    """A cheap term's value."""
    if pattern := term.keep or term.avoid:
        return float(mol.HasSubstructMatch(_pattern(pattern)))
    if term.to:
        return float(tanimoto(bits([mol]), _reference(term.to))[0, 0])
    if term.property in SLOW:
        return _slow(Chem.MolToSmiles(mol), term.property)
    return float(named([mol], term.property)[0])


def _exact(judge: Judge, mols: Iterable[Mol | None]) -> Estimates:
    values = [_value(judge.term, mol) if mol is not None else math.nan for mol in mols]
    return Estimates.exact(judge.what, "computed", np.array(values, np.float64))


@lru_cache(maxsize=4096)
def _slow(smiles: str, name: str) -> float:
    """A slow descriptor, kept: a sieve asks for it, and soon after the score does."""
    return float(named([to_mol(smiles)], name)[0])


@lru_cache(maxsize=256)
def _pattern(smarts: str) -> Mol:
    return Chem.MolFromSmarts(smarts)


@lru_cache(maxsize=64)
def _reference(smiles: str) -> NDArray[np.uint8]:
    return bits([to_mol(smiles)])


def _rewards_harm(want: Want, what: Property) -> bool:
    """Whether some desirability rises on the way to more of a hazard."""
    if what.better == "high":
        return want.high < (math.inf if what.high is None else what.high)
    return want.low > (-math.inf if what.low is None else what.low)


def _mean(weighted: Iterable[tuple[float, float]]) -> float:
    """Weighted geometric mean."""
    pairs = list(weighted)
    return math.exp(sum(w * math.log(d) for d, w in pairs) / sum(w for _, w in pairs))

"""What is wrong with a design that somebody is about to ask for, each mistake with its place, before anything runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from pharmakon.core.config import in_words
from pharmakon.core.errors import RefusedGoal, UnknownName, UsageError
from pharmakon.core.types import Estimates, Property
from pharmakon.design.novelty import NOVELTY
from pharmakon.design.objective import Constraint, Goal, Objective, halves

from .design import DesignConfig

Place = tuple[str | int, ...]
_KINDS: Mapping[str, type[Goal | Constraint]] = {"goals": Goal, "constraints": Constraint}


@dataclass(frozen=True, slots=True)
class Mistake:
    """A sentence, and the keys that lead to what it is about: ("goals", 2, "want")."""

    place: Place
    message: str

    @property
    def where(self) -> str:
        """The place as a text."""
        return ".".join(map(str, self.place))


class _Meanings:
    """What scorers would know, with nobody to ask."""

    def __init__(self, properties: Mapping[str, Property]) -> None:
        self.properties = properties

    def estimate(self, smiles: Sequence[str], names: Sequence[str]) -> dict[str, Estimates]:
        """See core.types.Scorer."""
        raise _NotAsked


class _NotAsked(UsageError):
    """A wish by examples, which the models of the run will judge."""


def mistakes(data: Mapping[str, Any], properties: Mapping[str, Property]) -> list[Mistake]:
    """Every mistake of a configuration; `properties` are those that scorers will know.

    What takes a file or a model to find out is left to the run.
    """
    found = [*_of_form(data)]
    wrong = {mistake.place[:2] for mistake in found}
    for key, kind in _KINDS.items():
        for number, raw in enumerate(data.get(key, ())):
            if (key, number) not in wrong and isinstance(raw, Mapping):
                found += _of_term(key, number, kind.model_validate(raw), data, properties)
    return found or _of_whole(data, properties)


def _of_form(data: Mapping[str, Any]) -> Iterator[Mistake]:
    try:
        DesignConfig.model_validate(data)
    except ValidationError as error:
        found = error.errors(include_url=False)
        inside = {one["loc"][:n] for one in found for n in range(1, len(one["loc"]))}
        for one in found:
            if one["type"] == "too_short" and one["loc"] in inside:
                continue  # a list whose items are wrong is counted as too short
            yield Mistake(tuple(one["loc"]), in_words(one, DesignConfig))
    except RefusedGoal as error:  # of what the mode keeps
        yield Mistake(("mode",), str(error))


def _of_term(
    key: str, number: int, term: Goal | Constraint, data: Mapping[str, Any], properties: Mapping[str, Property]
) -> Iterator[Mistake]:
    from .design_patient import OURS

    if NOVELTY.name in halves(term) and data.get("known"):
        return  # the distance from a table that the run will read
    if {*OURS} & {*halves(term)} and not data.get("patient"):
        said = "this is the response of a patient: give the profile's table as patient"
        yield Mistake((key, number, "property"), said)
    wishes: dict[str, Any] = {key: [term], "sane": not data.get("mode")}  # what a mode keeps may be anything
    try:
        Objective(**wishes, scorer=_Meanings(properties))
    except _NotAsked:
        return
    except RefusedGoal as error:
        yield Mistake((key, number, "want"), str(error))
    except UnknownName as error:
        yield Mistake((key, number, "property"), str(error))
    except UsageError as error:
        yield Mistake((key, number), str(error))


def _of_whole(data: Mapping[str, Any], properties: Mapping[str, Property]) -> list[Mistake]:
    """Two wishes for the same."""
    config = DesignConfig.model_validate(data)
    computed = [term for term in (*config.goals, *config.constraints) if not term.like]
    goals = [term for term in computed if isinstance(term, Goal) and NOVELTY.name not in halves(term)]
    constraints = [term for term in computed if isinstance(term, Constraint) and NOVELTY.name not in halves(term)]
    if not computed:
        return []
    try:
        Objective(goals, constraints, scorer=_Meanings(properties), sane=not data.get("mode"))
    except UsageError as error:
        return [Mistake(("goals",), str(error))] if goals or constraints else []
    return []

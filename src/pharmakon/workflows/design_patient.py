"""A design for one patient, or for one group against another: the response model as a goal like any other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pharmakon.core.errors import ConfigError
from pharmakon.core.units import show
from pharmakon.design.objective import Constraint, Goal, halves
from pharmakon.record.statement import Grid, Part
from pharmakon.therapy.goal import ResponseGoal
from pharmakon.therapy.match import WARNING, Match, match, said
from pharmakon.therapy.predictor import TOO_WIDE, ResponsePredictor
from pharmakon.therapy.profiles import Profiles, read_profiles
from pharmakon.therapy.trained_on import trained_on

if TYPE_CHECKING:
    from .design import DesignConfig

RESPONSE = "patient_response"
"""The property that a goal file names."""
PERCENTILE = f"{RESPONSE}_percentile"
"""And how many of 100 lines are more sensitive."""
ALONE = (
    Goal(property=RESPONSE, want="<= 0", tolerance=3),
    Goal(property=PERCENTILE, want="<= 20", tolerance=40, weight=2),
)
"""The goals where a file has none of its own: an IC50 of 1 uM, and less in few other lines."""
AGAINST = (Goal(property=RESPONSE, want="<= -1", tolerance=1.5, weight=2),)
"""And against another group: more potent by a factor of e."""
OURS = (RESPONSE, PERCENTILE)
EXPLAINED = 10
"""Designs whose response is explained."""
COLUMNS = (
    "Design",
    "Verdict",
    "ln IC50 in ln uM, 90 % interval",
    "Lines more sensitive, %",
    "Driven by (what most lowers or raises it)",
)


@dataclass(frozen=True, slots=True)
class PatientGoal:
    """The response of the profiles that a design is for."""

    scorer: ResponseGoal
    inputs: tuple[Path, ...]

    @property
    def card(self) -> dict[str, Any]:
        """The response model's card."""
        return self.scorer.predictor.card

    @property
    def title(self) -> str:
        """What the report is called where the goal file gives it no name."""
        who = _who(self.scorer.profiles)
        return f"Designs for {who}" if self.scorer.against is None else f"Designs for {who}, to spare others"

    def notes(self, smiles: Sequence[str]) -> list[str]:
        """How many designs the response model can tell of; nothing where there are none."""
        if not smiles:
            return []
        estimates = self.scorer.estimate(smiles, [RESPONSE])[RESPONSE]
        inside = int(estimates.in_domain.sum())
        who = _who(self.scorer.profiles)
        return [f"Response in {who}: {inside} of {len(smiles)} designs lie where the response model can be trusted."]

    def aside(self, smiles: Sequence[str]) -> Part | None:
        """How far the response model can be trusted, and which genes drive it in the first designs."""
        if not smiles:
            return None
        profiles, predictor = self.scorer.profiles, self.scorer.predictor
        held = self.card.get("held out", {}).get("both", {}).get("model", {})
        sentences = [f"{WARNING[:1].upper()}{WARNING[1:]}."]
        if "pearson" in held:
            sentences.append(
                "On lines and molecules that the response model had not seen, its correlation with what was measured "
                f"is {show(held['pearson'])}."
            )
        sentences += [f"{one.sentence(who_is)}." for who_is, one in trained_on(predictor.model, profiles).items()]
        if len(profiles) > 1:
            sentences.append(f"The table is of {profiles.ids[0]}, the first of {len(profiles)} profiles.")
        rows = [
            (
                f"D{number:03d}",
                item.verdict if not item.why else f"{item.verdict}: {item.why}",
                f"{item.value:.1f} ({item.low:.1f} to {item.high:.1f})",
                f"{item.percentile:.0f}" if np.isfinite(item.percentile) else "–",
                "; ".join(said(push) for push in item.reasons),
            )
            for number, item in enumerate(self._matches(smiles[:EXPLAINED]), start=1)
        ]
        return Part("aside", f"The response of {_who(profiles)}", sentences, [Grid(COLUMNS, rows)])

    def _matches(self, smiles: Sequence[str]) -> list[Match]:
        """In the order of the designs."""
        found = match(self.scorer.predictor, self.scorer.profiles.take([0]), smiles=list(smiles))
        by_drug = {item.drug: item for item in found}
        return [by_drug[one] for one in smiles]


def _who(profiles: Profiles) -> str:
    """Three of the profiles by name, and how many there are besides."""
    names = ", ".join(profiles.ids[:3])
    return names if len(profiles) <= 3 else f"{names} and {len(profiles) - 3} more"


def patient_goal(config: DesignConfig) -> PatientGoal | None:
    """The response as a scorer, where a patient is given.

    Raises ConfigError where a goal names the response and there is no patient, where the model has not been made,
    or where it can tell nothing of any profile of a table.
    """
    asked = any({*OURS} & {*halves(term)} for term in (*config.goals, *config.constraints))
    if config.patient is None:
        if asked:
            raise ConfigError(f"{RESPONSE} is the response of a patient: give the table of the profile as patient")
        if config.against is not None:
            raise ConfigError("against is a second group of profiles; the first is patient")
        return None
    if not (config.response / "card.json").is_file():
        raise ConfigError(
            f"no response model is in {config.response}: pharmakon train-response makes one (response = its folder)"
        )
    predictor = ResponsePredictor.load(config.response)
    profiles = _told(predictor, config.patient)
    others = _told(predictor, config.against) if config.against is not None else None
    scorer = ResponseGoal(RESPONSE, predictor, profiles, others)
    inputs = [config.patient, *([config.against] if config.against is not None else []), config.response / "card.json"]
    return PatientGoal(scorer, tuple(inputs))


def _told(predictor: ResponsePredictor, path: Path) -> Profiles:
    """The profiles of a table; ConfigError where the model can tell nothing of any of them, whatever the molecule."""
    profiles = read_profiles(path)
    # Of a drug of the screen: what keeps a profile from being judged is the same for every molecule.
    reasons = set(map(str, predictor.respond(profiles, predictor.model.drugs_[:1]).why[:, 0]))
    if reasons.isdisjoint({"", TOO_WIDE}):
        said = "; ".join(sorted(reasons))
        raise ConfigError(f"nothing can be designed for {path}: the response model cannot tell of any profile ({said})")
    return profiles


def goals_of_response() -> dict[str, Any]:
    """The key of a goal file that such goals are, of one group: what a form begins with."""
    return {"goals": [goal.model_dump(mode="json", exclude_defaults=True) for goal in ALONE]}


def with_goal(config: DesignConfig) -> DesignConfig:
    """The configuration with goals of the patient's response, where it has none."""
    terms: tuple[Goal | Constraint, ...] = (*config.goals, *config.constraints)
    if config.patient is None or any({*OURS} & {*halves(term)} for term in terms):
        return config
    return config.model_copy(update={"goals": (*config.goals, *(ALONE if config.against is None else AGAINST))})

"""Shadow models of a signature's recipe: what each says of every patient of the cohort, and what that costs them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.biomarkers.nested import Study
from pharmakon.biomarkers.outcome import Outcome
from pharmakon.biomarkers.risks import Risks
from pharmakon.core.errors import DataError, UsageError
from pharmakon.core.types import Floats, Progress, silent
from pharmakon.learn.glm_loss import sigmoid
from pharmakon.privacy.attack import Attack, measure
from pharmakon.privacy.shadow import likelihood_ratio, without_parts

from .engines import Machines
from .study import corrected, keep_signature

LOSS, RATIO = "loss", "likelihood ratio"
PARTS = 5
"""Each shadow model is made of all patients but a fifth: near to the signature, which is made of all."""


ATTACKED = 15
"""Shadow models of the attack that every signature goes through: the least that each patient has
two of on either side."""

KEPT = (
    "Keep it where its patients' data are: pharmakon export refuses it (--accept-risk hands it on as it is). "
    "A stronger penalty gives less away (--slack 4), and so do more patients."
)


@dataclass(frozen=True, slots=True)
class Shadows:
    """What k models say of n records: a confidence (k, n), the loss (k, n), and who made which (k, n)."""

    said: Floats
    loss: Floats
    member: NDArray[np.bool_]
    person: NDArray[np.intp]
    """Whose record it is (n,): several of a patient go together."""
    parts: int
    classes: Floats | None = None
    """The true class of each record (n,), where the outcome is one."""

    def attacks(self) -> list[Attack]:
        """The loss attack, which needs no shadow models, and the likelihood ratio, each model attacked in turn."""
        person = np.broadcast_to(self.person, self.said.shape).ravel()
        model = np.repeat(np.arange(len(self.said)), self.said.shape[1])
        return [
            measure(name, scores.ravel(), self.member.ravel(), person=person, model=model)
            for name, scores in self.scores().items()
        ]

    def scores(self) -> dict[str, Floats]:
        """Scores (k, n) of each attack, the higher the more like a member."""
        return {LOSS: -self.loss, RATIO: likelihood_ratio(self.said, self.member, parts=self.parts)}


def shadows_of(
    study: Study,
    *,
    final: str = "fused",
    shadows: int,
    parts: int = PARTS,
    machines: Machines | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> Shadows:
    """Refit the recipe of a study on `shadows` choices of its patients, and apply each to all of them."""
    rows = np.flatnonzero(study.outcome.known)
    outcome = study.outcome.take(rows)
    person = np.unique(study.groups[rows], return_inverse=True)[1].reshape(-1)
    known = replace(
        study,
        blocks={name: block.take(rows) for name, block in study.blocks.items()},
        outcome=outcome,
        groups=person,
        recipe=study.recipe if outcome.event is None else replace(study.recipe, horizon=study.horizon),
        batches={name: labels[rows] for name, labels in study.batches.items()},
    )
    member = without_parts(person, models=shadows, parts=parts, stratify=outcome.strata, random_state=seed)
    machines = machines or Machines()
    with machines.engine(most=shadows, initializer=_begin, initargs=(known, final, seed)) as pool:
        found = list(pool.map(_shadow, list(member), total=shadows, label="shadow models", progress=progress))
    said, loss = (np.array([one[i] for one in found]) for i in range(2))
    return Shadows(said, loss, member, person, parts, outcome.value if outcome.kind == "binary" else None)


@dataclass(frozen=True, slots=True)
class Membership:
    """What the card of a signature says of its patients' membership; `problem` where nothing could be attacked."""

    attacks: list[Attack]
    models: int = ATTACKED
    problem: str = ""

    @property
    def leaks(self) -> bool:
        """Whether some attack tells patients from others for certain."""
        return any(attack.leaks for attack in self.attacks)

    def plain(self) -> dict[str, Any]:
        """For the card."""
        said: dict[str, Any] = {"models": self.models, "leaks": self.leaks}
        return said | {"attacks": [attack.plain() for attack in self.attacks], "problem": self.problem}

    def said(self) -> str:
        """A sentence for the report and for whoever wants to hand the signature on."""
        from .attack_output import verdict

        if not self.attacks:
            return f"Nobody tried to tell whom the signature was made with: {self.problem}."
        found = verdict(self.attacks).replace("It ", "The signature ", 1)
        if not self.leaks:
            return found
        return f"{found} {KEPT}"


def membership(
    study: Study,
    *,
    final: str = "fused",
    machines: Machines | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> Membership:
    """Attack a recipe with ATTACKED shadow models: so many fits and not seconds, for a seed to give one answer."""
    try:
        found = shadows_of(study, final=final, shadows=ATTACKED, machines=machines, seed=seed, progress=progress)
    except (DataError, UsageError) as error:  # too few patients to leave a fifth of them out
        return Membership([], 0, str(error))
    return Membership(found.attacks())


def confidence(risks: Risks, outcome: Outcome) -> Floats:
    """How sure a model is of the truth, on a scale where it is near normal (n,).

    The logit of the true class; of a number what is left of it; of a survival the score, whose sign the event decides.
    """
    if outcome.kind == "binary":
        return np.where(outcome.value > 0.5, risks.score, -risks.score)
    if outcome.kind == "continuous":
        return outcome.value - risks.value
    assert outcome.event is not None  # noqa: S101  a survival outcome has events
    return np.where(outcome.event > 0.5, risks.score, -risks.score)


def losses(risks: Risks, outcome: Outcome, *, hazard: float = np.nan, horizon: float = np.nan) -> Floats:
    """What each patient's answer costs (n,): logistic loss or squared error.

    Of a survival that of an exponential time, with the signature's cumulated `hazard` at its `horizon`.
    """
    if outcome.kind == "binary":
        return -np.log(np.maximum(sigmoid(np.where(outcome.value > 0.5, risks.score, -risks.score)), 1e-300))
    if outcome.kind == "continuous":
        squared: Floats = (outcome.value - risks.value) ** 2
        return squared
    assert outcome.event is not None  # noqa: S101  a survival outcome has events
    rate = max(hazard, 1e-12) / horizon
    cost: Floats = rate * outcome.value * np.exp(risks.score) - outcome.event * (risks.score + np.log(rate))
    return cost


_STUDY: list[tuple[Study, str, int]] = []
"""The study of this process: sent once to each worker, not with every half."""


def _begin(study: Study, final: str, seed: int) -> None:
    _STUDY[:] = [(study, final, seed)]


def _shadow(chosen: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """(confidence, loss) of every patient from a signature of the chosen ones."""
    study, final, seed = _STUDY[0]
    half = replace(
        study,
        blocks={name: block.take(chosen) for name, block in study.blocks.items()},
        outcome=study.outcome.take(chosen),
        groups=study.groups[chosen],
        batches={name: labels[chosen] for name, labels in study.batches.items()},
    )
    signature, steps = keep_signature(half, stable=final == "stable", seed=seed)
    blocks = {
        name: corrected(block, steps[name], study.batches[name]) if name in steps else block
        for name, block in study.blocks.items()
    }
    risks = signature.apply(blocks)
    hazard = max(signature.fusions.items(), key=lambda one: len(one[0]))[1].hazard
    return confidence(risks, study.outcome), losses(risks, study.outcome, hazard=hazard, horizon=signature.horizon)

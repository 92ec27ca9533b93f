"""From a cohort's markers to a goal of design: the first whose product a shipped model of potency knows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pharmakon.core.errors import DataError
from pharmakon.store.places import path_of
from pharmakon.therapy.screen import GDSC
from pharmakon.therapy.targets import DrugTargets, Objective, objectives, read_targets

if TYPE_CHECKING:
    from .discover import DiscoverResult

GOAL_FILE = "goal.toml"
GOAL = """# Molecules for the product of {gene}, a marker of cohort {cohort}: {said}
# Potency at a target says nothing of whether to block it helps: that is for people to judge.
name = "{gene}, from {cohort}"
goals = [
  {{ property = "{endpoint}", want = ">= 7.5", weight = 3, tolerance = 2 }},
  {{ property = "herg", want = "<= 5", tolerance = 1.5 }},
  {{ property = "ames", want = "<= 0.3" }},
  {{ property = "dili", want = "<= 0.5" }},
  {{ property = "qed", want = ">= 0.6" }},
  {{ property = "sa_score", want = "<= 3.5" }},
]
constraints = [
  {{ property = "mw", want = "250..550" }},
  {{ property = "alerts", want = "= 0" }},
  {{ property = "{endpoint}.domain", want = "= 1" }},
]
"""


@dataclass(frozen=True, slots=True)
class Targeted:
    """A marker that became a goal, what was said of it, and the other markers with a drug or a model."""

    chosen: Objective
    text: str
    others: tuple[Objective, ...]


def targeted(result: DiscoverResult, *, level: float) -> Targeted | None:
    """The goal file of the clearest marker whose product a shipped model knows; None where there is none.

    Markers are those found at the false discovery rate `level`, and those that stability selection took.
    """
    steady = {feature for found in result.stability.values() for feature in found.names}
    rows = [row for row in result.markers() if row["q"] <= level or row["feature"] in steady]
    by_gene = {symbol(row["feature"]): row for row in reversed(rows)}
    known = objectives([symbol(row["feature"]) for row in rows], _targets())
    with_model = [one for one in known if one.endpoint]
    if not with_model:
        return None
    chosen = with_model[0]
    row = by_gene[chosen.gene]
    said = f"effect {row['effect']:+.2g} ({next(iter(result.differential.values())).meaning}), q {row['q']:.2g}"
    text = GOAL.format(
        gene=chosen.gene, cohort=_plain(result.cohort.declaration.name), said=_plain(said), endpoint=chosen.endpoint
    )
    return Targeted(chosen, text, tuple(one for one in known if one.gene != chosen.gene))


def sentences(found: Targeted | None) -> list[str]:
    """What the report says of it."""
    if found is None:
        return ["No marker's product is among the targets of a shipped model: there is nothing to design for."]
    drugs = f", on which {', '.join(found.chosen.drugs[:4])} act" if found.chosen.drugs else ""
    lines = [f"{found.chosen.gene}{drugs}, became the goal of a design ({GOAL_FILE}, {found.chosen.endpoint})."]
    if found.others:
        said = [f"{one.gene} ({one.endpoint or ', '.join(one.drugs[:2])})" for one in found.others[:6]]
        lines.append(f"Other markers with a model or a drug: {', '.join(said)}.")
    return lines


def symbol(feature: str) -> str:
    """A gene's symbol from a feature's name, as in "EGFR (1956_s_at)"."""
    return re.sub(r"\s*\(.*\)$", "", feature).upper()


def _targets() -> DrugTargets | None:
    """The list of drugs and their targets, where it is on this machine."""
    try:
        return read_targets(path_of(GDSC, "targets"))
    except DataError:
        return None


def _plain(text: str) -> str:
    """Text that can stand in a TOML comment and a string."""
    return text.replace("\\", "").replace('"', "").replace("\n", " ")

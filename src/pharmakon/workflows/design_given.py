"""What the molecules that were given had: a table of the report, with the best design below them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pharmakon.chem import depict
from pharmakon.chem.parse import to_mol
from pharmakon.core.units import show
from pharmakon.core.words import counted
from pharmakon.design.lineage import Record
from pharmakon.design.objective import Judge
from pharmakon.record.statement import Grid, Part

from .design_cards import signs, title

if TYPE_CHECKING:
    from .design_table import Dossier

MOST = 8
"""Molecules that are shown."""
SIZE = (180, 130)


def given_part(dossier: Dossier) -> Part | None:
    """The best of the molecules that were given and scored, each with its drawing; None where there is none."""
    given = sorted((one for one in dossier.archive if one.smiles in dossier.given), key=lambda one: -one.score)
    if not given:
        return None
    judges, names = dossier.objective.judges, [f"Given {number}" for number in range(1, len(given) + 1)]
    shown = list(zip(names, given, strict=True))[:MOST]
    beside = [("D001", dossier.chosen[0])] if dossier.chosen else []
    said = f"{counted(len(given), 'molecule')} {'was' if len(given) == 1 else 'were'} given and scored"
    more = f", of which the best {MOST} are shown" if len(given) > MOST else ""
    below = "; the best design stands below" if beside else ""
    return Part(
        "given",
        "What was given",
        [f"{said}{more}{below}. ✓ meets the wish, ✕ misses it."],
        [
            Grid(
                ["Molecule", "Score", *(f"{title(judge)}, {signs(judge)}" for judge in judges)],
                [(name, show(one.score), *(_cell(judge, one) for judge in judges)) for name, one in (*shown, *beside)],
            )
        ],
        structures=[(depict.svg(to_mol(one.smiles), size=SIZE), f"{name}: {one.smiles}") for name, one in shown],
    )


def _cell(judge: Judge, record: Record) -> str:
    """The value with its interval and whether the wish is met; a dash for a goal of a later stage."""
    part = record.evaluation.parts.get(judge.key)
    if part is None:
        return "–"
    mark = "✕" if judge.missed(part) > 0 else "✓"
    if judge.term.keep or judge.term.avoid:
        return mark
    doubt = f" ({show(part.low)} to {show(part.high)})" if part.low < part.high else ""
    return f"{mark} {show(part.value)}{doubt}{'' if part.in_domain else ', outside the domain'}"

"""What a design run begins with, and the molecules that were given and so are no designs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rdkit.Chem import MolToSmiles

from pharmakon.chem.scheduled import is_scheduled
from pharmakon.chem.standardize import standardize
from pharmakon.core.errors import DataError
from pharmakon.core.random import stream
from pharmakon.design.assemble import assemble
from pharmakon.design.begin import parent, unlabelled
from pharmakon.design.graph import flat
from pharmakon.design.guard import ROOM, Guard
from pharmakon.design.objective import Objective, Sieve
from pharmakon.store.tables import open_table

from .stock import Rows

if TYPE_CHECKING:
    from .design import DesignConfig

__all__ = ["INITIAL", "given_of", "initial_of", "sizes_of", "start_of", "with_table"]

INITIAL = 40
"""Molecules scored before the surrogate is first asked."""
HEAVY, SIZES = "heavy_atoms", (8, 60)
"""The descriptor, and its least and most where nothing is said of it."""


def start_of(config: DesignConfig, objective: Objective, sieve: Sieve, guard: Guard | None) -> list[str]:
    """The SMILES to start from: those given, else what the goals and constraints name; none to assemble them.

    Where they name only patterns, the assembled molecules that have them come first, and what was drawn of the
    patterns last: there may be no other.
    """
    if config.start:
        return list(config.start)
    named, drawn = objective.seeds(), objective.drawn()
    if guard is not None:
        return [smiles for smiles in named if guard.accepts(smiles)]
    pool = _assembled(config.seed, sieve) if drawn and not named else []
    return [*named, *pool, *drawn]


def with_table(config: DesignConfig, guard: Guard | None) -> tuple[DesignConfig, list[str]]:
    """The configuration with the molecules of its table behind those it starts from, and what became of the rows.

    So the record of a run names them all. DataError where none of the table can be read, or none fits the mode.
    """
    if config.start_table is None:
        return config, []
    table, found, unreadable, unfit = open_table(config.start_table), list(config.start), 0, 0
    for row in table.rows():
        smiles = "" if row.problem else standardize(row.structure).smiles
        if not smiles:
            unreadable += 1
        elif guard is not None and not guard.accepts(smiles):
            unfit += 1
        else:
            found.append(smiles)
    used = len(found) - len(config.start)
    if not used:
        why = f": {guard.words}" if guard is not None and unfit else ""
        raise DataError(f"{config.start_table}: none of its molecules can be {'started from' if why else 'read'}{why}")
    rows = Rows(config.start_table.name, used, unreadable, unfit=unfit, notes=table.notes)
    whole = config.model_copy(update={"start": tuple(dict.fromkeys(found))})
    read = [rows.sentence("start molecule")]
    if (first := initial_of(whole)) < len(whole.start):
        read.append(f"The first {first:,} of {len(whole.start):,} start molecules were scored, half of the calls.")
    return whole, read


def initial_of(config: DesignConfig) -> int:
    """Molecules scored before the surrogate is first asked: all that were given, but no more than half of the calls."""
    calls = config.stages[0].calls if config.stages else config.calls
    return max(INITIAL, min(len(config.start), calls // 2))


def _assembled(seed: int, sieve: Sieve) -> list[str]:
    found = [(smiles, flat(smiles)) for smiles in assemble(3 * INITIAL // 2, stream(seed, "assemble"))]
    fit = [(smiles, mol) for smiles, mol in found if mol is not None and sieve(mol) and sieve.thorough(mol)]
    return [smiles for smiles, mol in fit if not is_scheduled(mol)]


def sizes_of(config: DesignConfig) -> dict[str, int]:
    """How many heavy atoms a search's molecules have: what is usual, or what the constraints on `heavy_atoms` say."""
    plain = (term for term in config.constraints if term.property == HEAVY and not (term.over or term.to or term.like))
    wants = [term.wanted() for term in plain]
    low = max((want.low for want in wants if math.isfinite(want.low)), default=None)
    high = min((want.high for want in wants if math.isfinite(want.high)), default=None)
    if low is None:
        low = SIZES[0] if high is None or high >= SIZES[0] else 1
    if high is None:
        high = max(SIZES[1], low + ROOM)
    return {"min_atoms": max(1, math.ceil(low)), "max_atoms": max(1, math.floor(high))}


def given_of(config: DesignConfig) -> frozenset[str]:
    """What the user named, as a search knows it: starts, the mode's molecule, and what to be like."""
    texts = (*config.start, config.mode.molecule, *(term.to for term in (*config.goals, *config.constraints)))
    parents = [parent(text) for text in texts if text]
    mols = map(flat, [*parents, *map(unlabelled, parents)])
    return frozenset(MolToSmiles(mol) for mol in mols if mol is not None)

"""Why no molecule holds what is asked: the constraints that break most, in words.

Where a search finds nothing to score, and where nothing that it scored is feasible.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pharmakon.core.errors import UsageError
from pharmakon.core.words import counted, joined
from pharmakon.design.graph import flat
from pharmakon.design.guard import Guard, Pattern
from pharmakon.design.lineage import Record
from pharmakon.design.objective import Judge, Objective
from pharmakon.design.pattern import example
from pharmakon.design.quantities import value

__all__ = ["NothingToStart", "unheld", "why_nothing"]

NOTHING = "there is nothing to start from"
TOLD = 3
"""Constraints that a message names."""


class NothingToStart(UsageError):
    """No molecule that a search could begin with may be scored; `tried` are those that it made, none being given."""

    def __init__(self, tried: Sequence[str], why: str = "") -> None:
        self.tried = tuple(tried)
        begun = f"{NOTHING}: no start was given, and "
        if tried:
            begun += f"none of {counted(len(tried), 'molecule')} tried, nor any child of theirs, holds every constraint"
        else:
            begun += "no molecule could be made"
        super().__init__(begun + why)


def why_nothing(error: UsageError, objective: Objective, guard: Guard | None) -> UsageError:
    """The error with the constraints that most of the tried molecules break, and what to do; another as it is."""
    if not isinstance(error, NothingToStart):
        return error
    tried = error.tried
    patterns = [judge.term.keep for judge in objective.judges if judge.term.keep]
    if isinstance(guard, Pattern) and not tried:
        patterns.append(guard.smarts)
    if undrawn := [text for text in patterns if not example(text)]:
        why = f"; no molecule can be drawn from the pattern {undrawn[0]}: give start molecules that have it"
    elif not tried:
        mode = f" that fits the mode: {guard.words}" if guard is not None else ""
        why = f"{mode}. Loosen that, or give start molecules that hold it"
    elif broken := _broken(objective.sieve.judges, tried):
        why = f": {'; '.join(broken[:TOLD])}. Loosen that, or give start molecules that hold it"
    else:
        why = ", and has no group or ring system that a search avoids; give start molecules"
    return NothingToStart(tried, why)


def unheld(constraints: Sequence[Judge], records: Collection[Record]) -> str:
    """Which constraints no scored molecule held, else which the fewest; "" where one molecule held them all."""
    if not constraints or not records or any(record.evaluation.feasible for record in records):
        return ""
    held = {
        _words(judge): sum(r.evaluation.parts[judge.key].desirability == 1.0 for r in records) for judge in constraints
    }
    never = [words for words, n in held.items() if not n]
    if never:
        return f"{joined(never[:TOLD])} {'was' if len(never) == 1 else 'were'} held by none."
    words = min(held, key=held.__getitem__)
    return f"The fewest held {words}: {held[words]:,} of {counted(len(records), 'molecule')}."


def _broken(judges: Sequence[Judge], smiles: Sequence[str]) -> list[str]:
    """Each constraint that some molecules break and how many do, the most broken first."""
    mols = [mol for mol in map(flat, smiles) if mol is not None]
    found = []
    for judge in judges:
        values = [value(judge.term, mol, judge.known) for mol in mols]
        breaks = sum(judge.part(one, one, one, in_domain=True).desirability < 1.0 for one in values)
        if breaks:
            found.append((breaks, _words(judge)))
    found.sort(key=lambda one: -one[0])
    return [f"{'all' if n == len(mols) else f'{n} of {len(mols)}'} break {words}" for n, words in found]


def _words(judge: Judge) -> str:
    return f"{judge.term.name()} {judge.term.asked()}".strip()

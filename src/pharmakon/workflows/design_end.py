"""What a search leaves: the molecules that are put out as designs, and what there is to say of its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pharmakon.core.words import counted
from pharmakon.design.curriculum import Curriculum
from pharmakon.design.hits import HitSearch
from pharmakon.design.lineage import Record
from pharmakon.design.objective import Objective
from pharmakon.design.optimise import Optimiser
from pharmakon.design.selection import by_front, select

from .design_start import given_of

if TYPE_CHECKING:
    from .design import DesignConfig

__all__ = ["chosen_of", "closest", "how_it_ended", "nothing_found"]


def chosen_of(
    config: DesignConfig, curriculum: Curriculum, objective: Objective
) -> tuple[list[Record], dict[str, int]]:
    """The designs in order, and with several goals not made one the front of each molecule.

    What was given is no design: it is scored, so that designs can be compared with it, and not put out. A search for
    many hits may be given a library, whose hits are asked for, too; it puts out nothing else, if there is a hit.
    """
    given = given_of(config) if config.hits is None else frozenset()
    ranked, front = curriculum.ranked(), dict[str, int]()
    if config.aggregate == "pareto":
        ranked, front = by_front(ranked, [judge.key for judge in objective.goals])
    new = [record for record in ranked if record.smiles not in given]
    if config.hits is not None:
        new = [record for record in new if record.score >= config.hits] or new
    chosen = select(new, config.designs, max_similarity=closest(config), per_scaffold=config.per_scaffold)
    return sorted(chosen, key=lambda r: (front.get(r.smiles, 0), -r.score, r.call)), front


def closest(config: DesignConfig) -> float:
    """Highest similarity of two designs."""
    return config.diversity if config.hits is None else 1 - config.hit_distance


def how_it_ended(search: Optimiser) -> tuple[str, ...]:
    """Why a search ended before its calls were spent, and how many hits it found."""
    notes = []
    if search.stopped == "patience":
        calls = search.settings.patience
        notes.append(f"The search ended early: the ten best did not get better in {calls:,} calls.")
    elif left := _left(search):
        notes.append(
            f"The search ended with {counted(left, 'call')} left: it found nothing else to score that holds what is "
            "quick to check."
        )
    if isinstance(search, HitSearch):
        bar, alike = search.settings.hit, 1 - search.settings.distance
        if number := len(search.found()):
            found = f"{counted(number, 'different hit')} {'was' if number == 1 else 'were'} found"
            notes.append(f"{found}: a score of at least {bar:g}, no two more alike than {alike:g} (ECFP4 Tanimoto).")
        else:
            notes.append(f"No hit was found, which is a score of at least {bar:g}: the designs are what came nearest.")
    return tuple(notes)


def nothing_found(search: Optimiser) -> str:
    """Why there is no design, and what to do."""
    advice = "or give other molecules to start from" if _left(search) else "or spend more calls"
    others = " but those that were given" if any(record.evaluation.feasible for record in search.archive) else ""
    return f"No molecule{others} met every constraint. Loosen one, {advice}."


def _left(search: Optimiser) -> int:
    """Calls that a search had no molecule for."""
    return 0 if search.stopped else search.settings.calls - len(search.archive)

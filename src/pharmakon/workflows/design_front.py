"""What a search for a front found: the molecules that no other beats, and the volume they command after each batch."""

from __future__ import annotations

from pharmakon.design.pareto import points_of, volumes
from pharmakon.record.report import Front

from .design_table import Dossier


def front_of(dossier: Dossier) -> Front | None:
    """The front in the values of the first two goals, and its volume; None where the goals make one score.

    Only molecules that hold every constraint count, and of stages only the last.
    """
    if not dossier.front:
        return None
    calls = dossier.stages[-1]
    feasible = [record for record in calls if record.evaluation.feasible]
    goals = dossier.objective.goals
    shown = goals[:2] if len(goals) > 1 else (goals[0], goals[0])
    values = {r.smiles: tuple(r.evaluation.parts[judge.key].value for judge in shown) for r in feasible}
    volume = dict(zip((r.call for r in feasible), volumes(points_of(feasible, [j.key for j in goals])), strict=True))
    ends = {record.batch: record.call for record in calls}
    curve, reached = [], 0.0
    for record in calls:
        reached = float(volume.get(record.call, reached))
        if ends[record.batch] == record.call:
            curve.append((record.call, reached))
    return Front(
        points=[(a, b) for a, b in values.values()],
        first=[(a, b) for smiles, (a, b) in values.items() if dossier.front[smiles] == 1],
        titles=(_titled(shown[0].what.title, shown[0].what.unit), _titled(shown[1].what.title, shown[1].what.unit)),
        volumes=curve,
    )


def front_in_words(front: Front) -> str:
    """What the front is worth, as a sentence."""
    begun, reached = front.volumes[0][1], front.volumes[-1][1]
    return (
        f"The front holds {len(front.first)} molecules that none beats in every goal; its hypervolume rose from "
        f"{begun:.3f} in the first batch to {reached:.3f} (1 is every goal met)."
    )


def _titled(title: str, unit: str) -> str:
    return f"{title} ({unit})" if unit and unit not in {"count", "score"} else title

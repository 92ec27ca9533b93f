"""A design's passport in one sentence: made again from its recorded steps, its score rebuilt from its parts."""

from __future__ import annotations

from rdkit.Chem import MolToInchiKey

from pharmakon.chem.parse import to_mol
from pharmakon.design.guard import Guard
from pharmakon.design.lineage import Archive, Evaluation, Record, Step, ancestry
from pharmakon.design.objective import Goal, Judge, Objective
from pharmakon.design.propose import replay as again
from pharmakon.explain.decomposition import Decomposition, decompose
from pharmakon.record.passport import Replay


def in_short(record: Record, *, archive: Archive, objective: Objective, guard: Guard | None) -> str:
    """What a card says of a design; a tenth of a second."""
    replay = replayed(record, archive=archive, guard=guard, made={})
    score = taken_apart(objective, record.evaluation)
    steps = f"{replay.steps} recorded {'step' if replay.steps == 1 else 'steps'}"
    molecule = f"the same molecule comes out of {steps} again" if replay.ok else f"{steps} make ANOTHER molecule"
    total = "its score is rebuilt from its parts within 1e-9" if score.ok else "its score is NOT what its parts make"
    return f"Passport: {molecule}; {total}."


def replayed(record: Record, *, archive: Archive, guard: Guard | None, made: dict[Step, str]) -> Replay:
    """A molecule and all scored ones it descends from, made again from their steps; `made` keeps what was made."""
    steps = [step for one in ancestry(archive, record.smiles) for step in one.steps]
    for step in steps:
        if step not in made:
            made[step] = again(step, guard)
    whole = sum(made[step] == step.child for step in steps)
    last = made[record.steps[-1]] if record.steps else record.smiles
    return Replay(len(steps), whole, MolToInchiKey(to_mol(record.smiles)), MolToInchiKey(to_mol(last)))


def taken_apart(objective: Objective, evaluation: Evaluation) -> Decomposition:
    """What each wish costs: the goals, or the constraints where one is broken."""
    parts = evaluation.parts
    if evaluation.feasible:
        wishes = [(j.key, parts[j.key].desirability, weight_of(j)) for j in objective.goals]
        return decompose(wishes, aggregate=objective.aggregate, recorded=evaluation.score)
    wishes = [(j.key, parts[j.key].desirability, 1.0) for j in objective.constraints]
    return decompose(wishes, aggregate="geometric", recorded=evaluation.score, offset=-1.0)


def weight_of(judge: Judge) -> float:
    """What a wish counts beside others; a constraint counts 1."""
    return judge.term.weight if isinstance(judge.term, Goal) else 1.0

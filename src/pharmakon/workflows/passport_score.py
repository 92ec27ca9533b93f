"""A passport's score: each wish from its raw value to what it costs, rebuilt to the recorded total."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pharmakon.design.aggregate import IN_WORDS
from pharmakon.design.desirability import Want
from pharmakon.design.lineage import Evaluation, Record
from pharmakon.design.objective import Goal, Judge, Objective
from pharmakon.explain.decomposition import Decomposition
from pharmakon.record.passport import Score, Term

from .design_cards import asked
from .design_passport import taken_apart, weight_of
from .finished_run import FinishedRun

BROKEN = "a constraint is broken: the weighted geometric mean of the constraints, less 1"
FAILED = "a scorer gave no value: the molecule counts as breaking every constraint"


def score_of(run: FinishedRun, record: Record) -> Score:
    """A recorded score taken apart."""
    objective, evaluation = run.objective(record), record.evaluation
    if any(part.problem for part in evaluation.parts.values()):
        none = (_terms(run, objective.goals, evaluation, None), _terms(run, objective.constraints, evaluation, None))
        return Score(objective.aggregate, FAILED, evaluation.score, evaluation.score, *none, False, problem=FAILED)
    found = taken_apart(objective, evaluation)
    feasible = evaluation.feasible
    return Score(
        aggregate=objective.aggregate,
        words=IN_WORDS[objective.aggregate] if feasible else BROKEN,
        recorded=evaluation.score,
        rebuilt=found.rebuilt,
        goals=_terms(run, objective.goals, evaluation, found if feasible else None),
        constraints=_terms(run, objective.constraints, evaluation, None if feasible else found),
        feasible=feasible,
    )


def why_less(run: FinishedRun, rival: Record, chosen: Record) -> str:
    """On which wish a rival lost most against another molecule, in words."""
    objective = run.objective(rival)
    if not rival.evaluation.feasible:
        parts = rival.evaluation.parts
        broken = [j for j in objective.constraints if parts[j.key].desirability < 1.0]
        return f"breaks {', '.join(_named(j) for j in broken[:3])}" if broken else "a scorer gave no value"
    if not chosen.evaluation.feasible:
        return "breaks no constraint"
    if run.objective(chosen) is not objective:
        return ""
    mine, theirs = (taken_apart(objective, one.evaluation).costs for one in (chosen, rival))
    least = max if rival.score <= chosen.score else min
    i = least(range(len(mine)), key=lambda i: theirs[i].loss - mine[i].loss, default=-1)
    if i < 0 or theirs[i].loss == mine[i].loss:
        return "no different"
    judge = objective.goals[i]
    word = "worse" if theirs[i].loss > mine[i].loss else "better"
    one, other = (e.evaluation.parts[judge.key].value for e in (rival, chosen))
    return f"{word} on {_named(judge)}: {one:.3g}, not {other:.3g}"


def _named(judge: Judge) -> str:
    return asked(judge).title


def _terms(
    run: FinishedRun, judges: Sequence[Judge], evaluation: Evaluation, found: Decomposition | None
) -> list[Term]:
    costs = {cost.name: cost for cost in found.costs} if found is not None else {}
    own = tuple(scorer.name for scorer in run.config.scorers)
    out = []
    for judge in judges:
        part, line = evaluation.parts[judge.key], asked(judge, own)
        cost = costs.get(judge.key)
        again = part.desirability
        if not part.problem:
            again = judge.part(part.value, part.low, part.high, in_domain=part.in_domain).desirability
        out.append(
            Term(
                name=judge.key,
                title=line.title,
                wanted=line.wanted,
                value=part.value,
                low=part.low,
                high=part.high,
                unit=judge.what.unit,
                in_domain=part.in_domain,
                desirability=part.desirability,
                regraded=again,
                weight=weight_of(judge) if isinstance(judge.term, Goal) else 0.0,
                loss=cost.loss if cost is not None else 0.0,
                share=cost.share if cost is not None else 0.0,
                source=line.source,
            )
        )
    return out


def moved(objective: Objective, evaluation: Evaluation, change: dict[str, float]) -> float:
    """What the score would be with some properties' values changed by so much, intervals alike; NaN without a score."""
    parts = dict(evaluation.parts)
    for judge in objective.judges:
        names = [name for name in (judge.term.property, judge.term.over) if name]
        shift = sum(sign * change.get(name, 0.0) for name, sign in zip(names, (1, -1), strict=False))
        part = parts[judge.key]
        if shift and not part.problem:
            low, high = (limit if limit is not None else end for limit, end in _ends(judge))
            value, least, most = (min(max(x + shift, low), high) for x in (part.value, part.low, part.high))
            parts[judge.key] = judge.part(value, least, most, in_domain=part.in_domain)
    return objective.total(parts)[0]


def _ends(judge: Judge) -> tuple[tuple[float | None, float], tuple[float | None, float]]:
    whole = Want(-math.inf, math.inf)
    return (judge.what.low, whole.low), (judge.what.high, whole.high)

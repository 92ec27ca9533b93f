"""The coordinator's side: the answers of all hospitals to one state make the next one, and in the end a signature."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

import numpy as np

from pharmakon.biomarkers.declaration import CLINICAL
from pharmakon.biomarkers.federated_ridge import Descent
from pharmakon.biomarkers.federated_screen import Screen, screen
from pharmakon.core.access import strictest
from pharmakon.core.errors import DataError, UnknownName
from pharmakon.core.types import Floats
from pharmakon.privacy.masking import unmask

from .federate_plan import Answer, Fit, Plan, State, Step, digest
from .federate_plausible import check
from .federate_sums import ALL, folds_of

MOST = 500
"""Features of one Newton fit, whose Hessians travel as files."""


def combine(plan: Plan, answers: Sequence[Answer], state: State | None) -> State:
    """The next state. `state` is the one that was answered, None in the first round.

    Raises DataError naming a site whose answer is missing, stands twice, or is to another plan or state.
    """
    by_site = _checked(plan, answers, state)
    done = Step(
        stage=answers[0].stage,
        state=digest(state) if state else "",
        answers={name: digest(one) for name, one in by_site.items()},
    )
    if state is None:
        return _met(plan, by_site).model_copy(update={"history": (done,)})
    after = {"round": state.round + 1, "history": (*state.history, done)}
    if state.stage == "score":
        scores = {name: one.scores for name, one in by_site.items()}
        return state.model_copy(update={**after, "stage": "done", "scores": scores})
    sums = _summed(plan, by_site)
    found = _screened(plan, state, sums) if state.stage == "screen" else _moved(plan, state, sums)
    return state.model_copy(update={**after, **found})


def _checked(plan: Plan, answers: Sequence[Answer], state: State | None) -> dict[str, Answer]:
    if state is not None and state.plan != plan.hash:
        raise DataError("the state is of another plan than this file")
    if state is not None and state.stage == "done":
        raise DataError("the study is done: its last state has all scores")
    found: dict[str, Answer] = {}
    for one in answers:
        if one.site not in plan.sites:
            raise UnknownName("site", one.site, plan.sites, where="the plan")
        if one.site in found:
            raise DataError(f"site {one.site!r} has two answers here")
        if one.plan != plan.hash:
            raise DataError(f"site {one.site!r} answered another plan: its file is not the coordinator's")
        if one.state != (digest(state) if state else "") or one.stage != (state.stage if state else "meet"):
            raise DataError(f"site {one.site!r} answered another round than the one in --round")
        found[one.site] = one
    if absent := [name for name in plan.sites if name not in found]:
        raise DataError(f"no answer of site {', '.join(absent)}: all sites of the plan must answer")
    return {name: found[name] for name in plan.sites}


def _met(plan: Plan, answers: dict[str, Answer]) -> State:
    """The features that all have, in the first site's order."""
    first = next(iter(answers.values()))
    columns: list[tuple[str, str]] = []
    for block in first.names:
        for name, one in answers.items():
            if one.kinds.get(block) != first.kinds[block]:
                raise DataError(f"block {block!r} is {first.kinds[block]} here and {one.kinds.get(block)} at {name!r}")
        shared = set.intersection(*(set(one.names[block]) for one in answers.values()))
        if not shared:
            raise DataError(f"no feature of block {block!r} is there at every site: are they called alike?")
        columns += [(block, feature) for feature in first.names[block] if feature in shared]
    keys = {name: one.key for name, one in answers.items()} if plan.masked else {}
    if plan.masked and (unlocked := [name for name, key in keys.items() if not key]):
        raise DataError(f"site {', '.join(unlocked)} sent no key")
    said = [one.access for one in answers.values()]
    access = strictest(said)
    return State(
        plan=plan.hash,
        round=1,
        stage="screen",
        keys=keys,
        columns=tuple(columns),
        kinds=dict(first.kinds),
        access=None if access == "open" and None in said else access,  # nobody may have what one site says nothing of
        terms="; ".join(dict.fromkeys(one.terms for one in answers.values() if one.terms)),
    )


def _summed(plan: Plan, answers: dict[str, Answer]) -> dict[str, Floats]:
    first = next(iter(answers.values()))
    if not plan.masked:
        names = sorted(set().union(*(one.sums for one in answers.values())))
        parts = {name: [_array(one, name) for one in answers.values()] for name in names}
        for name, arrays in parts.items():
            if len({a.shape for a in arrays}) > 1:
                raise DataError(f"the sites' sums {name!r} are of different shapes")
        for i, site in enumerate(answers):
            check(plan, {name: arrays[i] for name, arrays in parts.items()}, f"site {site!r}")
        return {name: np.sum(arrays, axis=0) for name, arrays in parts.items()}
    words = {}
    for name, one in answers.items():
        if one.shapes != first.shapes:
            raise DataError(f"the masked sums of site {name!r} are of other shapes than those of {first.site!r}")
        try:
            words[name] = np.frombuffer(base64.b64decode(one.masked, validate=True), dtype="<u8").astype(np.uint64)
        except (ValueError, binascii.Error):
            raise DataError(f"the masked sums of site {name!r} cannot be read") from None
    sizes = [int(np.prod(first.shapes[name])) for name in sorted(first.shapes)]
    if wrong := [name for name, part in words.items() if len(part) != sum(sizes)]:
        raise DataError(f"the masked sums of site {wrong[0]!r} are not as many as it says")
    pieces = np.split(unmask(words, plan.sites), np.cumsum(sizes)[:-1])
    found = {name: piece.reshape(first.shapes[name]) for name, piece in zip(sorted(first.shapes), pieces, strict=True)}
    check(plan, found, "all sites together", sites=len(plan.sites))
    return found


def _array(answer: Answer, name: str) -> Floats:
    try:
        found = np.array(answer.sums[name], dtype=np.float64)
    except (KeyError, TypeError, ValueError):
        raise DataError(f"the answer of site {answer.site!r} lacks the sums {name!r}, or they are no numbers") from None
    if not np.isfinite(found).all():
        raise DataError(f"the sums {name!r} of site {answer.site!r} are not all numbers")
    return found


def _screened(plan: Plan, state: State, sums: dict[str, Floats]) -> dict[str, Any]:
    """Each set of patients has a screen of its own, so that the left-out fold has no say in what is kept."""
    clinical = np.array([block == CLINICAL for block, _ in state.columns])
    fits, found = [], None
    for fold in folds_of(plan):
        found = screen(sums[f"screen {fold}"], len(plan.sites))
        columns = np.sort(np.concatenate([np.flatnonzero(clinical), found.best(plan.kept, ~clinical)]))
        fits.append(_begun(plan, found, columns.astype(np.intp)))
    assert found is not None  # noqa: S101 - there is always the set of all
    n, total = sums[f"count {ALL}"]
    events = min(total, n - total) if plan.outcome == "binary" else n
    return {
        "stage": "fit",
        "fits": tuple(fits),
        "patients": round(n),
        "events": round(events),
        "screened": tuple(
            (j, float(found.effects.effect[j]), float(found.effects.p[j])) for j in fits[-1].columns if not clinical[j]
        ),
    }


def _begun(plan: Plan, found: Screen, columns: Any) -> Fit:
    if not len(columns):
        raise DataError("no feature of the plan varies: there is nothing to fit")
    if plan.method == "newton" and len(columns) > MOST:
        raise DataError(
            f"{len(columns):,} features are too many for Newton steps: a model would send {len(columns) ** 2 / 2:,.0f} "
            f"numbers a round. Keep at most {MOST} (kept), or take method = 'averaging'"
        )
    start = Descent.begin(np.array(plan.penalties), len(columns) + 1)
    left = tuple(0.0 for _ in plan.penalties)
    return _as_fit(start, tuple(map(int, columns)), found.mean[columns], found.per_unit[columns], left)


def _as_fit(at: Descent, columns: tuple[int, ...], mean: Any, per_unit: Any, left: tuple[float, ...]) -> Fit:
    rows = {name: tuple(map(tuple, getattr(at, name).tolist())) for name in ("at", "base", "step")}
    return Fit(
        columns=columns,
        mean=tuple(map(float, mean)),
        per_unit=tuple(map(float, per_unit)),
        best=tuple(at.best.tolist()),
        open=tuple(at.open.tolist()),
        left=left,
        **rows,
    )


def _moved(plan: Plan, state: State, sums: dict[str, Floats]) -> dict[str, Any]:
    """All models one step on; where none is open any more, the penalty of least loss over the left-out folds."""
    last = state.round - 1 >= plan.rounds  # the first two rounds were the features' and the screen's
    fits = []
    for fold, fit in zip(folds_of(plan), state.fits, strict=True):
        open_ = np.array(fit.open, dtype=bool)
        if not open_.any():
            fits.append(fit)
            continue
        at = Descent(
            np.array(plan.penalties),
            np.array(fit.at),
            np.array(fit.base),
            np.array(fit.step),
            np.array(fit.best),
            open_,
        )
        n = float(sums[f"patients {fold}"][0])
        left = np.array(fit.left)
        if fold != ALL:
            left[open_] = sums[f"left {fold}"]
        if plan.method == "newton":
            moved = at.newton(n, sums[f"loss {fold}"], sums[f"slope {fold}"], sums[f"curve {fold}"])
        else:
            moved = at.averaged(n, sums[f"models {fold}"])
        if last:  # what was judged in this round is kept, not the step after it
            still = np.zeros(len(open_), dtype=bool)
            moved = Descent(at.penalties, at.at, at.base, at.step, at.best, still)
        fits.append(_as_fit(moved, fit.columns, fit.mean, fit.per_unit, tuple(left.tolist())))
    if any(any(fit.open) for fit in fits):
        return {"fits": tuple(fits)}
    lost = np.sum([fit.left for fit in fits], axis=0)
    order = np.argsort(-np.array(plan.penalties), kind="stable")
    chosen = int(order[np.argmin(lost[order])])
    notes = (f"the fit was stopped after {plan.rounds} rounds",) if last and plan.method == "newton" else ()
    return {"stage": "score", "fits": tuple(fits), "chosen": chosen, "notes": notes}

"""What a hospital answers in a round: the names of its features, then sums over its patients, and never a row."""

from __future__ import annotations

import base64
from collections.abc import Mapping

import numpy as np

from pharmakon.biomarkers.federated_ridge import local_epochs, loss_sums, newton_sums, with_intercept
from pharmakon.biomarkers.federated_screen import feature_sums
from pharmakon.core.errors import DataError
from pharmakon.core.types import Floats
from pharmakon.privacy.masking import mask, public_key

from .federate_plan import Answer, Fit, Plan, Stage, State, digest
from .federate_site import Site

ALL = -1
"""The fold of the patients of all folds."""


def folds_of(plan: Plan) -> tuple[int, ...]:
    """The sets of patients that sums are wanted of: all but each fold, and all."""
    return (*range(plan.folds), ALL)


def answer(plan: Plan, site: Site, state: State | None, *, secret: bytes | None = None) -> Answer:
    """The hospital's answer to a state, or to the plan alone in the first round; the same for the same patients.

    DataError for the state of another plan, or where masks are wanted and the secret is missing or not the one of the
    first round.
    """
    if plan.masked and secret is None:
        raise DataError("the plan masks sums: the site needs its key (--key), the same in every round")
    if state is None:
        key = public_key(secret) if plan.masked and secret else ""
        names = {name: block.features for name, block in site.blocks.items()}
        kinds = {name: block.kind for name, block in site.blocks.items()}
        return Answer(
            plan=plan.hash,
            state="",
            stage="meet",
            site=site.name,
            key=key,
            names=names,
            kinds=kinds,
            access=site.access,
            terms=site.terms,
        )
    if state.plan != plan.hash:
        raise DataError("the state is of another plan than this file: the coordinator's plan and yours differ")
    wanted = {len(fit.at) for fit in state.fits}
    if state.stage == "fit" and (len(state.fits) != plan.folds + 1 or wanted != {len(plan.penalties)}):
        raise DataError("the state has other folds or penalties than the plan")
    if state.stage == "screen":
        return _sent(plan, site, state, _screen(plan, site, state), secret)
    if state.stage == "fit":
        return _sent(plan, site, state, _fit(plan, site, state), secret)
    raise DataError(f"a study in its stage {state.stage!r} wants no sums")


def _screen(plan: Plan, site: Site, state: State) -> dict[str, Floats]:
    values, y = site.values(state.columns), site.outcome.value
    sums = {}
    for fold in folds_of(plan):
        rows = site.fitted(fold)
        sums[f"screen {fold}"] = feature_sums(values[rows], y[rows])
        sums[f"count {fold}"] = np.array([len(rows), y[rows].sum()])
    return sums


def _fit(plan: Plan, site: Site, state: State) -> dict[str, Floats]:
    values, y, kind = site.values(state.columns), site.outcome.value, site.outcome.kind
    sums: dict[str, Floats] = {}
    for fold, fit in zip(folds_of(plan), state.fits, strict=True):
        at = np.array(fit.at)[np.array(fit.open, dtype=bool)]
        if not len(at):
            continue
        Z = standardised(values, fit)
        rows, penalties = site.fitted(fold), np.array(plan.penalties)[np.array(fit.open, dtype=bool)]
        if plan.method == "newton":
            parts = newton_sums(Z[rows], y[rows], kind, at)
            sums |= dict(zip((f"loss {fold}", f"slope {fold}", f"curve {fold}"), parts, strict=True))
        else:
            moved = local_epochs(Z[rows], y[rows], kind, at, penalties, epochs=plan.epochs, proximal=plan.proximal)
            sums[f"models {fold}"] = len(rows) * moved
        if fold != ALL:
            held = np.flatnonzero(site.part == fold)
            sums[f"left {fold}"] = loss_sums(Z[held], y[held], kind, at)
        sums[f"patients {fold}"] = np.array([float(len(rows))])
    return sums


def standardised(values: Floats, fit: Fit) -> Floats:
    """The columns of a fit (n, d + 1) in its units, gaps at the mean, and a last one of ones."""
    part = values[:, list(fit.columns)]
    mean = np.array(fit.mean)
    return with_intercept((np.where(np.isfinite(part), part, mean) - mean) * np.array(fit.per_unit))


def _sent(plan: Plan, site: Site, state: State, sums: Mapping[str, Floats], secret: bytes | None) -> Answer:
    at, stage = digest(state), state.stage
    if not plan.masked or secret is None:
        plain = {name: value.tolist() for name, value in sums.items()}
        return Answer(plan=plan.hash, state=at, stage=stage, site=site.name, sums=plain)
    flat = np.concatenate([np.ravel(sums[name]) for name in sorted(sums)])
    words = mask(flat, name=site.name, secret=secret, keys=state.keys, context=context(plan, at, stage))
    return Answer(
        plan=plan.hash,
        state=at,
        stage=stage,
        site=site.name,
        shapes={name: value.shape for name, value in sums.items()},
        masked=base64.b64encode(words.astype("<u8").tobytes()).decode(),
    )


def context(plan: Plan, state: str, stage: Stage) -> bytes:
    """What makes the masks of a round its own."""
    return f"{plan.hash}:{state}:{stage}:".encode()

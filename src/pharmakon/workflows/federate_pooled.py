"""What somebody who had all rows would have fitted: the yardstick of a federated study, by other code than its own."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pharmakon.biomarkers.declaration import CLINICAL
from pharmakon.biomarkers.kept_back import KEPT_BACK
from pharmakon.biomarkers.moderated import fit_moderated
from pharmakon.core.types import Floats
from pharmakon.learn.elastic_net import elastic_net_path
from pharmakon.learn.glm_loss import Gaussian, Logistic, Loss

from .federate_plan import Fit, Plan, State
from .federate_site import Site
from .federate_sums import ALL, folds_of

TOLERANCE = 1e-9


def pooled_state(plan: Plan, sites: Mapping[str, Site], like: State) -> State:
    """The pooled study of the same patients, folds and columns as the federated one of the state `like`."""
    site = np.concatenate([np.full(len(one.part), i) for i, one in enumerate(sites.values())])
    part = np.concatenate([one.part for one in sites.values()])
    y = np.concatenate([one.outcome.value for one in sites.values()])
    values = np.concatenate([one.values(like.columns) for one in sites.values()])
    clinical = np.array([block == CLINICAL for block, _ in like.columns])
    penalties = np.array(plan.penalties)
    down = np.argsort(-penalties, kind="stable")
    lost = np.zeros(len(penalties))
    fit: Fit | None = None
    for fold in folds_of(plan):
        rows = np.flatnonzero((part != KEPT_BACK) & (part != fold))
        columns = _kept(plan, values[rows], y[rows], site[rows], clinical)
        mean, spread = np.nanmean(values[rows][:, columns], axis=0), np.nanstd(values[rows][:, columns], axis=0)
        per_unit = np.divide(1.0, spread, out=np.zeros(len(spread)), where=spread > 0)  # as each hospital has it
        Z = (np.where(np.isfinite(values[:, columns]), values[:, columns], mean) - mean) * per_unit
        path = elastic_net_path(
            Z[rows], _loss(plan, y[rows]), alpha=0.0, lambdas=penalties[down], standardise=False, tolerance=TOLERANCE
        )
        models = np.column_stack([path.coefficients, path.intercepts])
        models = models[np.minimum(np.arange(len(down)), len(models) - 1)][np.argsort(down, kind="stable")]
        if fold != ALL:
            held = part == fold
            for k, model in enumerate(models):
                lost[k] += held.sum() * _loss(plan, y[held]).value(Z[held] @ model[:-1] + model[-1])
        fit = Fit(
            columns=tuple(map(int, columns)),
            mean=tuple(mean.tolist()),
            per_unit=tuple(per_unit.tolist()),
            at=tuple(map(tuple, models.tolist())),
        )
    assert fit is not None  # noqa: S101 - there is always the set of all
    return like.model_copy(update={"fits": (fit,), "chosen": int(down[np.argmin(lost[down])])})


def _kept(plan: Plan, values: Floats, y: Floats, site: np.ndarray, clinical: np.ndarray) -> np.ndarray:
    """The columns by the pooled moderated model with a column for each hospital but the first."""
    others = np.unique(site)[1:]
    design = np.column_stack([np.ones(len(y)), y, *(site == other for other in others)])
    found = fit_moderated(values, design, ("1", "y", *map(str, others)), "y")
    usable = np.flatnonzero(~clinical & (np.nanstd(values, axis=0) > 0) & np.isfinite(found.t))
    if plan.kept and plan.kept < len(usable):
        order = np.lexsort((-np.abs(found.t[usable]), found.p[usable]))
        usable = usable[order[: plan.kept]]
    return np.sort(np.concatenate([np.flatnonzero(clinical), usable])).astype(np.intp)


def _loss(plan: Plan, y: Floats) -> Loss:
    return Logistic(y) if plan.outcome == "binary" else Gaussian(y)

"""How good models are on the patients that every hospital kept back: its own, the federated, and over all hospitals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.biomarkers.judging import Estimate, added_value, judge
from pharmakon.biomarkers.kept_back import KEPT_BACK
from pharmakon.biomarkers.outcome import Outcome
from pharmakon.biomarkers.risks import Risks
from pharmakon.biomarkers.signature import Signature
from pharmakon.learn.delong import auc_difference, auc_interval
from pharmakon.learn.interval import NORMAL, Interval
from pharmakon.store.plain import plain

from .federate_model import signature_of
from .federate_plan import Answer, Plan, State, digest
from .federate_rounds import alone
from .federate_site import Site

RESAMPLES = 500
FEDERATED, SINGLE, GAIN = "federated", "single-site", "gain"


def score_answer(plan: Plan, site: Site, state: State) -> Answer:
    """The hospital's scores of the federated model and of one made of its own patients, for the coordinator."""
    models = {FEDERATED: signature_of(plan, state), SINGLE: signature_of(plan, alone(plan, site))}
    scores = scores_of(plan, site, models)
    return Answer(plan=plan.hash, state=digest(state), stage="score", site=site.name, scores=scores)


def scores_of(plan: Plan, site: Site, models: Mapping[str, Signature]) -> dict[str, Any]:
    """Scores of models on the patients kept back, and what each gains over the single-site one; plain data.

    Without figures, and saying so, where fewer are kept back than the plan's `fewest` of a class.
    """
    held = np.flatnonzero(site.part == KEPT_BACK)
    outcome, patients = site.outcome.take(held), site.patients[held]
    n = len(held)
    classes = [int(outcome.value.sum()), n - int(outcome.value.sum())] if outcome.kind == "binary" else [n]
    if min(classes) < max(plan.fewest, 2):
        return {"patients": n, "too few": True}
    risks = {name: _risks(site, model, name).take(held) for name, model in models.items()}
    found: dict[str, Any] = {"patients": n, "events": outcome.events, "observed": float(outcome.value.sum())}
    found["weight"] = classes[0] * classes[1] if outcome.kind == "binary" else n
    for name, risk in risks.items():
        found[name] = {key: asdict(value) for key, value in _judged(outcome, risk, patients, plan.seed).items()}
        found[name]["expected"] = float(risk.value.sum())
        if name != SINGLE and SINGLE in risks:
            found[f"{GAIN} of {name}"] = asdict(_gain(outcome, risk, risks[SINGLE], patients, plan.seed))
    whole: dict[str, Any] = plain(found)
    return whole


def over_all(scores: Mapping[str, Mapping[str, Any]], name: str, measure: str = "") -> Interval:
    """The mean over hospitals, each by its pairs of patients (a class) or its patients (a number).

    Patients of two hospitals are never compared: nobody has both. A hospital without a figure counts nothing; where a
    weighted one has no interval there is none over all.
    """
    values, errors, weights = [], [], []
    for one in scores.values():
        found = one.get(name) or {}
        found = found.get(measure) if measure else found
        if not found or found["value"] is None:
            continue
        ends = found["low"], found["high"]
        values.append(found["value"])
        errors.append(np.nan if None in ends else (ends[1] - ends[0]) / (2 * NORMAL))
        weights.append(one["weight"])
    if not values:
        return Interval(np.nan)
    w = np.array(weights) / np.sum(weights)
    value, error = float(w @ values), float(np.sqrt(w**2 @ np.square(errors)))
    return Interval(value, value - NORMAL * error, value + NORMAL * error)


def _risks(site: Site, model: Signature, name: str) -> Risks:
    """Of all patients; those that were fitted to are marked as seen, and no judge takes them."""
    risks = model.apply(site.blocks)
    return replace(risks, seen=site.part != KEPT_BACK, model=f"{name} model")


def _judged(outcome: Outcome, risks: Risks, patients: NDArray[np.str_], seed: int) -> dict[str, Estimate]:
    """Every measure, the leading one with its interval: DeLong's of an AUC, unless a patient stands twice."""
    found = judge(outcome, risks, patients, resamples=0)
    leading = next(iter(found))
    if _by_delong(outcome, patients):
        return found | {leading: _of(auc_interval(outcome.value, risks.score), found[leading])}
    return found | judge(outcome, risks, patients, only=(leading,), resamples=RESAMPLES, random_state=seed)


def _gain(outcome: Outcome, risks: Risks, other: Risks, patients: NDArray[np.str_], seed: int) -> Estimate:
    if _by_delong(outcome, patients):
        difference = auc_difference(outcome.value, risks.fair().score, other.fair().score)
        return Estimate(*difference, patients=len(outcome), events=outcome.events)
    return next(iter(added_value(outcome, risks, other, patients, resamples=RESAMPLES, random_state=seed).values()))


def _by_delong(outcome: Outcome, patients: NDArray[np.str_]) -> bool:
    return outcome.kind == "binary" and len({*patients.tolist()}) == len(patients)


def _of(found: Interval, judged: Estimate) -> Estimate:
    return replace(judged, value=found.value, low=found.low, high=found.high)

"""The design check: everything that is looked into before anything is fitted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.biomarkers.aliasing import aliasing
from pharmakon.biomarkers.answer import answers, covariate_answers
from pharmakon.biomarkers.block import Block
from pharmakon.biomarkers.check import Check, ranked
from pharmakon.biomarkers.cohort import Cohort
from pharmakon.biomarkers.missingness import missingness, unmeasured
from pharmakon.biomarkers.outcome import Outcome
from pharmakon.biomarkers.positivity import positivity
from pharmakon.biomarkers.sample_size import expected_shrinkage
from pharmakon.biomarkers.spelling import spellings
from pharmakon.biomarkers.twins import twins

FEWEST = 10
"""Patients of the rarer class, or events, without which no model of many markers is made."""
TOO_FEW = "too few to choose and judge a model of many markers"
FEW = 50
SMALL_GROUP = 20
SHRINKAGE, EXPECTED = 0.9, 0.15
"""Of Riley's first criterion: the shrinkage wanted, and the share of the largest R2 that is expected."""
PREDICTIVE = "predictive"


def check_design(cohort: Cohort, *, seed: int = 0) -> list[Check]:
    """All checks of a cohort, the worst first. `check.enforce` turns refusals into an error.

    An outcome that says nothing is the only check then: nothing else can be compared with it.
    """
    if reason := _says_nothing(cohort.outcome):
        return [Check("outcome", "refused", "The outcome", reason, "Look at its columns.", "anything")]
    design = cohort.declaration.design
    roles = {name: cohort.role(name) for name in ("batch", "site", "arm")}
    found = [*_events(cohort), *aliasing(cohort.outcome, roles)]
    if cohort.declaration.context_of_use == PREDICTIVE or roles["arm"] is not None:
        found += positivity(
            roles["arm"],
            cohort.blocks,
            cohort.patients,
            ids=cohort.ids,
            randomised=design.randomised,
            seed=seed,
        )
    elif cohort.declaration.context_of_use == "response":
        sentence = "One arm, or none declared: a marker of response here is prognostic or predictive, unresolved."
        found.append(Check("unresolved", "warning", "What the marker can claim", sentence))
    found += unmeasured(cohort.screened)
    found += missingness(cohort.outcome, cohort.blocks)
    found += spellings({column: cohort.labels(column).tolist() for column in _words(cohort)})
    found += [twins(block, cohort.ids, cohort.patients) for block in cohort.omics.values()]
    found += [check for block in cohort.omics.values() for check in _scale(block)]
    found += [answers(cohort.outcome, block) for block in cohort.omics.values()]
    if design.covariates:
        found.append(covariate_answers(cohort.outcome, _covariates(cohort)))
    found += _groups(cohort)
    return ranked(found)


def _says_nothing(outcome: Outcome) -> str:
    """Why nothing can go with the outcome; "" where something can."""
    value = outcome.value[outcome.known]
    if outcome.event is None:
        return "" if len({*value}) > 1 else f"The outcome is the same in all {len(value):,} samples."
    event = outcome.event[outcome.known] > 0.5
    if not event.any():
        return f"No event came in {len(value):,} samples: there is nothing to go with."
    if len({*value}) == 1:
        return f"All {len(value):,} samples have one time under observation ({value[0]:g}): nobody was before another."
    if len({*value[event]}) == 1:
        return f"All events ({event.sum():,}) came at one time ({value[event][0]:g}): nobody had it before another."
    return ""


def _words(cohort: Cohort) -> list[str]:
    """The clinical columns whose words make groups; the patient too, who under two spellings is on both sides."""
    declared = cohort.declaration
    design = declared.design
    roles = [declared.clinical.patient, design.batch, design.site, design.arm]
    features = [name for spec in declared.blocks if spec.file is None for name in spec.features]
    return list(dict.fromkeys([*filter(None, roles), *design.covariates, *design.subgroups, *features]))


def _covariates(cohort: Cohort) -> dict[str, NDArray[Any]]:
    """The covariates as they are in the table, words or numbers: an indicator of one word does not show a code."""
    block = cohort.covariates
    numbers = dict(zip(block.features, block.values.T, strict=True))
    design = cohort.declaration.design
    return {column: numbers.get(column, cohort.labels(column)) for column in design.covariates}


def _events(cohort: Cohort) -> Iterator[Check]:
    outcome, title = cohort.outcome, "Enough events"
    n, events = len({*cohort.patients}), cohort.by_patient().outcome.events
    what = {"binary": "patients of the rarer class", "survival": "events", "continuous": "values"}[outcome.kind]
    if events == 1:
        what = {"binary": "patient of the rarer class", "survival": "event", "continuous": "value"}[outcome.kind]
    measures = {"patients": float(n), "events": float(events)}
    if events < FEWEST:
        sentence = f"{events} {what}: {TOO_FEW}."
        advice = f"At least {FEWEST} are needed, some hundred for a model that is to be used."
        yield Check("events", "refused", title, sentence, advice, "multivariable", measures)
    elif events < FEW:
        sentence = f"{events} {what}: expect wide intervals, and a signature that changes with the sample."
        yield Check("events", "warning", title, sentence, measures=measures)
    else:
        yield Check("events", "passed", title, f"{events} {what}.", measures=measures)
    yield from _riley(cohort)
    if n < len(cohort):
        sentence = f"{len(cohort):,} samples are of {n:,} patients; no patient is on both sides of a split."
        yield Check("repeats", "info", "Several samples of a patient", sentence, measures=measures)


def _riley(cohort: Cohort) -> Iterator[Check]:
    """Whether a model of the covariates alone, and one of every feature, could be trusted (Riley et al. 2019).

    The strength to expect is not known; 15 % of the most that there can be is what the authors advise then.
    """
    outcome, n = cohort.outcome, len({*cohort.patients})
    clinical = cohort.covariates.values.shape[1]
    every = clinical + sum(block.values.shape[1] for block in cohort.omics.values())
    most = 1.0
    if outcome.kind != "continuous":
        share = min(max(outcome.events / len(outcome), 1e-3), 0.999)
        null = share * np.log(share) + (1 - share) * np.log(1 - share)
        if outcome.kind == "survival":
            null = share * np.log(share) - share
        most = 1 - float(np.exp(2 * null))
    expected = EXPECTED * most
    shrunk = expected_shrinkage(n, every, r2=expected)
    measures = {"features": float(every), "shrinkage": shrunk}
    needed = 0
    if clinical:
        needed = int(np.ceil(clinical / ((SHRINKAGE - 1) * np.log1p(-expected / SHRINKAGE))))
        measures["patients for the covariates"] = float(needed)
    title = "Patients for the model (Riley)"
    columns = f"{clinical} clinical columns" if clinical > 1 else "clinical column"
    all_of = "the one feature" if every == 1 else f"all {every:,} features"
    whole = f"A model of {all_of} without any shrinkage would keep {shrunk:.0%} of its apparent effects."
    if needed > n:
        sentence = f"A model of the {columns} alone wants {needed:,} patients; there are {n:,}. {whole}"
        yield Check("sample-size", "warning", title, sentence, "Expect the interval to say so.", None, measures)
    else:
        bar = f"{n:,} patients are enough for a model of the {columns}. " if clinical else ""
        yield Check("sample-size", "info", title, f"{bar}{whole}", measures=measures)


def _scale(block: Block) -> Iterator[Check]:
    """Whether the numbers look like what they are declared to be."""
    name, title, values = f"scale-{block.name}", f"Scale of {block.name}", block.values
    known = values[np.isfinite(values)]
    if not len(known):
        yield Check(name, "refused", title, f"Block {block.name} has no value at all.", "", "anything")
        return
    spread = np.nanmax(values, axis=0, initial=-np.inf) - np.nanmin(values, axis=0, initial=np.inf)
    constant = int((spread == 0).sum())
    if constant:
        sentence = f"{constant:,} of {len(block.features):,} features are the same for everybody, and are not used."
        yield Check(f"constant-{block.name}", "info", "Constant features", sentence)
    whole = bool((known == np.round(known)).all()) and float(known.min()) >= 0
    if block.kind == "counts" and not whole:
        sentence = f"Block {block.name} is declared as counts, but holds fractions or values below 0."
        yield Check(name, "refused", title, sentence, "Give the raw counts, or declare it continuous.", "anything")
    elif block.kind == "continuous" and whole and float(known.max()) > 50:
        sentence = f"Block {block.name} holds whole numbers up to {known.max():g}: they look like counts."
        yield Check(name, "warning", title, sentence, "Declare kind = 'counts', or a transform = 'cpm'.")
    elif block.kind == "continuous" and float(np.nanpercentile(known, 99)) > 1000:
        sentence = f"Block {block.name} reaches {known.max():.3g}: it does not look like logarithms."
        yield Check(name, "warning", title, sentence, "Set the block's floor and transform = 'log2'.")
    else:
        yield Check(name, "passed", title, f"{len(block.features):,} features as declared ({block.kind}).")


def _groups(cohort: Cohort) -> Iterator[Check]:
    """Subgroups too small to say anything about."""
    for column in cohort.declaration.design.subgroups:
        labels = cohort.labels(column)
        names, number = np.unique(labels[labels != ""], return_counts=True)
        small = [f"{name} ({n})" for name, n in zip(names, number, strict=True) if n < SMALL_GROUP]
        if small:
            sentence = f"Too few of {column} {', '.join(small)} to say how well anything works for them."
            yield Check(f"subgroup-{column}", "warning", f"Subgroups by {column}", sentence)
        else:
            said = ", ".join(f"{name} {n}" for name, n in zip(names, number, strict=True))
            yield Check(f"subgroup-{column}", "passed", f"Subgroups by {column}", f"{said or 'none known'}.")

"""TRIPOD+AI of a validation: what evaluating a finished signature in other patients knows of itself, by item."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from pharmakon.core.units import show
from pharmakon.core.words import joined

from .study_checklists import flow_of, gaps_of, outcome_of, size_of
from .study_report import interval
from .study_scores import MEASURES, unscaled

if TYPE_CHECKING:
    from .validate import ValidateConfig, ValidateResult, Validation

OUTPUTS = {
    "binary": "The probability of the class, between 0 and 1; no threshold is set.",
    "continuous": "A number in the outcome's unit; no threshold is set.",
    "survival": "The risk of the event by the signature's horizon, between 0 and 1; no threshold is set.",
}


def answers(result: ValidateResult, config: ValidateConfig) -> dict[str, dict[str, str]]:
    """What the validation says, by checklist and item; what only people know is left out, and so left to them."""
    return {"tripod_ai": _tripod(result, config)}


def _tripod(result: ValidateResult, config: ValidateConfig) -> dict[str, str]:
    card, made_in = result.frozen.card, str(result.frozen.card["cohort"]["name"])
    names = joined([one.cohort.declaration.name for one in result.validations])
    signature = result.frozen.signature
    markers = joined([f"{len(model.features):,} of {name}" for name, model in signature.models.items()])
    found = {
        "1": f"Evaluation of the signature {card['name']} of {signature.outcome}, made in {made_in}, in {names}.",
        "4": "Evaluation of a finished model in other patients. Nothing is fitted.",
        "5a": f"Developed in {made_in}; evaluated in {names}. Every table is in run.json by its SHA-256.",
        "7": "Values as given, but for transforms of each sample alone that the declarations name.",
        "8a": _each(result, outcome_of),
        "9a": f"Those of the signature: {markers}. None was chosen here.",
        "10": _each(result, size_of),
        "11": _each(result, _missing),
        "12a": _each(result, lambda one: _apart(one, config)),
        "12b": "Linear, in standard deviations of the patients that the signature was made with.",
        "12c": f"The signature as it was frozen, SHA-256 {card['signature']['sha256']}; built as its card says.",
        "12e": _measured(result.validations[0]),
        "12f": "None: no coefficient, mean or calibration was changed.",
        "12g": "By the frozen signature, each sample alone; the table of risks has every prediction (risks.csv).",
        "13": "Classes were not balanced, and risks not recalibrated.",
        "15": OUTPUTS[signature.kind],
        "16": _each(result, lambda one: _against(one, result)),
        "18f": f"pharmakon, version and seed under How to repeat it; seed {config.seed}.",
        "20a": _each(result, flow_of),
        "20c": _each(result, lambda one: " ".join(one.notes) or "Nothing that the checks look for."),
        "21": _each(result, _numbers),
        "22": "The signature's folder: every coefficient, mean and standard deviation, with a SHA-256.",
        "23a": _each(result, lambda one: _performance(one, result.leading)),
        "23b": _heterogeneity(result),
        "24": "The model was not updated.",
        "26": _each(result, _warned),
        "27a": "A gap takes the median of the training patients; without a block the risk is of the others alone, and "
        "without all of them there is none.",
    }
    if any(one.groups for one in result.validations):
        found["14"] = _each(result, lambda one: f"Performance is shown by {joined([*one.groups]) or 'no group'}.")
    if result.frozen.corrections:
        blocks = joined([*result.frozen.corrections])
        found["12d"] = (
            f"The batches of {blocks} are corrected by ComBat of the training patients; unseen: {config.unseen}."
        )
    return found


def _each(result: ValidateResult, said: Callable[[Validation], str]) -> str:
    """What is said of each cohort, under its name where there are several."""
    if len(result.validations) == 1:
        return said(result.validations[0])
    return " ".join(f"{one.cohort.declaration.name}: {said(one)}" for one in result.validations)


def _missing(one: Validation) -> str:
    none = f" {one.without:,} have no risk and are in no score." if one.without else ""
    return f"{gaps_of(one)}{none}"


def _apart(one: Validation, config: ValidateConfig) -> str:
    if one.seen and config.drop_seen:
        return f"All patients evaluate but {one.seen:,} samples that made the signature, which were left out."
    return "All patients evaluate. None is known to have made the signature: it recognises its own."


def _measured(one: Validation) -> str:
    how = {MEASURES[name]: by for name, by in one.scored.methods.items() if name in MEASURES}
    listed = joined([f"{name} ({by})" for name, by in how.items()])
    added = ", and the difference to the clinical columns alone" if one.scored.added is not None else ""
    return f"With 95 % intervals: {listed}{added}. Plots of discrimination, calibration and net benefit."


def _against(one: Validation, result: ValidateResult) -> str:
    absent = [name for name in result.frozen.signature.models if name not in one.pattern]
    said = f"The same kind of outcome ({one.cohort.outcome.kind}), and the blocks {joined([*one.pattern])}"
    return f"{said}{f', without {joined(absent)}' if absent else ', all of the signature'}."


def _numbers(one: Validation) -> str:
    lead = next(iter(one.scores.values()))
    return f"{lead.patients:,} patients and {lead.events:,} events in every score."


def _performance(one: Validation, leading: str) -> str:
    rest = [f"{MEASURES[name]} {show(found.value)} ({interval(found)})" for name, found in one.scores.items()]
    groups = f" By {joined([*one.groups])}: the table of subgroups." if one.groups else ""
    return f"{'; '.join(sorted(rest, key=lambda text: not text.startswith(MEASURES[leading])))}.{groups}"


def _heterogeneity(result: ValidateResult) -> str:
    if result.summary is None:
        return "One cohort was evaluated: how cohorts differ cannot be told."
    s, lead = result.summary, result.leading
    said = f"{s.i2:.0%} of the variance of {MEASURES[lead]} is between {len(result.validations)} cohorts."
    if not math.isfinite(s.expected_low):
        return f"{said} Too few cohorts to say what to expect in a further one."
    low, high = (show(unscaled(lead, end)) for end in (s.expected_low, s.expected_high))
    return f"{said} In a further one {low} to {high} is to be expected."


def _warned(one: Validation) -> str:
    return " ".join(_warnings(one)) or "No check of the cohort's design had a warning."


def _warnings(one: Validation) -> Iterator[str]:
    yield from (check.sentence for check in one.checks if check.severity in ("warning", "refused"))

"""REMARK and TRIPOD+AI, filled in with what a discovery knows of itself. What only people know is left to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from pharmakon.record.checklist import Answer, Checklist, checklist, filled

from .study_scores import MEASURES, called

if TYPE_CHECKING:
    from pharmakon.biomarkers.check import Check
    from pharmakon.biomarkers.cohort import Cohort

    from .discover import DiscoverConfig, DiscoverResult

TUMOUR = frozenset({"prognostic", "predictive", "response", "monitoring"})
"""Uses of a marker that REMARK is about."""


def checklists(result: DiscoverResult, config: DiscoverConfig) -> list[tuple[Checklist, list[Answer]]]:
    """The checklists that the claimed use asks for, with answers by item."""
    return [(checklist(name), filled(name, said)) for name, said in answers(result, config).items()]


def answers(result: DiscoverResult, config: DiscoverConfig) -> dict[str, dict[str, str]]:
    """What the discovery says, by checklist that the claimed use asks for, and item."""
    found = {}
    if result.cohort.declaration.context_of_use in TUMOUR:
        found["remark"] = _remark(result, config)
    if result.scores is not None:
        found["tripod_ai"] = _tripod(result, config)
    return found


def _remark(result: DiscoverResult, config: DiscoverConfig) -> dict[str, str]:
    answers = {
        "7": outcome_of(result),
        "8": _candidates(result),
        "9": size_of(result),
        "10": " ".join(
            [_univariable(result, config), gaps_of(result), *([_validation(config)] if result.scores else [])]
        ),
        "11": "Markers are used as numbers, in standard deviations of the training patients; no cut-point was sought.",
        "12": flow_of(result),
        "15": "The table of markers: each alone, unadjusted, with interval (markers.csv has all).",
    }
    if result.cohort.covariates.features:
        answers["16"] = f"The table of markers: adjusted for {', '.join(result.cohort.covariates.features)}."
    if result.scores is not None:
        answers["17"] = "The table of models: clinical variables alone, and with the markers."
        answers["18"] = f"{_validation(config)} {_null(result)} Subgroups and stability of the choice: see the page."
    return answers


def _tripod(result: DiscoverResult, config: DiscoverConfig) -> dict[str, str]:
    answers = {
        "4": "Development, judged by nested cross-validation; no evaluation in other patients.",
        "7": "Values as given, but for transforms of each sample alone that the declaration names.",
        "8a": outcome_of(result),
        "9a": f"{_candidates(result)} None was left out by its relation to the outcome before the folds.",
        "10": size_of(result),
        "11": gaps_of(result),
        "12a": _validation(config),
        "12b": "Linear, in standard deviations of the training patients.",
        "12c": (
            "Elastic net per block, penalty chosen in inner folds; scores of blocks fused and calibrated on inner "
            "out-of-fold scores; boosted trees as challenger."
        ),
        "12e": f"{', '.join(MEASURES[name] for name in _metrics(result))}, decision curve.",
        "13": "Classes were not balanced.",
        "15": "A risk between 0 and 1, or a number in the outcome's unit; no threshold is set.",
        "18f": "pharmakon, version and seed under How to repeat it.",
        "20a": flow_of(result),
        "21": f"{len({*result.cohort.patients}):,} patients, {result.cohort.outcome.events:,} events throughout.",
        "22": "The folder signature: every coefficient, mean and standard deviation, with a SHA-256.",
        "23a": "The tables of models and of subgroups.",
        "26": _null(result),
    }
    if result.cohort.declaration.design.subgroups:
        answers["14"] = f"Performance is shown by {', '.join(result.cohort.declaration.design.subgroups)}."
    if result.cohort.declaration.design.batch:
        how = "ComBat, learnt from training patients" if config.correction == "combat" else "in the univariable models"
        answers["12d"] = f"Batch: {how}."
    return answers


def _metrics(result: DiscoverResult) -> list[str]:
    return list(next(iter(result.scores.models.values()))) if result.scores else []


class Looked(Protocol):
    """A cohort that was looked at: a discovery, or one of a validation's."""

    @property
    def cohort(self) -> Cohort: ...

    @property
    def checks(self) -> Sequence[Check]: ...


def outcome_of(result: Looked) -> str:
    """The outcome in words."""
    outcome = result.cohort.outcome
    kind = {"binary": "a class", "continuous": "a number", "survival": "time to an event, right-censored"}[outcome.kind]
    ones = f"; 1 is {outcome.positive}" if outcome.positive else ""
    if outcome.kind == "survival":
        ones = f"; the event is {result.cohort.declaration.outcome.event} = {outcome.positive}"
    return f"{outcome.name}: {kind}{ones}{f', in {outcome.unit}' if outcome.unit else ''}."


def _candidates(result: DiscoverResult) -> str:
    parts = [f"{len(block.features):,} of {name}" for name, block in result.cohort.blocks.items()]
    return f"Candidates: {', '.join(parts)}."


def size_of(result: Looked) -> str:
    """How many there were, and what the check of their number says."""
    sentence = next((check.sentence for check in result.checks if check.name == "events"), "")
    return f"All patients there were. {sentence}"


def gaps_of(result: Looked) -> str:
    """What was not measured, and what fills it."""
    said = " ".join(
        check.sentence for check in result.checks if check.name.startswith(("unmeasured", "gaps-", "absent-"))
    )
    return f"{said} In signatures gaps are filled with the median of the training patients."


def _univariable(result: DiscoverResult, config: DiscoverConfig) -> str:
    methods = ", ".join(dict.fromkeys(table.method for table in result.differential.values()))
    return f"Each marker alone: {methods}; false discovery rate by Benjamini-Hochberg at {config.level:g}."


def _validation(config: DiscoverConfig) -> str:
    times = f", {config.repeats} times" if config.repeats > 1 else ""
    return f"Nested cross-validation by patient, {config.folds} outer folds{times}; all choices inside the folds."


def flow_of(result: Looked) -> str:
    """How many were left after each step."""
    return "; ".join(f"{step}: {n:,}" for step, n in result.cohort.flow) + "."


def _null(result: DiscoverResult) -> str:
    if result.scores is None:
        return ""
    scores = result.scores
    null = scores.null[scores.main]
    return f"On permuted outcomes {called(scores.main)} gives {MEASURES[scores.leading]} {null.mean:.2f}."

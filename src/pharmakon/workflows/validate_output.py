"""What a validation leaves behind: risks.csv, result.json, report.html, and the ledger's entries of them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pharmakon.biomarkers.quality import FEWEST
from pharmakon.core.files import write_atomic
from pharmakon.core.units import show
from pharmakon.record.crate import close
from pharmakon.record.discovery import REPORT, RESULT, RISKS_FILE, GroupLine, Panel, ScoreLine, StudyPage, render
from pharmakon.record.ledger import Ledger
from pharmakon.store.plain import document
from pharmakon.store.plain import plain as plain_data
from pharmakon.store.writers import write_csv

from . import study_plots
from .group_performance import GROUPS, for_whom, said_of
from .study_patterns import promised
from .study_report import CAUTION, FEW_EVENTS, check_lines, group_lines, interval, number, span
from .study_scores import CHANCE, MEASURES, unscaled
from .validate_checklists import answers

if TYPE_CHECKING:
    from .validate import ValidateConfig, ValidateResult, Validation

COLUMNS = ("cohort", "sample", "patient", "risk", "score")


def write(result: ValidateResult, config: ValidateConfig, ledger: Ledger) -> ValidateResult:
    """Write every file, record it, close the ledger; the result with the ledger's head."""
    folder = result.folder
    write_csv(folder / RISKS_FILE, COLUMNS, _risks(result))
    write_atomic(folder / GROUPS, document(_by_group(result, config)))
    write_atomic(folder / RESULT, document(plain(result) | {"checklists": answers(result, config)}))
    for name in (RISKS_FILE, GROUPS, RESULT):
        ledger.output(folder / name)
    head = ledger.append("validated", cohorts=len(result.validations)).hash
    result = replace(result, head=head)
    write_atomic(folder / REPORT, render(_page(result, config)))
    ledger.output(folder / REPORT)
    return replace(result, head=close(ledger).hash)


def _by_group(result: ValidateResult, config: ValidateConfig) -> dict[str, Any]:
    """Performance in every group of every cohort; what stands out joins the cohort's notes."""
    found = {}
    for path, one in zip(config.cohorts, result.validations, strict=True):
        horizon = result.frozen.signature.horizon
        performance = for_whom(one.cohort, one.risks, path, horizon=horizon, seed=config.seed)
        one.notes.extend(said_of(performance, one.cohort.outcome.kind))
        found[one.cohort.declaration.name] = performance
    return found


def plain(result: ValidateResult) -> dict[str, Any]:
    """The result as plain data."""
    said = {
        "signature": {
            "name": result.frozen.card["name"],
            "sha256": result.frozen.card["signature"]["sha256"],
            "nested": result.frozen.card["nested"],
        },
        "measure": result.leading,
        "cohorts": [
            {
                "name": one.cohort.declaration.name,
                "hash": one.cohort.hash,
                "samples": len(one.cohort),
                "seen": one.seen,
                "blocks": list(one.pattern),
                "nested with these blocks": promised(result.frozen.card, one.pattern, result.leading),
                "scores": {name: asdict(found) for name, found in one.scores.items()},
                "over clinical": None if one.scored.added is None else asdict(one.scored.added),
                "intervals": one.scored.methods,
                "subgroups": {
                    column: [{"level": g.level, "inside": asdict(g.inside), "gap": asdict(g.gap)} for g in groups]
                    for column, groups in one.groups.items()
                },
                "checks": [asdict(check) for check in one.checks],
                "notes": one.notes,
            }
            for one in result.validations
        ],
    }
    if result.summary is not None:
        numbers = {k: v for k, v in asdict(result.summary).items() if k != "weights"}
        said["summary"] = numbers | {"weights": result.summary.weights.tolist()}
    whole: dict[str, Any] = plain_data(said)
    return whole


def _risks(result: ValidateResult) -> Iterator[dict[str, object]]:
    for one in result.validations:
        for i, sample in enumerate(one.cohort.ids):
            value, score = float(one.risks.value[i]), float(one.risks.score[i])
            yield {
                "cohort": one.cohort.declaration.name,
                "sample": sample,
                "patient": one.cohort.patients[i],
                "risk": "" if math.isnan(value) else f"{value:.6g}",
                "score": "" if math.isnan(score) else f"{score:.6g}",
            }


def _page(result: ValidateResult, config: ValidateConfig) -> StudyPage:
    first = result.validations[0]
    lead = first.scores[result.leading]
    measure = MEASURES[result.leading]
    return StudyPage(
        kind="validation",
        title=f"{_made_with(result)} in {', '.join(one.cohort.declaration.name for one in result.validations)}",
        summary=[*_verdict(result), *(note for one in result.validations for note in one.notes)],
        figures=[
            (f"{sum(len({*one.cohort.patients}) for one in result.validations):,}", "patients"),
            (f"{sum(one.cohort.outcome.events for one in result.validations):,}", "events"),
            (show(lead.value), f"{measure}, {first.cohort.declaration.name}"),
        ],
        caution=CAUTION,
        checks=[line for one in result.validations for line in check_lines(one.checks)],
        flow=[
            (f"{one.cohort.declaration.name}: {step}" if len(result.validations) > 1 else step, n)
            for one in result.validations
            for step, n in one.cohort.flow
        ],
        scores=list(_score_lines(result)),
        measure=measure,
        chance=CHANCE.get(result.leading),
        cohorts=list(_cohort_lines(result)) if len(result.validations) > 1 else (),
        groups=group_lines(first.groups),
        panels=list(_panels(first, result.frozen.signature.horizon)),
        facts=_facts(result, config),
        config=json.dumps(config.model_dump(mode="json", exclude={"output", "overwrite"}), indent=2),
    )


def _verdict(result: ValidateResult) -> Iterator[str]:
    measure, chance = MEASURES[result.leading], CHANCE.get(result.leading, 0.0)
    for one in result.validations:
        lead = one.scores[result.leading]
        worth = "better than chance" if lead.low > chance else "which may be chance"
        if (events := one.cohort.by_patient().outcome.events) < FEWEST:
            what = {"binary": "patients of the rarer class", "survival": "events"}.get(
                one.cohort.outcome.kind, "values"
            )
            worth = f"of {events} {what}: too few to tell it from chance"
        ends = f"{interval(lead)}, {one.scored.methods[result.leading]}"
        yield f"{one.cohort.declaration.name}: {measure} {show(lead.value)} ({ends}), {worth}."
        if gained := over_clinical(one):
            yield f"{one.cohort.declaration.name}: {gained}."
    for line in nested_lines(result):
        if line.said is None:
            yield f"Nested folds had promised nothing for {line.blocks}: no such figure was made."
        else:
            ends = f"{show(line.said['low'])} to {show(line.said['high'])}"
            yield f"Nested folds had promised {show(line.said['value'])} ({ends}){line.of}."
    if result.summary is not None:
        s = result.summary
        ends = f"{show(unscaled(result.leading, s.low))} to {show(unscaled(result.leading, s.high))}"
        yield (
            f"Over {len(result.validations)} cohorts: {show(unscaled(result.leading, s.value))} ({ends}); "
            f"{s.i2:.0%} of the variance is between cohorts."
        )
        if math.isfinite(s.expected_low):
            yield (
                f"In a further cohort expect {show(unscaled(result.leading, s.expected_low))} to "
                f"{show(unscaled(result.leading, s.expected_high))}."
            )


def _score_lines(result: ValidateResult) -> Iterator[ScoreLine]:
    for one in result.validations:
        lead = one.scores[result.leading]
        added = one.scored.added
        yield ScoreLine(
            one.cohort.declaration.name,
            number(lead.value),
            interval(lead),
            note=one.scored.methods[result.leading],
            others={
                MEASURES[name]: number(found.value) for name, found in one.scores.items() if name != result.leading
            },
            gain="" if added is None else f"{number(added.value, signed=True)} ({interval(added)})",
            span=span(lead),
        )
    for line in nested_lines(result):
        value = "–" if line.said is None else number(line.said["value"])
        ends = "none was made" if line.said is None else f"{number(line.said['low'])} to {number(line.said['high'])}"
        yield ScoreLine(f"Where it was made, nested{line.of}", value, ends, note=_made_with(result), kind="null")


def _made_with(result: ValidateResult) -> str:
    return str(result.frozen.card["cohort"]["name"])


@dataclass(frozen=True, slots=True)
class NestedLine:
    """What nested folds said of a set of blocks: the estimate, None where there is none."""

    blocks: str
    of: str
    """", NAME alone" where it is not of all blocks of the signature."""
    said: dict[str, float] | None


def nested_lines(result: ValidateResult) -> list[NestedLine]:
    """The nested figure of each set of blocks that the cohorts were judged with."""
    lines = {}
    for one in result.validations:
        blocks = " and ".join(one.pattern)
        whole = len(one.pattern) == len(result.frozen.signature.models)
        said = promised(result.frozen.card, one.pattern, result.leading)
        lines[one.pattern] = NestedLine(blocks, "" if whole else f", {blocks} alone", said)
    return list(lines.values())


def over_clinical(one: Validation) -> str:
    """What the signature adds to the clinical columns alone, in words; "" where that cannot be asked."""
    added = one.scored.added
    if added is None:
        return ""
    leading = next(iter(one.scores))
    return (
        f"{MEASURES[leading]} over clinical only {added.value:+.3f} ({interval(added)}, {one.scored.methods['added']})"
    )


def _cohort_lines(result: ValidateResult) -> Iterator[GroupLine]:
    for i, one in enumerate(result.validations):
        lead = one.scores[result.leading]
        weight = f"weight {result.summary.weights[i]:.0%}" if result.summary is not None else ""
        few = "too few to tell" if lead.events < FEW_EVENTS else ""
        yield GroupLine(
            one.cohort.declaration.name,
            f"{lead.patients:,}",
            f"{lead.events:,}",
            show(lead.value),
            interval(lead),
            "",
            "; ".join(filter(None, (weight, few))),
        )


def _panels(one: Validation, horizon: float) -> Iterator[Panel]:
    from pharmakon.biomarkers.calibration_curve import calibration
    from pharmakon.biomarkers.decision_curve import THRESHOLDS, decision_curve
    from pharmakon.biomarkers.survival import log_rank

    outcome, name = one.cohort.outcome, "signature"
    rows = np.flatnonzero(outcome.known & np.isfinite(one.risks.value))
    y, risk, score = outcome.take(rows), one.risks.value[rows], one.risks.score[rows]
    if outcome.kind == "continuous":
        yield study_plots.scatter(y, risk)
        return
    if outcome.kind == "binary":
        yield study_plots.roc(y, {name: score})
    else:
        high = score > np.median(score)
        if high.any() and (y.strata > 0.5).any():
            test = log_rank(y.value, y.strata, high)
            groups = {"higher risk": high.astype(float), "lower risk": (~high).astype(float)}
            yield study_plots.survival(y, groups, test=f"Halves by the frozen signature; log-rank p {test.p:.2g}.")
        else:
            yield study_plots.survival(y, {"everybody": np.ones(len(y))}, test=study_plots.NO_HALVES)
    curve = calibration(y, risk, horizon=horizon)
    yield study_plots.calibration(
        curve.said, curve.happened, slope=f"Slope {curve.slope:.2f}, mean distance {curve.ici:.3f}."
    )
    benefit = decision_curve(y, risk, horizon=horizon)
    yield study_plots.net_benefit(THRESHOLDS, {name: benefit.model}, benefit.everybody)


def _facts(result: ValidateResult, config: ValidateConfig) -> dict[str, str]:
    from pharmakon import __version__

    facts = {
        "pharmakon": __version__,
        "Signature made with": str(result.frozen.card["version"]),
        "Seed of the resampling": str(config.seed),
        "Unseen batches": config.unseen,
        "Signature, SHA-256": str(result.frozen.card["signature"]["sha256"]),
    }
    facts |= {f"{one.cohort.declaration.name}, SHA-256": one.cohort.hash for one in result.validations}
    if result.head:
        facts["Ledger's entry before this page"] = result.head
    return facts

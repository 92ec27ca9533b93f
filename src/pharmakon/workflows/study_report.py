"""A discovery as the page of `record.discovery`: what the head says, tables, charts and checklists."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from pharmakon.core.units import show
from pharmakon.record.discovery import (
    CheckLine,
    GroupLine,
    MarkerLine,
    Panel,
    ScoreLine,
    StudyPage,
    WeightLine,
    render,
)

from . import study_plots
from .study import horizon_text
from .study_checklists import checklists
from .study_scores import CHANCE, MEASURES, Scores, called, high_risk, main_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pharmakon.biomarkers.check import Check
    from pharmakon.biomarkers.judging import Estimate, Subgroup

    from .discover import DiscoverConfig, DiscoverResult

CAUTION = (
    "A report of research, not a device: nothing here was approved for deciding about a patient. A score from nested "
    "folds says how the procedure does on patients like these; another hospital is another question "
    "(pharmakon validate)."
)
EXCELLENT, POOR = 0.75, 0.4
"""Nogueira's stability: how its values are usually read."""
FEW_EVENTS = 10
HEAVIEST = 50
"""Markers of a signature in the page; its card has all."""


def page(result: DiscoverResult, config: DiscoverConfig) -> str:
    """The HTML page of a discovery."""
    return render(_page(result, config))


def _page(result: DiscoverResult, config: DiscoverConfig) -> StudyPage:
    cohort, scores = result.cohort, result.scores
    tables = list(result.differential.values())
    found = sum(int((table.adjusted.q <= config.level).sum()) for table in tables)
    tested = sum(table.adjusted.tested for table in tables)
    figures = [
        (f"{len({*cohort.patients}):,}", "patients"),
        (f"{cohort.outcome.events:,}", {"continuous": "values"}.get(cohort.outcome.kind, "events")),
        (f"{tested:,}", "features tested"),
        (f"{found:,}", f"found at q ≤ {config.level:g}"),
    ]
    if scores is not None:
        best = scores.models[scores.main][scores.leading]
        figures.append((show(best.value), f"{MEASURES[scores.leading]}, nested"))
    return StudyPage(
        kind="discovery",
        title=f"{cohort.declaration.name}: {cohort.outcome.name}",
        summary=[*_verdict(result, config, found, tested), *result.notes],
        figures=figures,
        caution=CAUTION,
        checks=check_lines(result.checks),
        flow=cohort.flow,
        markers=list(_markers(result)),
        effect=tables[0].meaning if tables else "",
        tested=_tested(result, config),
        scores=list(_score_lines(scores)) if scores else (),
        measure=MEASURES[scores.leading] if scores else "",
        weights=list(_weights(result)),
        said_of_signature=list(_said_of_signature(result)),
        groups=group_lines(scores.groups) if scores else (),
        panels=list(_panels(result, config)),
        checklists=checklists(result, config),
        facts=_facts(result, config),
        config=json.dumps(config.model_dump(mode="json", exclude={"output", "overwrite"}), indent=2),
    )


def _verdict(result: DiscoverResult, config: DiscoverConfig, found: int, tested: int) -> Iterator[str]:
    claim = result.cohort.declaration.context_of_use
    yield f"Claimed use (BEST): {claim}."
    yield f"{found:,} of {tested:,} features go with the outcome at a false discovery rate of {config.level:g}."
    if result.scores is None:
        return
    scores = result.scores
    best, null = scores.models[scores.main][scores.leading], scores.null[scores.main]
    measure = MEASURES[scores.leading]
    chance = CHANCE.get(scores.leading, 0.0)
    tail = f"; on permuted outcomes the same procedure gives {show(null.mean)}."
    if best.low > chance:
        yield f"The signature reaches {_shown(best)} ({measure}) on patients it has not seen{tail}"
    else:
        yield (
            f"The signature reaches {_shown(best)} ({measure}) on patients it has not seen, which may be chance{tail}"
        )
    if scores.main in scores.added:
        gain = scores.added[scores.main][scores.leading]
        verdict = "It adds to" if gain.low > 0 else "It is not shown to add to"
        yield f"{verdict} the clinical variables: {_shown(gain, signed=True)} in {measure}."


def check_lines(checks: Sequence[Check]) -> list[CheckLine]:
    """The design check's lines, as the page shows them."""
    return [CheckLine(check.severity, check.title, check.sentence, check.advice) for check in checks]


def group_lines(groups: Mapping[str, Sequence[Subgroup]]) -> list[GroupLine]:
    """How well it works for each level of each column, and what is too little to tell."""
    lines = []
    for column, levels in groups.items():
        for one in levels:
            few = one.inside.events < FEW_EVENTS
            note = "too few to tell" if few else "worse than the rest" if one.gap.high < 0 else ""
            lines.append(
                GroupLine(
                    f"{column}: {one.level or 'unknown'}",
                    f"{one.inside.patients:,}",
                    f"{one.inside.events:,}",
                    show(one.inside.value),
                    interval(one.inside),
                    "" if math.isnan(one.gap.value) else f"{one.gap.value:+.2f} ({interval(one.gap)})",
                    note,
                )
            )
    return lines


def interval(found: Estimate) -> str:
    """The ends of an estimate in words."""
    return "–" if math.isnan(found.low) else f"{show(found.low)} to {show(found.high)}"


def _shown(found: Estimate, *, signed: bool = False) -> str:
    value = f"{found.value:+.2f}" if signed else show(found.value)
    return f"{value} (95 % interval {interval(found)})"


def _score_lines(scores: Scores) -> Iterator[ScoreLine]:
    for model, metrics in scores.models.items():
        lead = metrics[scores.leading]
        more = [f"{MEASURES[name]} {show(found.value)}" for name, found in metrics.items() if name != scores.leading]
        gain = scores.added.get(model, {}).get(scores.leading)
        note = f"over clinical only {_shown(gain, signed=True)}" if gain else ""
        kind = "baseline" if model == "clinical" else ""
        yield ScoreLine(called(model), show(lead.value), interval(lead), "; ".join(more[:4]), note, kind)
    null = scores.null[scores.main]
    runs = f"{len(null.values)} {'run' if len(null.values) == 1 else 'runs'}"
    ends = f"{show(min(null.values))} to {show(max(null.values))}"
    yield ScoreLine("Permuted outcome", show(null.mean), ends, f"of {called(scores.main)}, {runs}", "", "null")


def _markers(result: DiscoverResult) -> Iterator[MarkerLine]:
    for row in result.markers():
        yield MarkerLine(
            row["feature"],
            row["block"],
            f"{row['n']:,}",
            _signed(row["effect"]),
            "–" if math.isnan(row["low"]) else f"{_signed(row['low'])} to {_signed(row['high'])}",
            _small(row["p"]),
            _small(row["q"]),
            _signed(row["raw_effect"]),
            _small(row["raw_q"]),
            row["sign_flips"],
        )


def _signed(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:+.3g}".replace("-", "−")


def _small(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.2g}"


def _tested(result: DiscoverResult, config: DiscoverConfig) -> str:
    parts = []
    for name, table in result.differential.items():
        adjusted = f", adjusted for {', '.join(table.adjusted_for)}" if table.adjusted_for else ""
        parts.append(
            f"{name}: {table.adjusted.tested:,} features in {table.patients:,} samples by {table.method}{adjusted}"
        )
    family = "each block is a family of its own" if config.family == "block" else "all blocks are one family"
    return f"{'; '.join(parts)}. False discoveries are counted by Benjamini–Hochberg; {family}."


def _weights(result: DiscoverResult) -> Iterator[WeightLine]:
    """The signature's markers, the heaviest first, each with how many folds chose it."""
    if result.signature is None or result.nested is None:
        return
    names = main_of(result.nested.models)
    model = "stable" if result.nested.study.recipe.stability and _is_stable(result) else names
    rows = []
    for block, part in result.signature.models.items():
        chosen = result.nested.selections(model, block).mean(axis=0) if block in result.cohort.blocks else None
        place = {name: j for j, name in enumerate(result.cohort.blocks[block].features)}
        for feature, weight in zip(part.features, part.weights, strict=True):
            share = float(chosen[place[feature]]) if chosen is not None else math.nan
            rows.append((abs(float(weight)), block, feature, float(weight), share))
    steady = {(name, feature) for name, found in result.stability.items() for feature in found.names}
    for _, block, feature, weight, share in sorted(rows, key=lambda row: (-row[0], row[1], row[2]))[:HEAVIEST]:
        note = "stands out from noise" if (block, feature) in steady else ""
        yield WeightLine(feature, block, _signed(weight), f"{share:.0%} of folds", note)


def _is_stable(result: DiscoverResult) -> bool:
    signature = result.signature
    if signature is None or not result.stability:
        return False
    return all(
        set(signature.models[name].features) <= set(found.names)
        for name, found in result.stability.items()
        if name in signature.models
    )


def _said_of_signature(result: DiscoverResult) -> Iterator[str]:
    if result.scores is None or result.signature is None:
        return
    signature = result.signature
    if result.cohort.outcome.kind == "survival":
        yield f"A risk is the chance of {horizon_text(signature, result.cohort.outcome.unit)}."
    more = f" The table has the {HEAVIEST} heaviest." if len(signature.markers) > HEAVIEST else ""
    yield (
        f"{len(signature.markers):,} markers, made from {signature.patients:,} patients. It is kept in the folder "
        f"signature, and pharmakon validate applies it to another cohort; nothing can refit it.{more}"
    )
    for name, found in result.stability.items():
        some = ", ".join(found.names[:8])
        if found.names:
            yield f"{len(found.names):,} of {name} stand out from noise features: {some} ({found.noise})."
        else:
            yield f"No feature of {name} stands out from noise features ({found.noise})."
    for model, blocks in result.scores.stability.items():
        for block, one in blocks.items():
            if not math.isnan(one.phi) and model == "stable":
                reading = "excellent" if one.phi > EXCELLENT else "poor" if one.phi < POOR else "moderate"
                yield (
                    f"{called(model)}: the folds' choices in {block} agree with Φ {one.phi:.2f} "
                    f"({one.low:.2f} to {one.high:.2f}), {reading}; {one.mean_size:.0f} markers on average."
                )


def _panels(result: DiscoverResult, config: DiscoverConfig) -> Iterator[Panel]:
    from pharmakon.biomarkers.calibration_curve import calibration
    from pharmakon.biomarkers.decision_curve import THRESHOLDS, decision_curve

    first = next(iter(result.differential.values()), None)
    if first is not None:
        a = first.adjusted
        meaning = first.meaning
        yield study_plots.volcano(first.features, a.effect, a.p, a.q, meaning=meaning, level=config.level)
    for found in list(result.stability.values())[:1]:
        chosen = [found.features.index(name) for name in found.names]
        yield study_plots.stability(
            found.shares,
            found.frequency.T.astype(float),
            found.noise_frequency.T.astype(float),
            chosen=chosen,
            features=found.features,
            threshold=found.threshold,
        )
        yield study_plots.false_discoveries(found.thresholds, found.fdp, found.threshold)
    if result.nested is None or result.scores is None or result.signature is None:
        return
    nested, scores, outcome = result.nested, result.scores, result.cohort.outcome
    main = nested.risks(scores.main)
    known = np.flatnonzero(outcome.known & np.isfinite(main.value))
    y, risk = outcome.take(known), main.value[known]
    if outcome.kind == "continuous":
        yield study_plots.scatter(y, risk)
        return
    horizon = result.signature.horizon
    shown = {
        called(m): nested.risks(m).score for m in nested.models if m in ("clinical", scores.main, "stable", "trees")
    }
    if outcome.kind == "binary":
        yield study_plots.roc(outcome, shown)
    else:
        yield _survival(result, scores)
    curve = calibration(y, risk, horizon=horizon)
    slope = f"Slope {curve.slope:.2f}, mean distance {curve.ici:.3f}."
    yield study_plots.calibration(curve.said, curve.happened, slope=slope)
    models = {m: nested.risks(m).value[known] for m in nested.models if m in ("clinical", scores.main)}
    curves = {called(m): decision_curve(y, r, horizon=horizon) for m, r in models.items() if np.isfinite(r).all()}
    everybody = decision_curve(y, np.ones(len(y)), horizon=horizon).everybody
    yield study_plots.net_benefit(THRESHOLDS, {name: one.model for name, one in curves.items()}, everybody)


def _survival(result: DiscoverResult, scores: Scores) -> Panel:
    from pharmakon.biomarkers.survival import log_rank

    outcome = result.cohort.outcome
    high = high_risk(result.nested, scores.main)  # type: ignore[arg-type]
    rows = np.flatnonzero(outcome.known & np.isfinite(high))
    some = outcome.take(rows)
    test = log_rank(some.value, some.strata, high[rows])
    groups = {"higher risk": high == 1, "lower risk": high == 0}
    said = f"Halves of each fold by its own model; log-rank p {test.p:.2g}."
    return study_plots.survival(outcome, groups, test=said)


def _facts(result: DiscoverResult, config: DiscoverConfig) -> dict[str, str]:
    from pharmakon import __version__

    facts: dict[str, Any] = {
        "pharmakon": __version__,
        "Seed": str(config.seed),
        "Outer folds": f"{config.folds}, {config.repeats} time{'s' if config.repeats > 1 else ''}",
        "Cohort, SHA-256 of declaration and files": result.cohort.hash,
    }
    facts |= {f"{name}, SHA-256": digest for name, digest in result.cohort.files.items()}
    if result.cohort.notes:
        facts["Reading of the tables"] = "; ".join(result.cohort.notes)
    if result.head:
        facts["Ledger's entry before this page"] = result.head
    return facts

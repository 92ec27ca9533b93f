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
from .study_checklists import checklists
from .study_scores import CHANCE, FEWEST_RUNS, MEASURES, Scores, called, high_risk, main_of

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
SMALL, RAISED = 1e-3, str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
TABLED = 10.0
"""Scores below it have three decimals."""
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
        chance=CHANCE.get(scores.leading) if scores else None,
        weights=list(_weights(result)),
        said_of_signature=list(_said_of_signature(result)),
        groups=group_lines(scores.groups) if scores else (),
        panels=list(_panels(result, config)),
        checklists=checklists(result, config),
        facts=_facts(result, config),
        config=json.dumps(config.model_dump(mode="json", exclude={"output", "overwrite"}), indent=2),
    )


def _verdict(result: DiscoverResult, config: DiscoverConfig, found: int, tested: int) -> Iterator[str]:
    yield f"{found:,} of {tested:,} features go with the outcome at a false discovery rate of {config.level:g}."
    if result.scores is not None:
        yield from _worth(result.scores)
    yield f"Claimed use (BEST): {result.cohort.declaration.context_of_use}."


def _worth(scores: Scores) -> Iterator[str]:
    best, null = scores.models[scores.main][scores.leading], scores.null[scores.main]
    measure = MEASURES[scores.leading]
    chance = CHANCE.get(scores.leading, 0.0)
    doubt = "" if best.low > chance else ", which may be chance"
    yield (
        f"On patients it has not seen the signature reaches {_of(measure)} {_shown(best)}{doubt}; on permuted outcomes "
        f"the same procedure gives {number(null.mean)}."
    )
    if scores.main in scores.added:
        gain = scores.added[scores.main][scores.leading]
        verdict = "It adds to" if gain.low > 0 else "It is not shown to add to"
        yield f"{verdict} the clinical variables: {_shown(gain, signed=True)} in {_of(measure)}."


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
                    number(one.inside.value),
                    interval(one.inside),
                    "" if math.isnan(one.gap.value) else f"{number(one.gap.value, signed=True)} ({interval(one.gap)})",
                    note,
                    span(one.inside),
                )
            )
    return lines


def interval(found: Estimate) -> str:
    """The ends of an estimate in words."""
    return "–" if math.isnan(found.low) else f"{number(found.low)} to {number(found.high)}"


def number(value: float, *, signed: bool = False) -> str:
    """A score: three decimals, so that a column of them can be read; large ones as everywhere. A dash if not known."""
    if not math.isfinite(value):
        return "–"
    text = f"{value:.3f}" if abs(value) < TABLED else show(value)
    if float(text) == 0:
        return "0.000"
    return (f"+{text}" if signed and value >= 0 else text).replace("-", "−")


def _of(measure: str) -> str:
    """A measure's name inside a sentence."""
    return f"the {measure}" if measure[0].islower() else measure


def span(found: Estimate) -> tuple[float, float, float] | None:
    """An interval to be drawn; None where it has no ends."""
    return (found.low, found.value, found.high) if math.isfinite(found.low) and math.isfinite(found.high) else None


def _shown(found: Estimate, *, signed: bool = False) -> str:
    return f"{number(found.value, signed=signed)} (95 % interval {interval(found)})"


def _score_lines(scores: Scores) -> Iterator[ScoreLine]:
    for model, metrics in scores.models.items():
        lead = metrics[scores.leading]
        gain = scores.added.get(model, {}).get(scores.leading)
        yield ScoreLine(
            called(model),
            number(lead.value),
            interval(lead),
            kind="baseline" if model == "clinical" else "",
            others={MEASURES[name]: number(found.value) for name, found in metrics.items() if name != scores.leading},
            gain=f"{number(gain.value, signed=True)} ({interval(gain)})" if gain else "",
            span=span(lead),
        )
    null = scores.null[scores.main]
    runs = f"{len(null.values)} {'run' if len(null.values) == 1 else 'runs'}"
    enough = len(null.values) >= FEWEST_RUNS
    ends = f"{number(min(null.values))} to {number(max(null.values))}" if enough else "–"
    what = f"{'mean and range' if enough else 'mean'} of " if len(null.values) > 1 else ""
    note = f"{what}{runs} of {called(scores.main)}"
    yield ScoreLine("Permuted outcome", number(null.mean), ends, note=note, kind="null")


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
    return "–" if math.isnan(value) else f"{'−' if value < 0 else '+'}{show(abs(value))}"


def _small(value: float) -> str:
    """A p or a q to two figures, with a power of ten below 0.001.

    >>> _small(0.0312), _small(1.84e-6)
    ('0.031', '1.8 × 10⁻⁶')
    """
    if math.isnan(value):
        return "–"
    if value == 0 or value >= SMALL:
        return show(value, digits=2)
    digits, _, power = f"{value:.1e}".partition("e")
    return f"{digits} × 10{str(int(power)).translate(RAISED)}"


def _tested(result: DiscoverResult, config: DiscoverConfig) -> str:
    parts = []
    for name, table in result.differential.items():
        columns = dict.fromkeys(name.partition("=")[0] for name in table.adjusted_for)
        adjusted = f", adjusted for {', '.join(columns)}" if columns else ""
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
        yield WeightLine(feature, block, _signed(weight), "–" if math.isnan(share) else f"{100 * share:.0f} %", note)


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
        outcome = result.cohort.declaration.outcome
        by = f" within {show(signature.horizon)} {outcome.unit}".rstrip() if math.isfinite(signature.horizon) else ""
        yield f"A risk is the chance that the event ({outcome.event}) comes{by}."
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
                    f"{called(model)}: the folds' choices in {block} agree with Φ {number(one.phi)} "
                    f"({number(one.low)} to {number(one.high)}), {reading}; {one.mean_size:.0f} markers on average."
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
    drawn = [m for m in dict.fromkeys((scores.main, "clinical", "trees", "stable")) if m in nested.models]
    shown = {called(m): nested.risks(m).score for m in drawn}
    if outcome.kind == "binary":
        yield study_plots.roc(outcome, shown)
    else:
        yield _survival(result, scores)
    curve = calibration(y, risk, horizon=horizon)
    slope = f"Slope {curve.slope:.2f}, mean distance {curve.ici:.3f}."
    yield study_plots.calibration(curve.said, curve.happened, slope=slope)
    models = {m: nested.risks(m).value[known] for m in drawn if m in ("clinical", scores.main)}
    curves = {called(m): decision_curve(y, r, horizon=horizon) for m, r in models.items() if np.isfinite(r).all()}
    everybody = decision_curve(y, np.ones(len(y)), horizon=horizon).everybody
    yield study_plots.net_benefit(THRESHOLDS, {name: one.model for name, one in curves.items()}, everybody)


def _survival(result: DiscoverResult, scores: Scores) -> Panel:
    from pharmakon.biomarkers.survival import log_rank

    outcome = result.cohort.outcome
    high = high_risk(result.nested, scores.main)  # type: ignore[arg-type]
    rows = np.flatnonzero(outcome.known & np.isfinite(high))
    some = outcome.take(rows)
    if len(np.unique(high[rows])) < 2 or not (some.strata > 0.5).any():
        everybody = np.isin(np.arange(len(outcome)), rows).astype(np.float64)
        return study_plots.survival(outcome, {"everybody": everybody}, test=study_plots.NO_HALVES)
    test = log_rank(some.value, some.strata, high[rows])
    groups = {"higher risk": high == 1, "lower risk": high == 0}
    said = f"Halves of each fold by its own model; log-rank p {test.p:.2g}."
    return study_plots.survival(outcome, groups, test=said)


def _facts(result: DiscoverResult, config: DiscoverConfig) -> dict[str, str]:
    from pharmakon import __version__

    facts: dict[str, Any] = {
        "pharmakon": __version__,
        "Seed": str(config.seed),
        "Outer folds": f"{config.folds}" + (f", drawn {config.repeats} times" if config.repeats > 1 else ""),
        "Cohort, SHA-256 of declaration and files": result.cohort.hash,
    }
    facts |= {f"{name}, SHA-256": digest for name, digest in result.cohort.files.items()}
    if result.cohort.notes:
        facts["Reading of the tables"] = "; ".join(result.cohort.notes)
    if result.head:
        facts["Ledger's entry before this page"] = result.head
    return facts

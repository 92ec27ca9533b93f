"""What a federated study says: scores side by side as a table, a forest chart, a page, and plain data."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pharmakon.core.units import show
from pharmakon.learn.interval import Interval
from pharmakon.record.plot import Curve, Plot
from pharmakon.record.statement import Grid, Part, Picture, StatementPage, render
from pharmakon.store.plain import document
from pharmakon.store.plain import plain as plain_data

from .federate_plan import Plan, State
from .federate_score import FEDERATED, GAIN, SINGLE, over_all
from .study_scores import CHANCE, MEASURES

__all__ = ["HEADINGS", "POOLED", "lead_of", "page", "plain", "render", "rows"]

POOLED = "pooled"
OVER_ALL = "over all sites"
HEADINGS = ("site", "kept back", "model", "", "95 % interval", "over single-site", "95 % interval of it")
STYLES = {SINGLE: "soft", FEDERATED: "main", POOLED: "other"}
CAUTION = (
    "No row left a site, but sums are not nothing: those over few patients tell of persons, the names of the features "
    "and the scores of each site are open to the coordinator, and a coordinator who writes states of his own can ask "
    "for sums that single a patient out. This is no differential privacy. Let pharmakon attack look at the model "
    "before it is handed on."
)


def lead_of(plan: Plan) -> str:
    """The measure that is shown."""
    return "auc" if plan.outcome == "binary" else "r2"


def models_in(scores: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The models that are judged, single-site first."""
    return [name for name in STYLES if any(name in one for one in scores.values())]


def rows(plan: Plan, scores: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """The table as text, in the order of HEADINGS; a line a site and model, those over all sites last."""
    found: list[tuple[str, ...]] = []
    measure = lead_of(plan)
    for site, one in scores.items():
        if one.get("too few"):
            found.append((site, f"{one['patients']:,}", "", "–", "too few kept back to judge", "", ""))
            continue
        for name in models_in(scores):
            gain = _interval_of(one.get(f"{GAIN} of {name}"))
            found.append((site, f"{one['patients']:,}", name, *_said(_interval_of(one[name][measure])), *_gained(gain)))
    total = sum(one["patients"] for one in scores.values() if not one.get("too few"))
    for name in models_in(scores):
        value, gain = over_all(scores, name, measure), over_all(scores, f"{GAIN} of {name}")
        found.append((OVER_ALL, f"{total:,}", name, *_said(value), *_gained(None if name == SINGLE else gain)))
    return found


def plain(plan: Plan, state: State, scores: Mapping[str, Mapping[str, Any]] | None = None) -> dict[str, Any]:
    """Stage, model and scores for JSON."""
    scores = state.scores if scores is None else scores
    measure = lead_of(plan)
    said: dict[str, Any] = {
        "plan": plan.hash,
        "stage": state.stage,
        "round": state.round,
        "sites": list(plan.sites),
        "features": len(state.columns),
        "patients": state.patients,
        "events": state.events,
        "penalty": None if state.chosen is None else plan.penalties[state.chosen],
        "measure": measure,
        "scores": scores,
        "over all sites": {name: over_all(scores, name, measure)._asdict() for name in models_in(scores)},
        "gain over all sites": {
            name: over_all(scores, f"{GAIN} of {name}")._asdict() for name in models_in(scores) if name != SINGLE
        },
        "notes": list(state.notes),
    }
    whole: dict[str, Any] = plain_data(said)
    return whole


def page(
    plan: Plan,
    state: State,
    *,
    scores: Mapping[str, Mapping[str, Any]] | None = None,
    further: Sequence[Part] = (),
    facts: Mapping[str, str] | None = None,
) -> StatementPage:
    """The report; `further` are sections of a simulation."""
    scores = state.scores if scores is None else scores
    measure = MEASURES[lead_of(plan)]
    federated = over_all(scores, FEDERATED, lead_of(plan))
    headings = tuple(word or measure for word in HEADINGS)
    judged = Part(
        "scores",
        "Single-site, federated" + (" and pooled" if POOLED in models_in(scores) else ""),
        [
            (
                f"Each model is judged on the patients that a site kept back, about {plan.kept_back:.0%} of its own, "
                "who are in no sum of any round. Over all sites is the mean of the sites, each by its "
                f"{'pairs of patients with and without the outcome' if plan.outcome == 'binary' else 'patients'}: "
                "patients of two sites are never compared."
            )
        ],
        [Grid(headings, _unbroken(rows(plan, scores)), ("kept back", measure, "over single-site"))],
        list(_forest(plan, scores)),
        verdict=_verdict(scores),
    )
    return StatementPage(
        "federated study",
        plan.name,
        list(_summary(plan, state, scores)),
        [
            (f"{len(plan.sites)}", "sites"),
            (f"{state.patients:,}", "patients in the sums"),
            (show(federated.value) if math.isfinite(federated.value) else "–", f"{measure}, federated"),
            (f"{state.round}", "rounds"),
        ],
        [judged, *further, _model(plan, state), _trail(plan, state)],
        CAUTION,
        _facts(plan, state) | dict(facts or {}),
        document(plan.model_dump(mode="json")),
    )


def _summary(plan: Plan, state: State, scores: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    masks = "behind pairwise masks" if plan.masked else "in the clear, each site's own"
    yield (
        f"{len(plan.sites)} sites fitted one model of {plan.name} and shared no row: sums {masks}, over "
        f"{state.patients:,} patients."
    )
    gain = over_all(scores, f"{GAIN} of {FEDERATED}")
    if math.isfinite(gain.value):
        measure = MEASURES[lead_of(plan)]
        yield f"Over the sites' own models it gains {gain.value:+.3f} in {measure}{_ends(gain)}, the mean of the sites."
    yield from (note[:1].upper() + note[1:] + "." for note in state.notes)


def _unbroken(lines: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    """Numbers and intervals that a narrow page does not break over lines."""
    return [
        (*line[:4], *(cell.replace(" to ", "\N{NO-BREAK SPACE}to\N{NO-BREAK SPACE}") for cell in line[4:]))
        for line in lines
    ]


def _ends(found: Interval) -> str:
    return f" ({found.low:+.3f} to {found.high:+.3f})" if math.isfinite(found.low) else ""


def _verdict(scores: Mapping[str, Mapping[str, Any]]) -> tuple[str, str] | None:
    gain = over_all(scores, f"{GAIN} of {FEDERATED}")
    if not math.isfinite(gain.low):
        return None
    if gain.low > 0:
        return "good", "federated is better than single-site"
    return ("poor", "federated is worse than single-site") if gain.high < 0 else ("unsure", "no difference shown")


def _forest(plan: Plan, scores: Mapping[str, Mapping[str, Any]]) -> Iterator[Picture]:
    """A line a site and one over all; within it each model on a height of its own."""
    measure = lead_of(plan)
    places = [site for site, one in scores.items() if not one.get("too few")]
    names = [*places, OVER_ALL]
    models = models_in(scores)
    curves = []
    for i, name in enumerate(models):
        points = []
        for row, place in enumerate(names):
            height = len(names) - row + 0.22 * ((len(models) - 1) / 2 - i)
            one = over_all(scores, name, measure) if place == OVER_ALL else _interval_of(scores[place][name][measure])
            if one is None or not math.isfinite(one.value):
                continue
            points.append((one.value, height))
            if math.isfinite(one.low):
                curves.append(Curve([(one.low, height), (one.high, height)], css=STYLES[name]))
        curves.append(Curve(points, name, "discs", STYLES[name]))
    if measure in CHANCE:
        curves.append(Curve([(CHANCE[measure], 0.4), (CHANCE[measure], len(names) + 0.6)], "chance", "line", "chance"))
    about = f"{MEASURES[measure]} of {', '.join(models)} models at {', '.join(names)}, with 95 % intervals."
    chart = Plot(curves, (MEASURES[measure], ""), about, None, (0.4, len(names) + 0.6), names=names[::-1])
    yield Picture(f"{MEASURES[measure]} by site", "With 95 % intervals; of all sites at the foot.", chart)


def _model(plan: Plan, state: State) -> Part:
    fit = state.fits[-1]
    weights = dict(zip(fit.columns, fit.at[state.chosen or 0], strict=False))
    tested = {column: (effect, p) for column, effect, p in state.screened}
    lines = []
    for column, weight in sorted(weights.items(), key=lambda pair: -abs(pair[1])):
        block, feature = state.columns[column]
        effect, p = tested.get(column, (math.nan, math.nan))
        alone = (f"{effect:+.3g}", f"{p:.2g}") if math.isfinite(p) else ("–", "–")
        lines.append((feature, block, f"{weight:+.3f}", *alone))
    penalty = plan.penalties[state.chosen or 0]
    how = "Newton steps on summed Hessians" if plan.method == "newton" else "federated averaging"
    columns = ("Feature", "Block", "Weight per SD", "Effect alone", "p alone")
    return Part(
        "model",
        "The model",
        [
            (
                f"Ridge with penalty {penalty:g} by {how}, chosen by {plan.folds} folds of the patients' hashes, each "
                "with a screen of its own. Effect and p alone are those of the linear model of the feature on the "
                "outcome with the site as covariate, and are of features that the screen chose: too good to be true."
            )
        ],
        [Grid(columns, lines, columns[2:])],
    )


def _trail(plan: Plan, state: State) -> Part:
    lines = [
        (f"{i}", step.stage, site, sha[:16])
        for i, step in enumerate(state.history)
        for site, sha in step.answers.items()
    ]
    return Part(
        "trail",
        "Whose answers",
        ["Every answer that the model was made of, by the first digits of its SHA-256; in full in the model's card."],
        [Grid(("Round", "Stage", "Site", "Answer"), lines)],
    )


def _facts(plan: Plan, state: State) -> dict[str, str]:
    from pharmakon import __version__

    return {"pharmakon": __version__, "Plan, SHA-256": plan.hash, "Sites": ", ".join(plan.sites)}


def _interval_of(found: Mapping[str, Any] | None) -> Interval | None:
    if not found or found["value"] is None:
        return None
    return Interval(*(math.nan if found[end] is None else found[end] for end in ("value", "low", "high")))


def _said(found: Interval | None) -> tuple[str, str]:
    if found is None or not math.isfinite(found.value):
        return "–", "–"
    return f"{found.value:.3f}", f"{found.low:.3f} to {found.high:.3f}" if math.isfinite(found.low) else "–"


def _gained(found: Interval | None) -> tuple[str, str]:
    if found is None or not math.isfinite(found.value):
        return "", ""
    return f"{found.value:+.3f}", f"{found.low:+.3f} to {found.high:+.3f}" if math.isfinite(found.low) else "–"

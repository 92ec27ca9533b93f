"""An audit of a cohort as a page: from where the data are to who signed, in the order in which a reader asks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pharmakon.core.units import show
from pharmakon.core.words import sentence
from pharmakon.fairness.groups import CANNOT_TELL
from pharmakon.fairness.power import ASSUMED
from pharmakon.record.statement import Grid, Part, Picture, StatementPage, render

from .audit_cohort_charts import calibrations, forests
from .audit_cohort_tables import ends, gaps, percent, rates, remedy, scores

if TYPE_CHECKING:
    from .audit_cohort import AuditCohortConfig, AuditCohortResult

PERSON = "A person has to fill this in"
CAUTION = (
    "An audit shows who the data are of and for whom a model errs in them. Whether a difference is unjust, and what "
    "follows from it, is for people to decide."
)
INTERVALS = (
    "Intervals are 95 % percentiles over resampled patients. The interval of a gap is simultaneous over all pairs of "
    "groups, so that the largest of many is not taken for more than it is."
)
SMALLEST_GAPS = (
    "The smallest gaps to the others that would be found four times in five, around a rate of "
    f"{ASSUMED['rate']:.0%} and an AUC of {ASSUMED['auc']:g}. A smaller gap may be there and not show."
)
CALIBRATED = (
    "Observed to expected 1, intercept 0 and slope 1 are what a risk that means what it says has. A small group's "
    "calibration error (ECE) is large by chance alone."
)
POOLED = (
    "Rates are drawn towards those of all cells, the more the smaller a cell (empirical Bayes, beta-binomial), with "
    "95 % credible intervals. Cells that are too small to tell are all listed."
)
REMEDIES = (
    "The gap is that of equalised odds: the larger of the gaps of the true-positive and the false-positive rate. Each "
    "remedy was learnt on four fifths of the patients and judged on the others, in turn; differences are within the "
    "same resampled patients."
)
CLASSES = ("auc", "tpr", "fpr", "ppv", "selection_rate", "accuracy", "brier")
CONCORDANCES = ("uno_c", "harrell_c")
CALIBRATION = ("observed_expected", "intercept", "slope", "ece")
NUMBERS = ("mae", "rmse", "bias", "within")
PILLS = {"met": "good", "missed": "poor", "cannot tell": "unsure"}


def page(result: AuditCohortResult, config: AuditCohortConfig) -> str:
    """The HTML page."""
    cohort = result.cohort
    untold = len(_untold(result))
    counts = {word: sum(one.severity == word for one in result.findings) for word in ("error", "warning")}
    return render(
        StatementPage(
            kind="cohort audit",
            title=f"{cohort.declaration.name}: who it is of, and for whom it works",
            summary=[_verdict(result), *map(sentence, result.notes)],
            figures=[
                (f"{len({*cohort.patients}):,}", "patients"),
                (f"{len(result.groups)}", "group columns" if len(result.groups) != 1 else "group column"),
                (f"{counts['error']}", "limits missed"),
                (f"{counts['warning']}", "warnings"),
                (f"{untold}", "cells too small to tell"),
            ],
            parts=[part for part in _parts(result) if part is not None],
            caution=CAUTION,
            facts=_facts(result, config),
            config=json.dumps(config.model_dump(mode="json", exclude={"output"}), indent=2),
        )
    )


def _verdict(result: AuditCohortResult) -> str:
    words = [one.verdict for one in result.limits]
    if not words:
        return "No limits were written before the audit ([fairness.limits]), so nothing is passed or failed."
    missed, unsure = words.count("missed"), words.count("cannot tell")
    if missed:
        return f"{missed} of {len(words)} limits are missed."
    if unsure:
        return f"No limit is missed, but {unsure} of {len(words)} cannot be told from these data."
    return f"All {len(words)} limits are met."


def _parts(result: AuditCohortResult) -> Iterator[Part | None]:
    yield _found(result)
    yield _identity(result)
    yield Part(
        "flow",
        "2. Who came in",
        (),
        [Grid(("Step", "Samples left"), [(s, f"{n:,}") for s, n in result.cohort.flow], ("Samples left",))],
    )
    yield _representation(result)
    yield _missing(result)
    yield _leakage(result)
    yield _label(result)
    yield _performance(result)
    yield _calibration(result)
    yield _cells(result)
    yield _remedies(result)
    yield _cannot(result)
    yield _limits(result)
    yield _signed(result)


def _found(result: AuditCohortResult) -> Part:
    rows = [(one.severity, one.sentence) for one in result.findings if one.severity != "info"]
    said = (
        [] if rows else ["Nothing stood out. What could not be told is listed below, and is not the same as nothing."]
    )
    return Part("found", "What was found", said, [Grid(("", "Finding"), rows)] if rows else ())


def _identity(result: AuditCohortResult) -> Part:
    cohort, spec = result.cohort, result.spec
    terms = [
        ("Source", spec.source or PERSON),
        ("Collected", spec.date or PERSON),
        ("Licence", spec.licence or PERSON),
        ("Samples and patients", f"{len(cohort):,} and {len({*cohort.patients}):,}"),
        ("Outcome", cohort.outcome.name),
    ]
    return Part("identity", "1. Which data", (), (), (), terms)


def _representation(result: AuditCohortResult) -> Part:
    grids: list[Grid] = []
    said: list[str] = []
    for one in result.representation:
        rows = [
            (
                level.level,
                f"{level.n:,}",
                percent(level.share),
                percent(level.reference),
                ends(level.ratio),
                level.verdict,
            )
            for level in one.levels
        ]
        columns = ("Group", "Patients", "Share", "Population", "Ratio (95 %)", "")
        grids.append(Grid(columns, rows, columns[1:5], one.column))
        if one.population:
            said.insert(0, f"Against {one.population}.")
            said.append(
                f"{one.column}: total variation distance {percent(one.distance)}, chi-squared {show(one.chi2)}, "
                f"p {one.p:.2g}."
            )
        said += [f"{one.column}: {note}." for note in one.notes]
        if one.unknown:
            said.append(f"{one.column}: not known of {one.unknown:,} patients.")
    return Part("representation", "3. Who is in it, against who there is", list(dict.fromkeys(said)), grids)


def _missing(result: AuditCohortResult) -> Part:
    rows = [one for one in result.missing if one.found]
    tested = sum(not one.small for one in result.missing)
    sentence = (
        f"{len(rows)} of {tested} comparisons of a group with the others stand out at a false discovery rate of 5 %"
        if tested
        else "Nothing is missing, or the groups are too small to compare"
    )
    return Part("missing", "4. Who is missing data", [f"{sentence}."], [rates(rows)] if rows else ())


def _leakage(result: AuditCohortResult) -> Part:
    rows = [(check.severity, check.title, check.sentence) for check in result.checks if check.severity != "passed"]
    said = [f"{sum(check.severity == 'passed' for check in result.checks)} checks of the design passed."]
    return Part("leakage", "5. Leakage and design", said, [Grid(("", "Matter", "What is so"), rows)] if rows else ())


def _label(result: AuditCohortResult) -> Part | None:
    if not result.labels:
        return None
    power = [
        (
            f"{one.column}: {one.level}",
            f"{one.n:,}",
            f"{one.events:,}",
            f"{one.others:,}",
            *(("", "", "") if one.small else map(percent, (one.prevalence_gap, one.rate_gap))),
            *(() if one.small else (show(one.auc_gap),)),
            one.small or ("" if one.enough else "fewer than 100 of each outcome"),
        )
        for one in result.power
    ]
    columns = ("Group", "Patients", "With", "Without", "Gap of prevalence", "Gap of a rate", "Gap of AUC", "")
    note = result.spec.label or PERSON
    return Part(
        "label",
        "6. The outcome, and what each group is large enough to show",
        [
            f"Who recorded the outcome, and why it may be recorded otherwise in some groups: {note}.",
            SMALLEST_GAPS,
        ],
        [rates(result.labels), Grid(columns, power, columns[1:7], "The smallest gap that would show")],
    )


def _performance(result: AuditCohortResult) -> Part | None:
    if not result.performance:
        return None
    grids: list[Grid] = []
    for name, one in result.performance.items():
        metrics = [m for m in (*CONCORDANCES, *CLASSES, *NUMBERS) if m in one.overall]
        grids.append(scores(name, one, metrics))
        grids.append(gaps(name, one))
    pictures: list[Picture] = list(forests(result.performance))
    said = [
        INTERVALS,
        f"A patient is called positive from a risk of {result.spec.threshold:g}.",
    ]
    return Part("performance", "7. For whom it works", said, grids, pictures)


def _calibration(result: AuditCohortResult) -> Part | None:
    some = {name: one for name, one in result.performance.items() if "slope" in one.overall}
    if not some:
        return None
    grids = [scores(name, one, CALIBRATION) for name, one in some.items()]
    return Part(
        "calibration", "8. Whether a risk means the same in every group", [CALIBRATED], grids, list(calibrations(some))
    )


def _cells(result: AuditCohortResult) -> Part | None:
    if not result.cells:
        return None
    rows = [
        (
            c.cell,
            f"{c.n:,}",
            f"{c.events:,}",
            ends(c.prevalence),
            ends(c.found),
            c.small.removeprefix(f"{CANNOT_TELL}: "),
        )
        for c in result.cells
    ]
    columns = (result.cells[0].columns, "Patients", "With the outcome", "Prevalence", "Found of these", "Too small")
    return Part("cells", "9. Intersections", [POOLED], [Grid(columns, rows, columns[1:5])])


def _remedies(result: AuditCohortResult) -> Part | None:
    if not result.remedies:
        return None
    grids = [
        Grid(
            ("Remedy", "Gap", "less by", "Accuracy", "costs", "AUC", "Brier", ""),
            [remedy(one) for one in outcomes if one.model == model],
            ("Gap", "less by", "Accuracy", "costs", "AUC", "Brier"),
            f"{name}: {model}",
        )
        for name, outcomes in result.remedies.items()
        for model in dict.fromkeys(one.model for one in outcomes)
    ]
    return Part("remedies", "10. What can be done, and what it costs", [REMEDIES], grids)


def _cannot(result: AuditCohortResult) -> Part:
    said = [
        "That no difference was found does not mean that there is none: section 6 says how large one would have to be.",
        "Groups are what the table calls them; who was recorded under another group, or none, is not seen.",
        "Whether the outcome itself is recorded alike in all groups is not in the data.",
        "A gap says nothing of its cause.",
    ]
    rows = _untold(result)
    grids = (
        [Grid(("Where", "Group", "Why"), rows, (), f"{len(rows)} cells of which nothing can be told")] if rows else []
    )
    return Part("cannot", "11. What this audit cannot tell", said, grids)


def _limits(result: AuditCohortResult) -> Part:
    if not result.limits:
        return Part(
            "limits", "12. Limits", ["None were written before the run, as [fairness.limits] in the cohort's file."]
        )
    rows = [(one.demanded, one.found, one.verdict) for one in result.limits]
    words = [one.verdict for one in result.limits]
    word = next(word for word in ("missed", "cannot tell", "met") if word in words)
    said = ["A limit is met where the whole interval meets it, and missed where the figure itself does not."]
    return Part(
        "limits",
        "12. Limits that were written before",
        said,
        [Grid(("Limit", "Found", "Verdict"), rows)],
        (),
        (),
        (PILLS[word], word),
    )


def _signed(result: AuditCohortResult) -> Part:
    return Part("signed", "13. Who answers for it", [result.spec.signed or f"{PERSON}: signed in [fairness]"])


def _untold(result: AuditCohortResult) -> list[tuple[str, str, str]]:
    rows = [("outcome", f"{one.column}: {one.level}", one.small) for one in result.power if one.small]
    rows += [
        ("performance", f"{name}: {group.level}", group.small)
        for name, one in result.performance.items()
        for group in one.untold
    ]
    rows += [("intersection", cell.cell, cell.small) for cell in result.cells if cell.small]
    return [(where, who, why.removeprefix(f"{CANNOT_TELL}: ")) for where, who, why in dict.fromkeys(rows)]


def _facts(result: AuditCohortResult, config: AuditCohortConfig) -> dict[str, str]:
    from pharmakon import __version__
    from pharmakon.core.files import sha256

    from .group_performance import SLOW

    resamples = SLOW if result.cohort.outcome.kind == "survival" else config.resamples
    facts = {"pharmakon": __version__, "Seed": str(config.seed), "Resamples": str(resamples)}
    facts["Cohort, SHA-256 of declaration and files"] = result.cohort.hash
    facts |= {f"{name}, SHA-256": digest for name, digest in result.cohort.files.items()}
    if config.risks is not None:
        facts[f"{config.risks.name}, SHA-256"] = sha256(config.risks)
    return facts

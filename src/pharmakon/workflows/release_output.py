"""What a release leaves behind: released.csv, result.json, report.html with its promise, and the ledger."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from pharmakon.core.files import write_atomic
from pharmakon.core.units import show, show_number
from pharmakon.privacy.budget import Price, said
from pharmakon.record.crate import close
from pharmakon.record.ledger import Ledger
from pharmakon.record.plot import Curve, Plot
from pharmakon.record.statement import Grid, Part, Picture, StatementPage, render
from pharmakon.store.plain import document
from pharmakon.store.plain import plain as plain_data
from pharmakon.store.writers import write_csv

from .release_plan import expect

if TYPE_CHECKING:
    from .release import ReleaseConfig, ReleaseResult
    from .release_plan import Expected, Line

NUMBERS, RESULT, REPORT, LEDGER = "released.csv", "result.json", "report.html", "ledger.jsonl"
COLUMNS = ("statistic", "group", "at", "value", "error_95")
BEFORE = ("Paid before (UTC)", "Price", "Of", "Statistics")
EPSILONS = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
SIZES = (100, 1000, 10_000)
STYLES = ("soft", "third", "other")
CAUTION = (
    "The budget is kept beside the data by whoever holds the data; a copy of the data elsewhere starts another. The "
    "promise is about what is published: it does not protect the data file, nor against who may read it."
)


def write(result: ReleaseResult, config: ReleaseConfig, ledger: Ledger) -> ReleaseResult:
    """Write every file, record it, close the ledger; the result with the ledger's head."""
    folder = result.folder
    assert folder is not None  # noqa: S101 - only a release that was made is written
    write_csv(folder / NUMBERS, COLUMNS, _rows(result))
    write_atomic(folder / RESULT, document(plain(result)))
    for name in (NUMBERS, RESULT):
        ledger.output(folder / name)
    head = ledger.append("released", epsilon=result.total.epsilon, delta=result.total.delta)
    result = replace(result, head=head.hash)
    write_atomic(folder / REPORT, render(page(result, config)))
    ledger.output(folder / REPORT)
    return replace(result, head=close(ledger).hash)


def plain(result: ReleaseResult) -> dict[str, Any]:
    """The plan, the numbers and the promise as plain data."""
    spent, left = result.account.spent(), result.account.left
    said_of = {
        "people": result.request.people,
        "total": asdict(result.total),
        "budget": asdict(result.account.total or Price(0.0)),
        "spent": asdict(spent),
        "left": asdict(left),
        "releases": len(result.account.releases),
        "before": [asdict(paid) for paid in result.before],
        "statistics": [
            {
                "name": e.statistic.name,
                "kind": e.statistic.kind,
                "price": asdict(e.price),
                "error_95": e.error,
                "meaning": e.meaning,
                **_how(result, e),
            }
            for e in result.expected
        ],
        "released": [asdict(line) for line in result.lines],
        "promise": dict(result.promise.lines()),
    }
    whole: dict[str, Any] = plain_data(said_of)
    return whole


def plan_rows(result: ReleaseResult) -> list[tuple[str, str, str, str, str]]:
    """(statistic, kind, price, error, meaning) as text."""
    return [
        (e.statistic.name, e.statistic.kind, said(e.price), f"± {show_number(e.error)}", e.meaning)
        for e in result.expected
    ]


def line_rows(result: ReleaseResult) -> list[tuple[str, str, str, str, str]]:
    """(statistic, group, at, value, error) as text."""
    return [
        (
            x.statistic,
            x.group,
            x.at,
            show_number(x.value),
            f"± {show_number(x.error)}" if math.isfinite(x.error) else "",
        )
        for x in result.lines
    ]


def _how(result: ReleaseResult, expected: Expected) -> dict[str, Any]:
    if expected.statistic.name not in result.mechanisms:
        return {}
    mechanism, scale, epsilon = result.mechanisms[expected.statistic.name]
    return {"mechanism": mechanism, "scale": scale, "epsilon_by_map": epsilon}


def _rows(result: ReleaseResult) -> Iterator[dict[str, object]]:
    for x in result.lines:
        error = x.error if math.isfinite(x.error) else ""
        yield {"statistic": x.statistic, "group": x.group, "at": x.at, "value": x.value, "error_95": error}


def page(result: ReleaseResult, config: ReleaseConfig) -> StatementPage:
    """The report: the numbers, what was promised, and what privacy costs at this size and at others."""
    spent, left = result.account.spent(), result.account.left
    plan = ("Statistic", "Kind", "Price", "95 % error", "Of what")
    return StatementPage(
        "private release",
        f"{len(result.expected)} {'statistic' if len(result.expected) == 1 else 'statistics'} of {config.cohort.stem}",
        [
            (
                f"Released with {said(result.total)}, in numbers that would have come out almost as likely without any "
                f"one person. {said(left).capitalize()} of the data's budget is left."
            )
        ],
        [
            (f"{result.total.epsilon:.3g}", "epsilon of this release"),
            (f"{spent.epsilon:.3g}", "epsilon spent in all"),
            (f"{left.epsilon:.3g}", "epsilon left"),
            (f"{len(result.account.releases)}", "releases"),
        ],
        [
            Part(
                "numbers",
                "What was released",
                [
                    (
                        "The error is that of the noise, passed by 1 release in 20, as was expected before. Counts may "
                        "be negative: to cut them at 0 would bias their sums."
                    )
                ],
                [Grid(("Statistic", "Group", "At", "Value", "95 % error"), line_rows(result), ("Value", "95 % error"))],
                list(_curves(result)),
            ),
            Part(
                "promise",
                "What is promised",
                ["After NIST SP 800-226 (2025)."],
                [Grid(BEFORE, [paid.row() for paid in result.before])] if result.before else [],
                terms=result.promise.lines(),
            ),
            Part(
                "cost",
                "What privacy costs",
                [
                    (
                        f"The error to expect by epsilon, at the {result.request.people:,} people declared and at "
                        "other sizes. Both axes are decimal logarithms. Ten times the people, or ten times the "
                        "epsilon, is a tenth of the error."
                    )
                ],
                [Grid(plan, plan_rows(result), ("95 % error",))],
                list(_costs(result)),
            ),
        ],
        CAUTION,
        _facts(result),
        document(result.request.model_dump(mode="json")),
    )


def _curves(result: ReleaseResult) -> Iterator[Picture]:
    for e in result.expected:
        if e.statistic.kind != "survival":
            continue
        curves = []
        for i, group in enumerate(e.statistic.groups or ("",)):
            lines = [x for x in _of(result, e, group) if math.isfinite(x.error)]
            points = [(0.0, 1.0), *((float(x.at), x.value) for x in lines)]
            style = ("main", "other", "third", "soft")[i % 4]
            curves.append(Curve(points, group or "released", shape="steps", css=style))
        yield Picture(
            e.statistic.name,
            f"Kaplan-Meier curve of noisy counts on the declared grid, ± {show(e.error)} where it is worst.",
            Plot(curves, ("time", "event-free"), f"released survival curve of {e.statistic.name}", y_ends=(0.0, 1.0)),
        )


def _of(result: ReleaseResult, expected: Expected, group: str) -> list[Line]:
    return [x for x in result.lines if x.statistic == expected.statistic.name and x.group == group]


def _costs(result: ReleaseResult) -> Iterator[Picture]:
    """Error by epsilon: one chart a kind of statistic, for the first of its kind."""
    seen = set()
    for e in result.expected:
        if e.statistic.kind in seen:
            continue
        seen.add(e.statistic.kind)
        here = result.request.people
        sizes = [(here, "main"), *zip((n for n in SIZES if n != here), STYLES, strict=False)]
        scale = 1.0 if e.statistic.kind not in ("count", "histogram") else 0.0
        curves = []
        for people, css in sizes:
            points = []
            for epsilon in EPSILONS:
                error = expect(e.statistic.model_copy(update={"epsilon": epsilon}), people).error
                value = error if scale else error / people
                if value > 0:
                    points.append((math.log10(epsilon), math.log10(value)))
            curves.append(Curve(points, f"{people:,} people", css=css))
        what = "95 % error" if scale else "95 % error, share of the people"
        yield Picture(
            f"{e.statistic.kind}: {e.statistic.name}",
            f"{what} by epsilon; this release paid {e.price.epsilon:g}.",
            Plot(curves, ("log10 epsilon", f"log10 {what}"), f"error of {e.statistic.name} by epsilon and size"),
        )


def _facts(result: ReleaseResult) -> dict[str, str]:
    from pharmakon import __version__

    facts = {"pharmakon": __version__, "OpenDP": result.promise.version, "Budget": result.budget.name}
    facts |= {
        f"Noise of {name}": f"{mechanism}, scale {scale:.6g}, epsilon by its map {epsilon:.6g}"
        for name, (mechanism, scale, epsilon) in result.mechanisms.items()
    }
    facts["To repeat it"] = "draws other noise and costs as much again"
    if result.head:
        facts["Ledger's entry before this page"] = result.head
    return facts

"""What a check leaves behind: its numbers, the report of all so far, the ledger's entry, a note when one is due."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pharmakon.core.files import write_atomic
from pharmakon.core.units import show
from pharmakon.record.plot import Curve, Plot
from pharmakon.record.statement import Grid, Part, Picture, StatementPage, render
from pharmakon.store.plain import document

from .monitor_result import CHECKS, REPORT, MonitorResult, Seen

if TYPE_CHECKING:
    from pharmakon.record.ledger import Ledger

CAUTION = (
    "A limit that is held says that these data give no sign of drift, and not that there is none. What needs "
    "measurements can be told of the measured molecules only, and somebody chose these."
)
REMEDIES: Mapping[str, str] = {
    "domain": "train again with molecules of the new kind, or say in the instructions that they are not covered",
    "coverage": "recalibrate on the new measurements (pharmakon recalibrate), and check again on later ones",
    "error": "train again with the new measurements, or stop using it for this series",
    "bias": "find out whether the assay changed; if it did not, recalibrate",
    "calibration": "recalibrate for the new mixture, or find out whether the outcome is defined as it was",
    "discrimination": "stop acting on it until it was validated anew",
}
VERDICTS = {"held": ("good", "held"), "passed": ("poor", "passed"), "cannot tell": ("unsure", "cannot tell")}
COLUMNS = ("check", "value", "95 % interval", "limit", "when made", "of", "verdict")


def write(folder: Path, seen: Seen, files: Mapping[str, str], ledger: Ledger) -> MonitorResult:
    """Add the check to the record in `folder`."""
    (folder / CHECKS).mkdir(exist_ok=True)
    earlier = [json.loads(path.read_bytes()) for path in sorted((folder / CHECKS).glob("*.json"))]
    number = 1 + max((one["number"] for one in earlier), default=0)
    this = {
        "number": number,
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "inputs": dict(files),
        "checks": [check.plain() for check in seen.checks],
        "facts": dict(seen.facts),
        "notes": list(seen.notes),
    }
    path = folder / CHECKS / f"{number:04}.json"
    write_atomic(path, document(this))
    ledger.output(path)
    passed = [check for check in seen.checks if check.verdict == "passed"]
    said = [{key: one.plain()[key] for key in ("name", "value", "low", "high", "n", "verdict")} for one in seen.checks]
    entry = ledger.append("monitored", number=number, inputs=dict(files), checks=said)
    note = None
    if passed:
        note = folder / f"change-{number:04}.md"
        write_atomic(note, change_note(seen, number, this, entry.hash))
        ledger.output(note)
        ledger.append("change control", number=number, limits=[check.name for check in passed])
    everything = [*earlier, json.loads(document(this))]
    write_atomic(folder / REPORT, render(page(seen, everything, entry.hash)))
    ledger.output(folder / REPORT)
    if ledger.signs:
        ledger.checkpoint()
    return MonitorResult(folder, number, seen.name, seen.checks, list(seen.notes), note, ledger.head.hash)


def change_note(seen: Seen, number: int, this: Mapping[str, Any], entry: str) -> str:
    """The note of change control: what the machine found, and what people have to fill in."""
    lines = [f"# Change control {number:04}: {seen.title}", "", "Found by the machine:", ""]
    lines += [f"- {check.sentence}" for check in seen.checks]
    lines += ["", f"Model card SHA-256 {seen.model}. Check {number} of {this['time']}, ledger entry {entry}.", ""]
    lines += ["What can be done:", ""]
    lines += [f"- {check.title}: {REMEDIES[check.name]}." for check in seen.checks if check.verdict == "passed"]
    lines += ["", "To be filled in by a person, and signed (`pharmakon sign`):", ""]
    for field in (
        "Effect on decisions already taken",
        "Cause",
        "Decision",
        "Who decided, and when",
        "Checked again on",
    ):
        lines += [f"- {field}: person needed"]
    return "\n".join(lines) + "\n"


def page(seen: Seen, everything: Sequence[Mapping[str, Any]], entry: str) -> StatementPage:
    """The report: the last check, and how each number went over all of them."""
    from pharmakon import __version__

    last = seen.checks
    passed = [check for check in last if check.verdict == "passed"]
    unsure = [check for check in last if check.verdict == "cannot tell"]
    if passed:
        summary = [f"{len(passed)} of {len(last)} limits passed: {', '.join(check.name for check in passed)}."]
    else:
        summary = [f"No limit passed; {len(last) - len(unsure)} of {len(last)} held."]
    if unsure:
        summary.append(f"Too few data to tell: {', '.join(check.name for check in unsure)}.")
    rows = [
        (
            check.title,
            show(check.found.value),
            f"{show(check.found.low)} to {show(check.found.high)}",
            f"at {check.limit.side} {show(check.limit.value)}",
            show(check.reference),
            f"{check.n:,}",
            check.verdict,
        )
        for check in last
    ]
    worst = VERDICTS["passed" if passed else "cannot tell" if unsure else "held"]
    parts = [
        Part(
            "now",
            f"Check {len(everything)}",
            [],
            [Grid(COLUMNS, rows, COLUMNS[1:6])],
            list(_distributions(seen)),
            [(check.title, check.meaning) for check in last],
            worst,
        )
    ]
    if len(everything) > 1:
        parts.append(Part("over-time", "Over all checks", [], [_history(everything)], list(_trends(everything))))
    facts = {"pharmakon": __version__, "Model card": seen.model, "Ledger's entry of this check": entry}
    return StatementPage(
        "monitoring",
        f"{seen.title}: does it still hold?",
        [*summary, *seen.notes],
        [(f"{one.n:,}", f"{seen.what} looked at") for one in last[:1]] + [(f"{len(everything)}", "checks on record")],
        parts,
        CAUTION,
        facts,
    )


def _history(everything: Sequence[Mapping[str, Any]]) -> Grid:
    names = list(dict.fromkeys(check["name"] for one in everything for check in one["checks"]))
    rows = []
    for one in everything:
        by_name = {check["name"]: check for check in one["checks"]}
        cells = [f"{show(_number(by_name[n]['value']))} {by_name[n]['verdict']}" if n in by_name else "" for n in names]
        rows.append((str(one["number"]), one["time"], *cells))
    return Grid(("check", "time", *names), rows, ("check",))


def _trends(everything: Sequence[Mapping[str, Any]]) -> Iterator[Picture]:
    """Each number over the checks, with its interval and its limit."""
    first = {check["name"]: check for one in everything for check in one["checks"]}
    for name, what in first.items():
        found = [
            (one["number"], check)
            for one in everything
            for check in one["checks"]
            if check["name"] == name and None not in (check["value"], check["low"], check["high"])
        ]
        if len(found) < 2:
            continue
        course = Curve(
            [(number, check["value"]) for number, check in found],
            "value and 95 % interval",
            low=[check["low"] for _, check in found],
            high=[check["high"] for _, check in found],
        )
        edge = what["limit"]["value"]
        ends = [(found[0][0], edge), (found[-1][0], edge)]
        yield Picture(
            what["title"],
            f"Over {len(found)} checks. At {what['limit']['side']} {show(edge)} is allowed.",
            Plot(
                [course, Curve(ends, "limit", css="chance")],
                ("check", name),
                f"{what['title']} over the checks",
                y_ends=(min(edge, *course.low), max(edge, *course.high)),
            ),
        )


def _distributions(seen: Seen) -> Iterator[Picture]:
    """How near the new molecules lie to the training molecules, beside how near these lie to each other."""
    new, was = seen.facts.get("similarity"), seen.facts.get("similarity of training")
    if new and was:
        yield Picture(
            "How near the new molecules lie",
            "Share of molecules whose nearest training molecule is at least so similar (Tanimoto, ECFP4); of the "
            "training molecules themselves, to the nearest other one.",
            Plot(
                [Curve(_survival(new), "new molecules"), Curve(_survival(was), "training molecules", css="other")],
                ("similarity", "share"),
                "Shares of molecules by similarity to the nearest training molecule",
            ),
        )
    estimates, values = seen.facts.get("estimates"), seen.facts.get("measured values")
    if estimates and values and seen.facts.get("unit") != "probability":
        ends = [min(*estimates, *values), max(*estimates, *values)]
        yield Picture(
            "Measured against estimated",
            f"In {seen.facts['unit']}, of molecules that were measured.",
            Plot(
                [
                    Curve(list(zip(estimates, values, strict=True)), shape="dots"),
                    Curve([(ends[0], ends[0]), (ends[1], ends[1])], "as estimated", css="chance"),
                ],
                ("estimated", "measured"),
                "Measured against estimated values",
                square=True,
            ),
        )


def _survival(values: Sequence[float]) -> list[tuple[float, float]]:
    grid = [i / 50 for i in range(51)]
    return [(edge, sum(value >= edge for value in values) / len(values)) for edge in grid]


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)


def rows(checks: Sequence[Any]) -> list[tuple[str, ...]]:
    """The checks as a table of the terminal."""
    return [
        (
            check.title,
            show(check.found.value),
            f"{show(check.found.low)} to {show(check.found.high)}",
            f"at {check.limit.side} {show(check.limit.value)}",
            f"{check.n:,}",
            check.verdict,
        )
        for check in checks
    ]


def plain(result: MonitorResult) -> dict[str, Any]:
    """The result as JSON has it."""
    found = asdict(result) | {"checks": [check.plain() for check in result.checks]}
    return {key: str(value) if isinstance(value, Path) else value for key, value in found.items()}

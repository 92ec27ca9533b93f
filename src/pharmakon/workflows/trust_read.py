"""What an audit, a de-identification, a release or an attack came to: a verdict in a sentence, and its lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from pharmakon.core.config import Config
from pharmakon.core.errors import RecordError, UsageError
from pharmakon.core.units import show_interval, show_number

Sign = Literal["good", "poor", "unsure", ""]
LINES = 60
"""Lines that are told; the report has all."""


class TrustConfig(Config):
    """Which result."""

    verb: str = Field(description="the verb that made it")
    output: Path = Field(description="the folder of what it wrote")


@dataclass(frozen=True, slots=True)
class Told:
    """A result in few words."""

    sign: Sign
    sentence: str
    headings: Sequence[str] = ()
    lines: Sequence[Sequence[str]] = ()
    remarks: Sequence[str] = ()
    report: str = ""
    """Name of its page, below the folder."""


def run(config: TrustConfig) -> Told:
    """Read a result. Raises UsageError for a verb that leaves none of these, RecordError where it is not there."""
    if config.verb not in READ:
        raise UsageError(f"{config.verb} is not among {', '.join(READ)}")
    name, report, told = READ[config.verb]
    paths = sorted(config.output.glob(name))
    try:
        said = json.loads(paths[-1].read_bytes())
        found = told(said)
    except (IndexError, OSError, ValueError, KeyError, TypeError):
        raise RecordError(f"the result of {config.verb} cannot be read") from None
    return Told(found.sign, found.sentence, found.headings, found.lines[:LINES], found.remarks, report)


def _audit(said: Mapping[str, Any]) -> Told:
    worst = {one["severity"] for one in said["findings"]}
    sign: Sign = "poor" if "error" in worst else "unsure" if "warning" in worst else "good"
    what = f"{len(said['findings'])} matters were found" if said["findings"] else "Nothing was found"
    sentence = f"{what} in {said['rows']:,} rows; {len(said['passed'])} checks passed."
    lines = [(one["severity"], one["title"], one["sentence"]) for one in said["findings"]]
    return Told(sign, sentence, ("How bad", "Matter", "What was found"), lines)


def _cohort(said: Mapping[str, Any]) -> Told:
    findings = [one for one in said["findings"] if isinstance(one, Mapping)]
    sign: Sign = "poor" if said["failed"] else "unsure" if findings or said["notes"] else "good"
    what = f"{len(findings)} matters were found" if findings else "Nothing was found in what could be looked at"
    headings = ("How bad", "Matter", "What was found")
    lines = [tuple(str(one.get(key, "")) for key in ("severity", "title", "sentence")) for one in findings]
    return Told(sign, f"{what}, of {said['patients']:,} patients.", headings, lines, list(said["notes"]))


def _deidentified(said: Mapping[str, Any]) -> Told:
    removed = sum(one["values"] for one in said["places"])
    sign: Sign = "unsure" if said["look_at"] or said["refused"] or not said["safe_harbor_method"] else "good"
    sentence = f"{removed:,} values were removed from {len(said['files'])} files: {said['label']}."
    lines = [
        (one["where"], one["identifier"].replace("_", " "), one["done"], f"{one['values']:,}") for one in said["places"]
    ]
    remarks = [f"Look at {one['where']}: {one['why']}." for one in said["look_at"]]
    remarks += [f"Left out, {one['kind']}: {one['reason']}." for one in said["refused"]]
    return Told(
        sign, sentence, ("Where", "What", "What was done", "Values"), lines, [*remarks, *said["cannot_promise"]]
    )


def _anonymised(said: Mapping[str, Any]) -> Told:
    before, after = said["risk"]["before"], said["risk"]["after"]
    left_out = f"{said['suppressed']:,} of {said['suppressed'] + said['rows']:,} rows were left out"
    sentence = f"Every row that is left is like {said['k'] - 1} others or more; {left_out}."
    lines = [
        (key.replace("_", " "), _number(before[key]), _number(after[key]))
        for key in after
        if isinstance(after[key], (int, float))
    ]
    return Told("good", sentence, ("Risk", "Before", "After"), lines)


def _released(said: Mapping[str, Any]) -> Told:
    left, budget = said["left"]["epsilon"], said["budget"]["epsilon"]
    sentence = (
        f"It cost epsilon {_number(said['total']['epsilon'])}; {_number(left)} of {_number(budget)} is left for good."
    )
    sign: Sign = "good" if left > 0.1 * budget else "unsure"
    lines = [
        (
            one["statistic"],
            " ".join(filter(None, (one["group"], one["at"]))),
            _count(one["value"]),
            _count(one["error"]),
        )
        for one in said["released"]
    ]
    remarks = [f"{name}: {text}" for name, text in said["promise"].items()]
    return Told(sign, sentence, ("Statistic", "Of", "Released", "Error, 95 %"), lines, remarks)


def _attacked(said: Mapping[str, Any]) -> Told:
    sign: Sign = "poor" if said["leaks"] else "good"
    word = "gives away" if said["leaks"] else "was not shown to give away"
    lines = [
        (
            one["name"],
            f"{_number(one['auc']['value'])} ({_interval(one['auc'])})",
            f"{one['members']:,} and {one['others']:,}",
            "leaks" if one["leaks"] else "not shown to leak",
        )
        for one in said["attacks"]
    ]
    headings = ("Attack", "AUC (95 % interval)", "Members and others", "Verdict")
    return Told(
        sign, f"{said['name'] or 'The model'} {word} whose data it was made with.", headings, lines, said["notes"]
    )


def _monitored(said: Mapping[str, Any]) -> Told:
    verdicts = [one["verdict"] for one in said["checks"]]
    passed, unknown = verdicts.count("passed"), verdicts.count("cannot tell")
    sign: Sign = "poor" if passed else "unsure" if unknown else "good"
    sentence = f"{verdicts.count('held')} limits are held, {passed} passed, of {unknown} it cannot be told."
    lines = [
        (one["title"] if "title" in one else one["name"], _number(one["value"]), _interval(one), one["verdict"])
        for one in said["checks"]
    ]
    return Told(sign, sentence, ("Limit", "Value", "95 % interval", "Verdict"), lines, said["notes"])


def _number(value: Any) -> str:
    return show_number(value) if isinstance(value, int | float) else "-"


def _count(value: Any) -> str:
    """A number that may be a count: a release of an earlier version wrote 92 as 92.0."""
    return _number(int(value) if isinstance(value, float) and value.is_integer() else value)


def _interval(found: Mapping[str, Any]) -> str:
    low, high = found["low"], found["high"]
    return (
        show_interval(low, high) if isinstance(low, (int, float)) and isinstance(high, (int, float)) else "no interval"
    )


READ: Mapping[str, tuple[str, str, Callable[[Mapping[str, Any]], Told]]] = {
    "audit": ("findings.json", "findings.html", _audit),
    "audit-cohort": ("cohort.json", "cohort.html", _cohort),
    "deidentify": ("deidentified/result.json", "deidentified/report.html", _deidentified),
    "anonymise": ("anonymised/result.json", "anonymised/report.html", _anonymised),
    "release": ("release/result.json", "release/report.html", _released),
    "attack": ("attack/result.json", "attack/report.html", _attacked),
    "monitor": ("monitor/checks/*.json", "monitor/report.html", _monitored),
}
"""By verb: its result, its page, and how it is told."""

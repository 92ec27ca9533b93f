"""What an audit says: findings ranked by severity, each one sentence with its rows and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["passed", "info", "warning", "error"]
"""`error`: a score or a model from this table would be wrong. `warning`: it may be. `info`: worth knowing.
`passed`: looked for and not found."""
SEVERITIES: tuple[Severity, ...] = ("passed", "info", "warning", "error")


@dataclass(frozen=True, slots=True)
class Case:
    """One instance: the rows it is about (positions in `Sample.rows`) and what is the matter with them.

    `size` ranks the cases of a finding, the largest first.
    """

    rows: tuple[int, ...]
    note: str = ""
    size: float = 0.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the audit. `name` is for programs, `title` for people; `measures` are the numbers behind it."""

    name: str
    severity: Severity
    title: str
    sentence: str
    advice: str = ""
    cases: tuple[Case, ...] = ()
    measures: Mapping[str, float] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many rows it names."""
        return len({row for case in self.cases for row in case.rows})


def ranked(findings: Iterable[Finding]) -> list[Finding]:
    """The worst first; of equal ones that which concerns most rows."""
    return sorted(findings, key=lambda f: (-SEVERITIES.index(f.severity), -f.rows, f.name))


def cases(found: Iterable[Case]) -> tuple[Case, ...]:
    """Cases as a finding keeps them: the largest first, then in the order of the rows."""
    return tuple(sorted(found, key=lambda case: (-case.size, case.rows)))


def passed(name: str, title: str, sentence: str, measures: Mapping[str, float] | None = None) -> Finding:
    """What was looked for and not found."""
    return Finding(name, "passed", title, sentence, measures=measures or {})


def verb(n: int, one: str, many: str) -> str:
    """The form of a verb after `counted`."""
    return one if n == 1 else many

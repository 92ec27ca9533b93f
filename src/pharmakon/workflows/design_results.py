"""What a finished design run found, term by term, as plain facts for a page: no model is asked again."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pharmakon.core.errors import RecordError
from pharmakon.core.types import Property

from .design_choices import resolved

TABLE, RUN, CALLS = "designs.csv", "run.json", "calls.jsonl"


@dataclass(frozen=True, slots=True)
class Asked:
    """One wish of a run. `key` is its name in the run's files."""

    key: str
    title: str
    unit: str
    want: str
    constraint: bool
    hazard: bool
    better: str


@dataclass(frozen=True, slots=True)
class Reached:
    """What a design is in one term: value and interval, how far that is what was asked for (0 to 1), whether it is."""

    value: float | None
    low: float | None
    high: float | None
    desirability: float
    in_domain: bool
    met: bool


@dataclass(frozen=True, slots=True)
class Design:
    """One design, its terms in the order of the run's."""

    name: str
    smiles: str
    score: float
    call: int
    front: bool
    terms: Mapping[str, Reached]


@dataclass(frozen=True, slots=True)
class Results:
    """The designs of a run, best first."""

    name: str
    terms: Sequence[Asked]
    designs: Sequence[Design]


def results(folder: Path, own: Mapping[str, Property] | None = None) -> Results:
    """Read a finished run. Raises RecordError where the folder is none."""
    try:
        config = json.loads((folder / RUN).read_bytes())["config"]
        with (folder / TABLE).open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, ValueError, KeyError):
        raise RecordError(f"{folder} is not the folder of a finished design run") from None
    parts = _parts(folder / CALLS, {row["smiles"] for row in rows})
    keys = [
        name.removeprefix("desirability:") for name in (rows[0] if rows else ()) if name.startswith("desirability:")
    ]
    terms = _terms(config, keys, own or {})
    front = _front(rows, [term.key for term in terms if not term.constraint])
    designs = [
        Design(
            row["name"],
            row["smiles"],
            float(row["score"]),
            int(row["call"]),
            on_front,
            {term.key: _reached(parts.get(row["smiles"], {}).get(term.key, {}), row, term.key) for term in terms},
        )
        for row, on_front in zip(rows, front, strict=True)
    ]
    return Results(str(config.get("name", "")), terms, designs)


def front_of(found: Results, keys: Sequence[str]) -> list[str]:
    """The names of the designs that no other beats in all of some terms, by how far each is what was asked for."""
    import numpy as np

    from pharmakon.design.pareto import undominated

    points = np.array([[one.terms[key].desirability for key in keys] for one in found.designs], np.float64)
    points = points.reshape(len(found.designs), len(keys))
    return [found.designs[row].name for row in undominated(points)] if len(points) else []


def _front(rows: Sequence[Mapping[str, str]], keys: Sequence[str]) -> list[bool]:
    """The first front in all goals: as the run wrote it, or else as the desirabilities have it."""
    import numpy as np

    from pharmakon.design.pareto import undominated

    if not rows or not keys:
        return [False] * len(rows)
    if "front" in rows[0]:
        return [row["front"] == "1" for row in rows]
    points = np.array([[float(row[f"desirability:{key}"]) for key in keys] for row in rows], np.float64)
    first = set(undominated(points))
    return [number in first for number in range(len(rows))]


def _terms(config: Mapping[str, Any], keys: Sequence[str], own: Mapping[str, Property]) -> list[Asked]:
    """The wishes by the keys of the table, which has the goals first and then the constraints."""
    raw = [(one, False) for one in config.get("goals", ())] + [(one, True) for one in config.get("constraints", ())]
    found = []
    for number, key in enumerate(keys):
        one, constraint = raw[number] if number < len(raw) else ({}, False)
        what = resolved(str(one.get("property") or ""), own)
        title = what.what.title if what is not None and not one.get("over") and not one.get("to") else key
        hazard = what is not None and what.what.hazard
        unit = what.what.unit if what is not None else ""
        want = str(one.get("want") or ("" if one.get("points") or one.get("like") else "must hold"))
        better = what.what.better if what is not None else "none"
        found.append(Asked(key, title, unit, want, constraint, hazard, better))
    return found


def _parts(path: Path, wanted: set[str]) -> dict[str, Mapping[str, Mapping[str, Any]]]:
    """Of each wanted molecule what was found of it when it was last scored."""
    found: dict[str, Mapping[str, Mapping[str, Any]]] = {}
    if not path.is_file():
        return found
    with path.open("rb") as stream:
        for line in stream:
            for one in json.loads(line).get("molecules", ()):
                if one["smiles"] in wanted:
                    found[one["smiles"]] = one["parts"]
    return found


def _reached(part: Mapping[str, Any], row: Mapping[str, str], key: str) -> Reached:
    missed = _number(row.get(f"missed:{key}"))
    return Reached(
        _number(part.get("value")),
        _number(part.get("low")),
        _number(part.get("high")),
        _number(row.get(f"desirability:{key}")) or 0.0,
        bool(part.get("in_domain", True)),
        missed is not None and missed == 0.0,
    )


def _number(given: Any) -> float | None:
    try:
        value = float(given)
    except (TypeError, ValueError):
        return None
    return value if math.isfinite(value) else None

"""Runs side by side: what was asked, of which bytes, with which versions, and what came out."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field

from pharmakon.core.config import Config
from pharmakon.core.units import show, show_interval
from pharmakon.record.beside import record_of, results_of, top_of
from pharmakon.record.notebook import Shown
from pharmakon.store.runs import RUN, RunFolder

from .reproduce_verbs import CONFIGS, PLACES, config_of, pruned

RESULT, CARD, DESIGNS = "result.json", "card.json", "designs.csv"
BEST = 5
"""Molecules of a design whose scores are told."""
MOST = 400
"""Rows of a part: a result with more numbers than that is read in its own report."""
CUT = 300
"""Letters of a value that are shown."""
PARTS = ("request", "inputs", "results", "versions")
UNSAID = "by default"
"""What was not asked, and would be there had another run not asked for something else."""


class CompareRunsConfig(Config):
    """Which runs."""

    runs: tuple[Path, ...] = Field(
        min_length=1, max_length=6, description="folders of runs or models, or what lies beside its record"
    )


@dataclass(frozen=True, slots=True)
class Row:
    """One fact of each run, "" where it has none."""

    name: str
    values: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Whether the runs do not agree."""
        return len(set(self.values)) > 1


@dataclass(frozen=True, slots=True)
class Compared(Shown):
    """The rows of each part, in the order of PARTS."""

    parts: Mapping[str, tuple[Row, ...]]

    @property
    def differing(self) -> int:
        """How many facts differ."""
        return sum(row.differs for rows in self.parts.values() for row in rows)

    def plain(self) -> dict[str, Any]:
        """It, for JSON."""
        return {
            part: [{"name": row.name, "values": list(row.values), "differs": row.differs} for row in rows]
            for part, rows in self.parts.items()
        }


def run(config: CompareRunsConfig) -> Compared:
    """Compare runs, fact by fact. Raises RecordError for a folder that is neither a run's nor a model's."""
    told = [_facts(path) for path in config.runs]
    return Compared({part: tuple(_rows([one[part] for one in told], [one[UNSAID] for one in told])) for part in PARTS})


def _rows(facts: Sequence[Mapping[str, str]], unsaid: Sequence[Mapping[str, str]]) -> Iterator[Row]:
    names = dict.fromkeys(name for one in facts for name in one)
    for name in list(names)[:MOST]:
        yield Row(name, tuple(one.get(name, rest.get(name, "")) for one, rest in zip(facts, unsaid, strict=True)))


def _facts(folder: Path) -> dict[str, dict[str, str]]:
    """The facts of one run by part: of a model what its card tells, and its record beside it, if it has one."""
    record = record_of(folder)
    if not (folder / CARD).is_file() or (folder / RUN).is_file():
        return {**_of_run(record), "results": _results(record)}
    card = _of_model(json.loads((folder / CARD).read_bytes()))
    if record == folder:
        return card
    made = _of_run(record)
    return {part: made.get(part, {}) | card[part] for part in (UNSAID, *PARTS)}


def _of_run(folder: Path) -> dict[str, dict[str, str]]:
    """The facts of a run's record but for its results."""
    run = RunFolder.open(folder).run
    verb = str(run["verb"])
    config = pruned(config_of(verb), run["config"]) if verb in CONFIGS else run["config"]
    asked = _flat({key: value for key, value in config.items() if key not in (*PLACES, "seed")})
    read = {str(one["path"]) for one in run["inputs"]}
    read |= {str(Path(path).parent) for path in read}
    asked = {key: Path(text).name if text in read else text for key, text in asked.items()}
    code = run.get("code", {})
    versions = {**_flat(run.get("versions", {})), "code": str(code.get("commit") or code.get("sha256", ""))[:16]}
    return {
        UNSAID: _defaults(verb) if verb in CONFIGS else {},
        "request": {"verb": verb, "seed": str(run["seed"]), **asked},
        "inputs": {Path(str(one["path"])).name: str(one["sha256"]) for one in run["inputs"]},
        "versions": versions,
    }


def _of_model(card: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """The facts of a model's card: how it was made, of which data, what was measured of it."""
    dataset = dict(card.get("dataset", {}))
    sums = dataset.pop("sha256", [])
    inputs = {**_flat(dataset), **dict(zip(dataset.get("files", ()), sums, strict=False))}
    request = _flat({key: card.get(key) for key in ("name", "method", "seed", "transform", "learned")})
    results = {**_numbers(card.get("scores", {})), **_numbers(card.get("coverage", {}), "coverage")}
    versions = _flat(card.get("versions", {}))
    return {UNSAID: {}, "request": request, "inputs": inputs, "results": results, "versions": versions}


def _defaults(verb: str) -> dict[str, str]:
    """What each option of a verb is where nobody says it, if that is one value."""
    fields = config_of(verb).model_fields.items()
    return {name: _text(field.default) for name, field in fields if isinstance(field.default, (str, int, float))}


def _results(folder: Path) -> dict[str, str]:
    """What a run came to: the numbers of its result or of a design's molecules, or the SHA-256 of what it wrote."""
    if (folder / RESULT).is_file():
        held = json.loads((folder / RESULT).read_bytes())
        return _numbers(held) if isinstance(held, dict) else {}
    if (folder / DESIGNS).is_file():
        with (folder / DESIGNS).open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        best = {f"{row['name']}, score": show(float(row["score"])) for row in rows[:BEST] if row.get("score")}
        return {"designs": str(len(rows)), **best}
    written = results_of(folder)
    tops = list(dict.fromkeys(map(top_of, written)))
    # By place and not by name: of two runs in one folder the files cannot have the same.
    called = {top: "output" if len(tops) == 1 else f"output {i}" for i, top in enumerate(tops, start=1)}
    return {
        called[top_of(name)] + name.removeprefix("../").removeprefix(top_of(name)): digest
        for name, digest in written.items()
    }


def _numbers(held: Any, place: str = "") -> dict[str, str]:
    """Every number of a result by where it stands, an estimate with its interval; no curves."""
    found: dict[str, str] = {}
    if isinstance(held, Mapping) and {"value", "low", "high"} <= held.keys():
        return {place: _estimate(held["value"], held["low"], held["high"])}
    if isinstance(held, Mapping):
        for name, value in held.items():
            if name not in ("checklists", "permuted outcomes"):
                found |= _numbers(value, f"{place} / {name}" if place else str(name))
    elif isinstance(held, list) and len(held) == 3 and all(_is_number(one) for one in held):
        found[place] = _estimate(*held)
    elif isinstance(held, list) and held and isinstance(held[0], Mapping):
        for number, one in enumerate(held[:MOST], start=1):
            found |= _numbers(one, f"{place} / {one.get('name') or number}")
    elif _is_number(held):
        found[place] = show(held) if isinstance(held, float) else str(held)
    return found


def _estimate(value: Any, low: Any, high: Any) -> str:
    if not all(_is_number(one) for one in (value, low, high)):
        return "-"
    return f"{show(value)} ({show_interval(low, high)})"


def _is_number(held: Any) -> bool:
    return isinstance(held, (int, float)) and not isinstance(held, bool)


def _flat(held: Any, place: str = "") -> dict[str, str]:
    """Every value by where it stands; a list of tables by the names of its tables, other lists as one text."""
    found: dict[str, str] = {}
    if isinstance(held, Mapping):
        for name, value in held.items():
            found |= _flat(value, f"{place} / {name}" if place else str(name))
    elif isinstance(held, list) and held and isinstance(held[0], Mapping):
        for number, table in enumerate(held, start=1):
            name = str(table.get("property") or table.get("name") or number)
            told = ((key, value) for key, value in table.items() if value not in (None, "", [], name))
            said = ", ".join(f"{key} {_text(value)}" for key, value in told)
            key = f"{place} / {name}"
            found[key if key not in found else f"{key} ({number})"] = said[:CUT]
    elif held is not None and held not in ([], ""):
        text = _text(held)
        found[place] = text if len(text) <= CUT else f"{text[:CUT]} ..."
    return found


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return show(value) if isinstance(value, float) else json.dumps(value, ensure_ascii=False)

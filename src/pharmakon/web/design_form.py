"""The form of a design: a goal file as fields, and fields as a goal file. What fits no field is kept."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pharmakon.core.types import Property
from pharmakon.design.desirability import Want
from pharmakon.workflows.design_choices import STRUCTURE, Choice, resolved

SENSES = {"high": "at least", "low": "at most", "between": "between", "exact": "exactly"}
SHAPES = ("linear", "sigmoid", "gaussian", "exponential", "step")
ASPECTS = {"domain": "= 1", "similarity": "<= 0.65"}
"""What is wished of a model's domain, and of the similarity to what it was trained on, to begin with."""
MODE_KEYS = ("scaffold", "linker", "fragment", "molecule", "core", "similarity", "substructure")
NUMBERS = ("calls", "designs", "seed", "diversity")
TEXTS = ("name", "aggregate")
FILES = ("known", "stock", "patient", "against")
FIELDS = frozenset({*NUMBERS, *TEXTS, *FILES, "mode", "start", "goals", "constraints", "models", "response"})
TERM = frozenset(
    {"property", "want", "weight", "tolerance", "shape", "uncertainty", "to", "fingerprint", "keep", "avoid", "over"}
)


@dataclass(frozen=True, slots=True)
class Wish:
    """One goal or constraint as its row of the form shows it; numbers are texts, as they were typed."""

    kind: str
    """The name of a quantity, or keep, avoid."""
    role: str
    sense: str = "high"
    low: str = ""
    high: str = ""
    weight: str = "1"
    tolerance: str = ""
    shape: str = "linear"
    uncertainty: str = "mean"
    pattern: str = ""
    to: str = ""
    over: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)

    def choice(self, own: Mapping[str, Property]) -> Choice | None:
        """What it is about; None for a substructure, or a name that is unknown."""
        return None if self.kind in STRUCTURE else resolved(self.kind, own)

    @property
    def want(self) -> str:
        """The wished range as a goal file has it; "" where examples or points stand for it."""
        if {"like", "points"} & self.more.keys() or self.kind in STRUCTURE:
            return ""
        low, high = self.low.strip(), self.high.strip()
        return {"high": f">= {low}", "low": f"<= {high}", "exact": f"= {low}"}.get(self.sense, f"{low}..{high}")

    def plain(self) -> dict[str, Any]:
        """As a table of a goal file, without what goes without saying."""
        if self.kind in STRUCTURE:
            out: dict[str, Any] = {self.kind: self.pattern}
        else:
            out = {"property": self.kind}
            out |= {key: text for key, text in (("over", self.over.strip()), ("to", self.to.strip())) if text}
            out |= {"want": self.want} if self.want else {}
        if self.kind not in STRUCTURE:
            out |= {"tolerance": number(self.tolerance)} if self.tolerance.strip() else {}
            out |= {"uncertainty": self.uncertainty} if self.uncertainty != "mean" else {}
        if self.role == "goal":
            out |= {"weight": number(self.weight)} if self.weight.strip() not in ("", "1") else {}
            out |= {"shape": self.shape} if self.shape != "linear" else {}
        return out | dict(self.more)


def wish_of(raw: Mapping[str, Any], role: str) -> Wish:
    """A table of a goal file as a row."""
    kind = next((key for key in STRUCTURE if raw.get(key)), "") or str(raw.get("property") or "similarity")
    sense, low, high = sense_of(str(raw.get("want", "")))
    return Wish(
        kind,
        role,
        sense,
        low,
        high,
        weight=_text(raw.get("weight", 1)),
        tolerance=_text(raw.get("tolerance", "")),
        shape=str(raw.get("shape", "linear")),
        uncertainty=str(raw.get("uncertainty", "mean")),
        pattern=str(raw.get(kind, "")) if kind in STRUCTURE else "",
        to=str(raw.get("to", "")),
        over=str(raw.get("over", "")),
        more={key: value for key, value in raw.items() if key not in TERM or (key == "fingerprint" and value)},
    )


def new_wish(kind: str, own: Mapping[str, Property]) -> Wish | None:
    """A row to begin with; None for a name that is unknown."""
    if kind in STRUCTURE:
        return Wish(kind, "constraint")
    found = resolved(kind, own)
    if found is None:
        return None
    aspect = kind.rpartition(".")[2] if "." in kind else ""
    role = "constraint" if kind == "alerts" or aspect in ASPECTS else "goal"
    sense, low, high = sense_of(ASPECTS.get(aspect, found.want))
    tolerance = "" if role == "constraint" else f"{found.tolerance:g}"
    return Wish(kind, role, sense, low, high, tolerance=tolerance)


def sense_of(want: str) -> tuple[str, str, str]:
    """(sense, low, high) of a wish as a goal file has it; a wish that cannot be read stands in the first number."""
    text = want.strip()
    try:
        Want.parse(text)
    except ValueError:
        return "high", text.removeprefix(">="), ""
    if ".." in text and text[:1] not in "<>=":
        low, _, high = text.partition("..")
        return "between", low.strip(), high.strip()
    value = text.lstrip("<>= ").strip()
    return ("low", "", value) if text[0] == "<" else ("high", value, "") if text[0] == ">" else ("exact", value, "")


@dataclass(frozen=True, slots=True)
class Draft:
    """A whole form."""

    values: Mapping[str, str]
    """Plain fields by name, as they were typed; `mode.KEY` of the mode, `start` one SMILES a line."""
    wishes: tuple[Wish, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)
    """Keys of a goal file that have no field here."""

    def config(self, models: Mapping[str, str]) -> dict[str, Any]:
        """What is asked, as a goal file has it; `models` are references by the names of own models."""
        out: dict[str, Any] = {key: self.values[key].strip() for key in TEXTS if self.values.get(key, "").strip()}
        if out.get("aggregate") == "geometric":
            del out["aggregate"]
        given = {key: self.values.get(key, "").strip() for key in NUMBERS}
        out |= {key: number(text) for key, text in given.items() if text}
        if "stages" in self.more:
            out.pop("calls", None)
        start = tuple(line.split()[0] for line in self.values.get("start", "").splitlines() if line.strip())
        out |= {"start": list(start)} if start else {}
        out |= {key: self.values[key] for key in (*FILES, "response") if self.values.get(key)}
        names = [name for wish in self.wishes for name in (wish.kind.partition(".")[0], wish.over.partition(".")[0])]
        used = [models[name] for name in dict.fromkeys(names) if name in models]
        used += [one for one in self.more.get("models", ()) if one not in used]
        out |= {"models": used} if used else {}
        out |= {key: value for key, value in self.more.items() if key != "models"}
        if (mode := self._mode()) != {"kind": "de_novo"}:
            out["mode"] = mode
        for role, key in (("goal", "goals"), ("constraint", "constraints")):
            if tables := [wish.plain() for wish in self.wishes if wish.role == role]:
                out[key] = tables
        return out

    def _mode(self) -> dict[str, Any]:
        from pharmakon.design.modes import KEYS

        kind = self.values.get("mode.kind", "de_novo")
        own = KEYS.get(kind, ())
        given = {key: self.values.get(f"mode.{key}", "").strip() for key in MODE_KEYS if key in own}
        out: dict[str, Any] = {"kind": kind} | {key: text for key, text in given.items() if text}
        if "fragments" in own:
            out["fragments"] = self.values.get("mode.fragments", "").split()
        if "one_place" in own and self.values.get("mode.one_place"):
            out["one_place"] = True
        return out


def draft_of(config: Mapping[str, Any]) -> Draft:
    """What a goal file asks for, as a form."""
    values = {key: _text(config[key]) for key in (*TEXTS, *NUMBERS, *FILES, "response") if key in config}
    values["start"] = "\n".join(map(str, config.get("start", ())))
    for key, value in dict(config.get("mode") or {}).items():
        shown = "\n".join(map(str, value)) if isinstance(value, (list, tuple)) else _text(value)
        values[f"mode.{key}"] = ("1" if value else "") if isinstance(value, bool) else shown
    roles = (("goals", "goal"), ("constraints", "constraint"))
    wishes = tuple(wish_of(raw, role) for key, role in roles for raw in config.get(key, ()) if isinstance(raw, Mapping))
    more = {key: value for key, value in config.items() if key not in FIELDS or key == "models"}
    return Draft(values, wishes, more)


def read_form(form: Mapping[str, Any]) -> Draft:
    """What a form sent."""
    texts = {key: value for key, value in form.items() if isinstance(value, str)}
    wishes = tuple(_wish(texts, place) for place in _places(texts))
    values = {key: text for key, text in texts.items() if not key.startswith("terms.") and key not in ("csrf", "more")}
    return Draft(values, wishes, _json(texts.get("more", "")))


def _places(texts: Mapping[str, str]) -> Iterator[str]:
    numbers = {key.split(".")[1] for key in texts if key.startswith("terms.") and key.count(".") == 2}
    yield from sorted((one for one in numbers if one.isdigit()), key=int)


def _wish(texts: Mapping[str, str], place: str) -> Wish:
    said = {
        key: texts[f"terms.{place}.{key}"]
        for key in Wish.__slots__
        if key != "more" and f"terms.{place}.{key}" in texts
    }
    said.setdefault("kind", "")
    role = "goal" if said.pop("role", "goal") == "goal" else "constraint"
    return Wish(role=role, **said, more=_json(texts.get(f"terms.{place}.more", "")))


def _json(text: str) -> dict[str, Any]:
    with contextlib.suppress(ValueError, RecursionError):
        found = json.loads(text or "{}")
        if isinstance(found, dict):
            return found
    return {}


def number(text: str) -> float | int | str:
    """A number, a whole one where it is whole; the text itself where it is none, for the check to complain of."""
    try:
        value = float(text)
    except ValueError:
        return text
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 - NaN alone is not itself
        return text
    return int(value) if value.is_integer() and abs(value) < 1e15 else value


def _text(value: Any) -> str:
    return f"{value!r}".removesuffix(".0") if isinstance(value, float) else str(value)

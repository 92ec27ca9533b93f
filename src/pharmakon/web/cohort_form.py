"""The form that declares a cohort: what it says as the keys of a cohort's TOML file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from pharmakon.workflows.cohort_columns import Columns

USES = {
    "prognostic": "who does well or badly, whatever the treatment",
    "predictive": "who profits from a treatment",
    "response": "whether a treatment worked",
    "diagnostic": "who has the disease",
    "susceptibility/risk": "who will get the disease",
    "monitoring": "how the disease goes on",
    "safety": "who is harmed by a treatment",
}
"""The uses of BEST, in a clinician's words."""
KINDS = {"binary": "one of two classes", "continuous": "a number", "survival": "a time until an event"}
MEASURED = {"continuous": "numbers, such as log expression", "binary": "yes or no", "counts": "raw counts of reads"}
TRANSFORMS = {"none": "as they are", "log2": "log2(x)", "log2p1": "log2(x + 1)", "cpm": "log2 counts per million"}

OWN = "own"
"""The block of measurements that are columns of the table of patients."""
SHOW = "declaration.show"
"""The button that asks for the declaration as a file; no key of one."""

EVENT = r"dea(d|th)|died|deceased|event|relapse|recur|progression|^((os|pfs|dfs|vital|survival)[ _.]?)?status$"
"""Columns of two words that say whether something came; "smoking status" does not."""
TIME = r"^(?!.*(age|birth|diagnos)).*(time|month|day|week|year|follow|surviv|(^|[ _.])(os|pfs|dfs|efs|rfs)($|[ _.]))"
POSITIVE = r"^(yes|1|true|resp|dead|death|died|deceased|event|relapse|pos|case)"
CLINIC = r"^sex$|gender|ethnic|race"
"""Columns of two words that are no outcome, whatever else there is."""

Given = Mapping[str, Sequence[str]]


def declaration(given: Given, *, clinical: str, blocks: Sequence[str]) -> dict[str, Any]:
    """The keys of a cohort's file; `clinical` and `blocks` are the names of its tables."""
    kind = _one(given, "outcome.kind")
    keys: tuple[str, ...] = ("time", "event", "positive", "unit") if kind == "survival" else ("column", "unit")
    if kind == "binary":
        keys = ("column", "positive", "negative")
    made: dict[str, Any] = {"name": _one(given, "name"), "context_of_use": _one(given, "context_of_use")}
    made |= {key: text for key in ("description", "access") if (text := _one(given, key))}
    made["clinical"] = {"file": clinical} | _some(given, "clinical", ("id", "patient"))
    made["outcome"] = {"kind": kind} | _some(given, "outcome", keys)
    several = {key: _all(given, f"design.{key}") for key in ("covariates", "subgroups")}
    design: dict[str, Any] = {key: names for key, names in several.items() if names}
    design |= _some(given, "design", ("batch", "site", "arm"))
    if design.get("arm") and _one(given, "design.randomised"):
        design["randomised"] = True
    if design:
        made["design"] = design
    made["blocks"] = [
        {"name": _one(given, f"blocks.{n}.name"), "file": name}
        | {
            key: text
            for key, text in _some(given, f"blocks.{n}", ("id", "kind", "transform")).items()
            if text != "none"
        }
        for n, name in enumerate(blocks)
    ]
    if features := _all(given, f"{OWN}.features"):
        made["blocks"].append({"name": _one(given, f"{OWN}.name"), "features": features})
    return made


def placed(wrong: Mapping[str, str], blocks: int) -> dict[str, str]:
    """Mistakes by the fields of the form: the block after those of its tables is the one of the patients' own."""
    own = f"blocks.{blocks}."
    found = {f"{OWN}.{key.removeprefix(own)}" if key.startswith(own) else key: said for key, said in wrong.items()}
    if not blocks and found.pop("blocks", ""):
        found[f"{OWN}.features"] = "tick what was measured: no table of measurements was uploaded"
    return found


def guesses(clinical: Columns, blocks: Sequence[str]) -> dict[str, list[str]]:
    """What the form shows first: the likeliest columns, by what they are called; none stands in two places."""
    words = [name for name in clinical.names if len(clinical.levels.get(name, ())) == 2]
    found: dict[str, str] = {}

    def take(key: str, names: Sequence[str], how: str) -> str:
        found[key] = _called([name for name in names if name not in found.values()], how)
        return found[key]

    take("clinical.id", clinical.ids, r"sample|^id$|_id$") or take("clinical.id", clinical.names[:1], "")
    take("clinical.patient", clinical.ids, r"patient|subject|case")
    outcome, time = _called(words, EVENT), _called([name for name in clinical.names if name not in words], TIME)
    if outcome and time:
        found |= {"outcome.kind": "survival", "outcome.time": time, "outcome.event": outcome}
    else:
        outcome = take("outcome.column", words, rf"respon|outcome|class|{EVENT}")
    take("design.batch", clinical.names, r"batch|plate|^run$|series")
    take("design.site", clinical.names, r"hospital|site|centre|center")
    take("design.arm", clinical.names, r"^arm$|treatment")
    outcome = outcome or take("outcome.column", words[::-1], rf"^(?!.*({CLINIC})).*")
    found["outcome.positive"] = _called(clinical.levels.get(outcome, ()), POSITIVE)
    found.setdefault("outcome.kind", "binary")
    several = {"design.covariates": r"^age$|^sex$|gender|stage", "design.subgroups": CLINIC}
    lists = {key: [name for name in clinical.names if re.search(how, name.lower())] for key, how in several.items()}
    named = {f"blocks.{n}.name": [_plain(name)] for n, name in enumerate(blocks)}
    return {key: [text] for key, text in found.items() if text} | lists | named | {f"{OWN}.name": ["values"]}


def file_name(name: str) -> str:
    """What the file of a cohort is called."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(one for one in letters if not unicodedata.combining(one))  # ö as o, and no hyphen
    return f"{re.sub(r'[^a-z0-9]+', '-', plain).strip('-')[:80] or 'cohort'}.toml"


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", name.partition(".")[0])[:60] or "block"


def _called(names: Sequence[str], how: str) -> str:
    return next((name for name in names if re.search(how, name.lower())), "")


def _some(given: Given, place: str, keys: Sequence[str]) -> dict[str, str]:
    return {key: text for key in keys if (text := _one(given, f"{place}.{key}"))}


def _one(given: Given, key: str) -> str:
    return (list(given.get(key, ())) or [""])[-1].strip()


def _all(given: Given, key: str) -> list[str]:
    return [text for text in given.get(key, ()) if text.strip()]

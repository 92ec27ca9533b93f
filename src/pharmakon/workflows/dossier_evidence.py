"""What a trained model, or a finished run, can show for itself: the evidence that general forms ask for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pharmakon.core.errors import RecordError
from pharmakon.core.files import sha256
from pharmakon.core.units import show, show_interval
from pharmakon.core.words import joined, sentence
from pharmakon.record.approval import check
from pharmakon.record.card import METRICS
from pharmakon.record.discovery import RESULT, SIGNATURE
from pharmakon.record.filling import Said, points
from pharmakon.record.ledger import verify
from pharmakon.store.models import CARD
from pharmakon.store.runs import RunFolder

from .dossier_facts import ModelFacts, coverage_table, is_qsar, said_access, scores_table
from .dossier_plan import Judgement
from .dossier_qmrf import QMRF
from .dossier_qmrf_rules import RULES

Figure = tuple[float, float, float]
"""(value, low, high); the ends are NaN where there is no interval."""
NAN = float("nan")
PLACES = ("output", "overwrite", "workers", "resume")
"""Settings that say where a run was, not what it did."""
FILES = (".toml", ".csv", ".tsv", ".gz", ".json", ".smi", ".sdf", ".parquet")
HOW = {
    "discover": (
        "A signature from blocks of features, all choices made in inner folds; the run's report.html tells the "
        "analysis, with REMARK and TRIPOD+AI filled in where they apply."
    ),
    "validate": "Nothing is learnt: a frozen signature is applied to cohorts that did not make it.",
    "design": "A search for molecules that meet written goals; the run's report.html tells which.",
}


@dataclass(frozen=True)
class Evidence:
    """Facts about one thing, as forms quote them; None where there is none. `figures` are what limits are set on."""

    name: str
    title: str
    kind: str
    today: date
    digest: str
    purpose: Said
    data: Said
    processing: Said | None
    method: Said
    inputs: Said
    versions: Said
    design: Said
    outputs: Said | None
    record: Said
    figures: Mapping[str, Figure]
    settings: Mapping[str, str]
    limits: tuple[str, ...] = ()
    scores: Said | None = None
    uncertainty: Said | None = None
    groups: Said | None = None
    domain: Said | None = None
    licence: str = ""
    access: str = ""
    """Who may have the data, in a sentence."""
    started: datetime | None = None
    judged: Judgement | None = None


def of_model(model: ModelFacts) -> Evidence:
    """The evidence of a model's card."""
    if not is_qsar(model.card):
        return _of_card(model)
    fillers = RULES if model.rules else QMRF
    known = (fillers.base.own if fillers.base else {}) | fillers.own

    def ask(number: str) -> Said:
        said = known[number](model)
        return Said((said,)) if isinstance(said, str) else said or Said()

    base = _of_card(model)
    return replace(
        base,
        purpose=points(sentence(str(model.card.get("what", "")))),
        data=_together(ask("6.1"), points(*_sourced(model))),
        processing=ask("6.6"),
        method=_together(ask("4.1"), ask("4.2")),
        inputs=_together(ask("4.3"), ask("4.4")),
        design=ask("7.6"),
        outputs=_together(ask("3.5"), ask("3.4")),
        scores=ask("7.7") if model.rules else scores_table(model, list(model.part("scores"))),
        uncertainty=coverage_table(model),
        domain=_together(ask("5.1"), ask("5.2")),
    )


def of_run(folder: Path, *, today: date) -> Evidence:
    """The evidence of a run folder: its settings, inputs, results and ledger. RecordError for what is no run folder."""
    run = RunFolder.open(folder).run
    found: dict[str, Any] = {}
    if (folder / RESULT).is_file():
        try:
            found = json.loads((folder / RESULT).read_bytes())
        except ValueError as error:
            raise RecordError(f"{folder / RESULT} is damaged: {error}") from None
    figures = dict(_estimates(found))
    groups = {name: value for name, value in figures.items() if "subgroups" in name}
    overall = {name: value for name, value in figures.items() if name not in groups}
    settings = {
        key: _said(value)
        for key, value in run["config"].items()
        if key not in PLACES and value not in (None, "", [], {})
    }
    flow = [f"{step}: {n:,}" for step, n in found.get("flow", ())]
    files = tuple((str(one["path"]).rsplit("/", 1)[-1], str(one.get("sha256", ""))) for one in run["inputs"])
    checks = [one for part in (found, *found.get("cohorts", ())) for one in part.get("checks", ())]
    warned = tuple(str(one["sentence"]) for one in checks if one.get("severity") in ("warning", "refused"))
    use = found.get("context_of_use")
    where = f"Seed {run['seed']}; {joined([*map(str, run.get('platform', {}).values())])}."
    return Evidence(
        name=str(found.get("cohort") or found.get("signature", {}).get("name") or folder.resolve().name),
        title=f"Run of pharmakon {run['verb']}: {found.get('cohort') or folder.resolve().name}",
        kind=f"run of {run['verb']}",
        today=today,
        digest=sha256(folder / "run.json"),
        purpose=points(f"A run of pharmakon {run['verb']}.", f"Declared use of the marker: {use}." if use else ""),
        data=Said((f"Inputs, each by its SHA-256. {'; '.join(flow)}",), ("file", "SHA-256"), files),
        processing=points(*(sentence(str(one["sentence"])) for one in checks if one.get("severity") != "passed"))
        or None,
        method=Said((HOW.get(run["verb"], ""),), ("setting", "value"), tuple(settings.items())),
        inputs=points(*_features(found)),
        versions=_versions(run.get("versions", {}), where),
        design=points(_judged_how(run["verb"], settings)),
        outputs=None,
        record=_ledger(folder),
        figures=overall,
        settings=settings,
        limits=(*warned, *map(str, found.get("notes", ()))),
        scores=_figures(overall),
        groups=_figures(groups),
        access=_access(folder),
        started=_time(run.get("started")),
    )


def _of_card(model: ModelFacts) -> Evidence:
    """What every card has, a tagger's and a language model's too."""
    data = model.part("dataset") or model.part("data")
    learned = model.part("learned") or model.part("recipe") or model.part("recipes")
    figures = dict(_card_figures(model))
    files = tuple((str(name), str(digest)) for name, digest in model.part("files").items())
    settings = {key: _said(value) for key, value in learned.items()}
    seed = f"Random seed {model.card['seed']}." if "seed" in model.card else "Versions as the card has them."
    return Evidence(
        name=model.name,
        title=model.title,
        kind="model",
        today=model.today,
        digest=model.digest,
        purpose=points(sentence(str(model.card.get("what") or model.card.get("kind") or model.name))),
        data=Said((), ("what", "value"), tuple((str(k), _said(v)) for k, v in data.items())),
        processing=None,
        method=Said((sentence(str(model.card.get("method", ""))),), ("setting", "value"), tuple(settings.items())),
        inputs=points(sentence(str(model.card.get("writing") or "See the method"))),
        versions=_versions(model.part("versions") or {"pharmakon": model.version}, seed),
        design=points("Scores are of data that were held out of training."),
        outputs=None,
        record=Said((f"SHA-256 of the card: {model.digest}.", *_signed(model.place)), ("file", "SHA-256"), files),
        figures=figures,
        settings=settings,
        limits=model.listed("limits"),
        scores=_figures(figures),
        licence=str(data.get("licence", "")),
        access=model.access,
        started=_time(model.made),
    )


def _sourced(model: ModelFacts) -> Iterator[str]:
    if citation := model.part("dataset").get("citation"):
        yield f"As published: {sentence(str(citation))}"
    yield f"{model.used:,} molecules used."


def _card_figures(model: ModelFacts) -> Iterator[tuple[str, Figure]]:
    """Such as "scaffold auroc" and "coverage scaffold": the model's own, not the baselines'."""
    for split, table in model.part("scores").items():
        own = table.get("model", table) if isinstance(table, Mapping) else {}
        for metric, value in own.items():
            if isinstance(value, list) and len(value) == 3:
                yield f"{split} {metric}", _figure(*value)
            elif isinstance(value, (int, float)) and metric != "n":
                yield f"{split} {metric}", (float(value), NAN, NAN)
    for split, table in model.part("coverage").items():
        yield f"coverage {split}", (float(table["observed"]), NAN, NAN)
    for metric, value in model.part("judged").items():
        yield metric, (float(value), NAN, NAN)


def _estimates(node: Any, path: str = "") -> Iterator[tuple[str, Figure]]:
    """Every {value, low, high} of a result, by its place."""
    if isinstance(node, Mapping):
        if {"value", "low", "high"} <= node.keys():
            yield path, _figure(node["value"], node["low"], node["high"])
            return
        own = str(node.get("level") or node.get("name") or "")
        for key, item in node.items():
            if key not in ("checks", "scores", "models", "cohorts"):
                yield from _estimates(item, f"{path} {own} {key}".replace("  ", " ").strip())
            elif key != "checks":
                yield from _estimates(item, f"{path} {own}".strip())
    elif isinstance(node, list):
        for item in node:
            yield from _estimates(item, path)


def _figure(value: float | None, low: float | None, high: float | None) -> Figure:
    one, two, three = (NAN if x is None else float(x) for x in (value, low, high))
    return one, two, three


def _figures(figures: Mapping[str, Figure]) -> Said | None:
    rows = tuple((_named(name), show(v), show_interval(low, high)) for name, (v, low, high) in figures.items())
    return Said((), ("figure", "value", "95 % interval"), rows) if rows else None


def _named(name: str) -> str:
    *words, last = name.split(" ")
    return " ".join([*words, METRICS.get(last, last.replace("_", " "))])


def _versions(versions: Mapping[str, Any], more: str) -> Said:
    return Said((more,), ("software", "version"), tuple((str(k), str(v)) for k, v in versions.items()))


def _ledger(folder: Path) -> Said:
    """What the run's ledger says of itself now."""
    try:
        found = verify(folder)
    except RecordError as error:
        return points(f"The run has no readable ledger: {error}.")
    state = "nothing is wrong with it" if found.ok else f"wrong: {'; '.join(found.problems)}"
    return points(
        f"Ledger of {found.entries:,} entries and {found.outputs:,} files, checked while this form was made: {state}.",
        f"Hash of its last entry: {found.head}.",
        *map(sentence, found.remarks),
        *_signed(folder),
    )


def _said(value: Any) -> str:
    """A setting as a reader understands it: of a file its name alone, which does not tell where somebody works."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_said, value))
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_said(item)}" for key, item in value.items() if item not in (None, "", [], {}))
    text = str(value)
    return Path(text).name if Path(text).is_absolute() or Path(text).suffix in FILES else text


def _features(found: Mapping[str, Any]) -> Iterator[str]:
    """What a study measured, and what it chose."""
    for name, table in found.get("univariable", {}).items():
        yield f"{name}: {table.get('tested', 0):,} features tested ({table.get('method', '')})."
    signature = found.get("signature")
    if isinstance(signature, Mapping) and "markers" in signature:
        yield f"{len(signature['markers']):,} markers in the signature."


def _access(folder: Path) -> str:
    """What the card of the run's signature says of who may have the data."""
    try:
        return said_access(json.loads((folder / SIGNATURE / CARD).read_bytes()))
    except (OSError, ValueError):
        return ""


def _signed(folder: Path) -> Iterator[str]:
    """The signatures of a folder, each looked at anew; nothing where there is none."""
    try:
        found = check(folder)
    except RecordError as error:
        yield f"Its signatures cannot be read: {error}."
        return
    for one in found.signatures:
        doubt = f"; it does not count: {one.problem}" if one.problem else ""
        yield f"Signed as {one.meaning} by {one.name}, {one.time.isoformat()}: {one.why}{doubt}."
    if found.signatures:
        yield f"State: {found.state}."


def _judged_how(verb: str, settings: Mapping[str, str]) -> str:
    if verb == "discover":
        return (
            f"Nested cross-validation by patient ({settings.get('folds', 'several')} outer folds): no patient judges "
            "a model that has seen them."
        )
    if verb == "validate":
        return "A frozen signature, applied to cohorts that did not make it; it cannot be refitted."
    return "See the report of the run."


def _together(*parts: Said) -> Said:
    """Sentences of all, and the first table."""
    table = next((part for part in parts if part.rows), Said())
    return Said(tuple(text for part in parts for text in part.sentences), table.columns, table.rows)


def _time(text: Any) -> datetime | None:
    return datetime.fromisoformat(str(text)) if text else None

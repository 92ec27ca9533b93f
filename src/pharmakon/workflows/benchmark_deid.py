"""Identifiers in free text: MEDDOCAN cross-validated over documents, and English sets that were never trained on."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pharmakon.core.random import stream
from pharmakon.privacy.free_text import FreeText
from pharmakon.privacy.tagger import Tagger
from pharmakon.privacy.tagger_scores import Counts, count, counts_of, intervals, total
from pharmakon.privacy.tagger_training import Labelled, TrainingRecipe, train_tagger
from pharmakon.privacy.text_rules import matches

from .benchmark import BenchmarkConfig, Learner, Say, anchors, told

FOLDS = 5
MEDDOCAN, PRESIDIO = "privacy/meddocan", "privacy/presidio_research"
ENGLISH = {"presidio synth_dataset_v2": "synth_dataset_v2", "presidio generated_small": "generated_small"}
TRAIN_DEV = "meddocan train to dev"
SPEED = "speed"
ALIASES = {
    "PERSON": "name", "TITLE": "title", "STREET_ADDRESS": "address", "ADDRESS": "address", "GPE": "place",
    "LOCATION": "place", "ORGANIZATION": "organisation", "CREDIT_CARD": "account", "IBAN_CODE": "account",
    "DATE_TIME": "date", "PHONE_NUMBER": "phone", "AGE": "age", "NRP": "nationality", "EMAIL_ADDRESS": "email",
    "ZIP_CODE": "zip", "DOMAIN_NAME": "url", "US_SSN": "id", "US_DRIVER_LICENSE": "id", "IP_ADDRESS": "ip",
}  # fmt: skip
"""The English sets' types as our kinds; ours that they do not part are joined by JOINED."""
JOINED = {"country": "place", "hospital": "organisation"}


class Deidentification:
    """Strict scores and characters found, set by set."""

    what = "identifiers in Spanish case reports (MEDDOCAN) and English synthetic sentences: spans and characters found"
    protocol = (
        "MEDDOCAN train and dev together, five folds over documents, a tagger trained without each; strict: start, end "
        "and label agree; characters: covered by any span, blanks not counted; the English sets only tested, with the "
        "shipped tagger, which was trained on notes that recipes/tagger_english.py writes"
    )
    published = (
        "MEDDOCAN test (not provided): F1 0.970; hashed linear tagger 0.922; Presidio's patterns 15 % of characters"
    )
    needs = MEDDOCAN
    repeats = 1

    def tasks(self) -> Sequence[str]:
        return [*(f"meddocan fold {i + 1}" for i in range(FOLDS)), TRAIN_DEV, *ENGLISH, SPEED]

    def files(self, task: str, root: Path) -> list[Path]:
        if task in ENGLISH:
            return [root / PRESIDIO / f"{ENGLISH[task]}.json"]
        return [root / MEDDOCAN / f"{part}.jsonl.gz" for part in ("train", "dev")]

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        if task == SPEED:
            return _speed(root)
        if task in ENGLISH:
            say("reading")
            return _english(json.loads(self.files(task, root)[0].read_text(encoding="utf-8")), config)
        train, dev = (meddocan(path) for path in self.files(task, root))
        if task != TRAIN_DEV:
            fold = int(task.rpartition(" ")[2]) - 1
            train, dev = parted([*train, *dev], fold, seed=config.seed)
        if config.limit is not None:
            train, dev = train[: config.limit], dev[: config.limit]
        tagger = train_tagger(train, recipe=TrainingRecipe(), random_state=config.seed, progress=told(say))
        say(f"{len(dev)} texts")
        return _judged([count(text, spans, found(tagger, text)) for text, spans in dev], task)

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """The folds together, and the English sets' character recall."""
        folds = [counts_of(found["counts"]) for task, found in results.items() if "fold" in task]
        told = {}
        if folds:
            scores = total(folds).scores()
            told = {f"meddocan {len(folds)} folds: {name}": round(value, 4) for name, value in scores.items()}
        for task in (TRAIN_DEV, *ENGLISH):
            if task in results:
                for name in ("f1", "character_recall"):
                    told[f"{task}: {name}"] = results[task]["scores"][name]["value"]
        return told


def meddocan(path: Path) -> list[Labelled]:
    """The texts of a file of MEDDOCAN, re-encoded as JSON lines, with their spans."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [(row["text"], [(start, end, label) for start, end, label in row["spans"]]) for row in rows]


def parted(texts: Sequence[Labelled], fold: int, *, seed: int) -> tuple[list[Labelled], list[Labelled]]:
    """Training and test texts of a fold; every document is in one fold."""
    order = stream(seed, "deid", "folds").permutation(len(texts))
    mine = {int(i) for i in order[fold::FOLDS]}
    return [t for i, t in enumerate(texts) if i not in mine], [t for i, t in enumerate(texts) if i in mine]


def found(tagger: Tagger, text: str) -> set[tuple[int, int, str]]:
    """What free text is cleaned of, with the labels of MEDDOCAN."""
    labels = FreeText(language="es", taggers={"es": tagger}).labels(text, "es")
    return {(start, end, label) for start, end, label in labels}


def english(row: Mapping[str, Any]) -> Labelled:
    """A row of the English sets, its types as kinds."""
    spans = [(s["start_position"], s["end_position"], ALIASES[s["entity_type"]]) for s in row["spans"]]
    return row["full_text"], spans


def _english(rows: Sequence[Mapping[str, Any]], config: BenchmarkConfig) -> dict[str, Any]:
    cleaner = FreeText(language="en")
    texts = [english(row) for row in rows[: config.limit]]
    counts, patterns = [], []
    for text, spans in texts:
        own = {(s.start, s.end, JOINED.get(s.kind, s.kind)) for s in cleaner.spans(text)}
        counts.append(count(text, spans, own))
        patterns.append(count(text, spans, {(m.start, m.end, m.kind) for m in matches(text, sure=True)}))
    result = _judged(counts, "presidio")
    rules = total(patterns).scores()
    result["anchors"]["character_recall"]["own patterns alone"] = round(rules["character_recall"], 4)
    return result


def _judged(counts: list[Counts], task: str) -> dict[str, Any]:
    whole = total(counts)
    scores = {
        name: {"value": round(v, 4), "low": round(low, 4), "high": round(high, 4), "n": len(counts)}
        for name, (v, low, high) in intervals(counts).items()
    }
    published = anchors()["deid"]["meddocan" if task.startswith("meddocan") else task]
    return {
        "scores": scores,
        "anchors": {name: dict(who) for name, who in published.items()},
        "by label": whole.label_recall(),
        "counts": [whole.exact, whole.found, whole.true, whole.covered, whole.marked, whole.identifying],
    }


def _speed(root: Path) -> dict[str, Any]:
    """Notes a second of one process, by the clock and by its own time; a note of MEDDOCAN has 2,900 characters."""
    texts = [text for text, _ in meddocan(root / MEDDOCAN / "dev.jsonl.gz")]
    cleaner, key = FreeText(language="es"), bytes(range(32))
    cleaner.clean(texts[0], "0", key)
    clocks = {"notes a second": time.perf_counter, "notes a second of one core": time.process_time}
    rates: dict[str, list[float]] = {name: [] for name in clocks}
    for run in range(3):
        began = {name: clock() for name, clock in clocks.items()}
        for i, text in enumerate(texts[run::3]):
            cleaner.clean(text, str(i), key)
        for name, clock in clocks.items():
            rates[name].append(len(texts[run::3]) / (clock() - began[name]))
    scores = {
        name: {"value": round(sorted(r)[1], 1), "low": round(min(r), 1), "high": round(max(r), 1), "n": len(texts)}
        for name, r in rates.items()
    }
    return {"scores": scores, "anchors": {}}


DEID = Deidentification()

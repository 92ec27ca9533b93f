"""From a table of structures and measurements to a clean training set, with a reason for every row set aside."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from pharmakon.chem.standardize import standardize
from pharmakon.core.errors import DataError
from pharmakon.core.types import Floats, Kind, Problem
from pharmakon.store.numbers import MISSING, decimal_of, is_approximate, read_number
from pharmakon.store.tables import Row

POSITIVE = {"1", "yes", "true", "active", "positive", "pos", "toxic", "inhibitor", "+", "y", "t"}
NEGATIVE = {"0", "no", "false", "inactive", "negative", "neg", "non-toxic", "nontoxic", "non-inhibitor", "-", "n", "f"}


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """Unique standardised molecules and their values; `rows` are 1-based rows of the source, one per molecule."""

    smiles: list[str]
    y: Floats
    ids: list[str]
    rows: list[int]
    kind: Kind
    read: int
    set_aside: dict[str, int]
    problems: list[Problem]
    notes: list[str] = field(default_factory=list)


def curate(
    rows: Iterable[Row],
    *,
    value: str,
    kind: Kind | None = None,
    positive: str | None = None,
    minimum: float | None = None,
    maximum: float | None = None,
) -> TrainingSet:
    """Standardise, read values, merge repeats.

    `kind` None means: classification when the values are two labels or 0 and 1, else regression. Repeats of a
    molecule become their median (a regression) or their majority (a classification; a tie is set aside).
    """
    problems: list[Problem] = []
    reasons: Counter[str] = Counter()
    kept: list[tuple[int, str, str, str]] = []
    read = 0

    def set_aside(row: Row, kind: str, reason: str = "") -> None:
        reasons[kind] += 1
        problems.append(Problem(row.number, row.structure, reason or kind, row.id))

    for row in rows:
        read += 1
        if row.problem:
            set_aside(row, "row cannot be read", row.problem)
            continue
        done = standardize(row.structure)
        if done.problem:
            set_aside(row, "structure cannot be read", done.problem)
            continue
        text = row.fields.get(value, "").strip()
        if not text:
            reasons["no value"] += 1
            problems.append(Problem(row.number, "", "no value", row.id))
            continue
        kept.append((row.number, row.id, done.smiles, text))
    if not kept:
        raise DataError(f"none of the {read} rows has both a readable structure and a value in column {value!r}")
    missing = missing_words(text for *_, text in kept)
    labels = class_labels({text.casefold() for *_, text in kept} - missing, positive)
    kind = kind or ("classification" if labels else "regression")
    _require_classes(kind, labels, value)
    decimal = decimal_of(text for *_, text in kept)
    values: dict[str, list[float]] = defaultdict(list)
    sources: dict[str, list[tuple[int, str]]] = defaultdict(list)
    rough: list[str] = []
    for row_number, row_id, smiles, text in kept:
        if kind == "classification":
            got = labels.get(text.casefold(), math.nan)
            reason = "" if math.isfinite(got) else "no value" if text.casefold() in missing else "not a class"
        else:
            measured, qualifier, problem = read_number(text, decimal=decimal)
            reason = "not a number" if problem else "censored value" if qualifier in (">", "<") else ""
            got = measured if measured is not None else math.nan
            if not reason and ((minimum is not None and got < minimum) or (maximum is not None and got > maximum)):
                reason = "outside the credible range"
        if reason:
            reasons[reason] += 1
            problems.append(Problem(row_number, text, reason, row_id))
            continue
        if kind == "regression" and is_approximate(text):
            rough.append(text)
        values[smiles].append(got)
        sources[smiles].append((row_number, row_id))
    notes = _roughly(rough)
    return _merge(values, sources, kind=kind, read=read, reasons=reasons, problems=problems, notes=notes)


def _roughly(texts: Sequence[str]) -> list[str]:
    if not texts:
        return []
    what = "1 value is" if len(texts) == 1 else f"{len(texts):,} values are"
    return [f"{what} written as approximate, such as {texts[0]!r}, and used as the number that is given"]


def _merge(
    values: Mapping[str, Sequence[float]],
    sources: Mapping[str, Sequence[tuple[int, str]]],
    *,
    kind: Kind,
    read: int,
    reasons: Counter[str],
    problems: list[Problem],
    notes: list[str],
) -> TrainingSet:
    smiles, y = [], []
    spreads = []
    for molecule, several in values.items():
        if kind == "classification":
            mean = float(np.mean(several))
            if mean == 0.5:
                reasons["contradicting classes"] += len(several)
                problems.extend(
                    Problem(row, molecule, "contradicting classes", name) for row, name in sources[molecule]
                )
                continue
            y.append(float(mean > 0.5))
        else:
            y.append(float(np.median(several)))
            if len(several) > 1:
                spreads.append(float(np.std(several)))
        smiles.append(molecule)
    merged = sum(len(values[molecule]) - 1 for molecule in smiles)
    if merged:
        reasons["repeat of a molecule, merged"] += merged
    if spreads:
        spread = f"median standard deviation {np.median(spreads):.2g}"
        notes = [*notes, f"{len(spreads)} molecules were measured more than once; {spread}"]
    if not smiles:
        raise DataError("no usable measurement is left after reading the values")
    return TrainingSet(
        smiles,
        np.array(y),
        [_tidy(sources[m][0][1]) for m in smiles],
        [sources[m][0][0] for m in smiles],
        kind,
        read,
        dict(sorted(reasons.items())),
        sorted(problems, key=lambda problem: problem.row),
        notes,
    )


def _tidy(name: str) -> str:
    """An identifier without what a spreadsheet or a file system added to it."""
    return re.sub(r"^(\d+)\.0$", r"\1", " ".join(name.split())).removesuffix(".mol")


def _require_classes(kind: Kind, labels: Mapping[str, float], value: str) -> None:
    if kind == "classification" and not labels:
        raise DataError(f"column {value!r} does not hold two known classes; name the positive label (--positive)")


def missing_words(texts: Iterable[str]) -> frozenset[str]:
    """What stands for no value: a minus sign beside plus signs is a class, as in an Ames test."""
    return MISSING - {"-"} if "+" in {text.strip() for text in texts} else MISSING


def class_labels(distinct: set[str], positive: str | None) -> dict[str, float]:
    """The class of each label (case does not matter); empty where the texts are not two classes.

    Without `positive`, labels that everybody uses (`POSITIVE`, `NEGATIVE`) are known; others need it, and then there
    must be exactly one more.
    """
    if positive is not None:
        one = positive.casefold()
        others = distinct - {one}
        return {one: 1.0, others.pop(): 0.0} if one in distinct and len(others) == 1 else {}
    known = dict.fromkeys(POSITIVE, 1.0) | dict.fromkeys(NEGATIVE, 0.0)
    plain = {label: known.get(label.removesuffix(".0")) for label in distinct}
    classes = {label: value for label, value in plain.items() if value is not None}
    # One stray word among labels is a bad row; numbers beyond 0 and 1 are measurements.
    strays = [label for label, value in plain.items() if value is None]
    return {} if len(set(classes.values())) < 2 or any(map(_is_number, strays)) else classes


def _is_number(text: str) -> bool:
    return read_number(text)[0] is not None

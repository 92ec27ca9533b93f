"""A cohort's people as what each statistic counts, and the draws.

Nothing that a row holds may raise here: an error that comes for some people and not for others is an answer that nobody
paid for. A cell that cannot be read is a gap; only what a header or a request says is told off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pharmakon.biomarkers.encoding import NEGATIVE, POSITIVE, plain
from pharmakon.core.errors import UnknownName
from pharmakon.core.types import Floats

from .release_plan import Line
from .release_request import Request, Statistic

if TYPE_CHECKING:
    from pandas import DataFrame, Series

    from pharmakon.biomarkers.declaration import Declaration, OutcomeTable

    from .release_plan import Expected


@dataclass(frozen=True, slots=True)
class People:
    """One row a person. `time` and `event` are NaN and False where they are not known; numbers are by column."""

    frame: DataFrame
    numbers: Mapping[str, Floats]
    time: Floats
    event: NDArray[np.bool_]


def people(declaration: Declaration, data: Path, request: Request) -> People:
    """The people of a cohort, each by the first row that belongs to it, so that one person is one row.

    Raises UnknownName for a column that is not there.
    """
    from pharmakon.store.matrix import read_frame

    clinical, outcome = declaration.clinical, declaration.outcome
    asked = request.statistics
    wanted: list[str | None] = [clinical.id, *clinical.keep, *(c for s in asked for c in s.where)]
    wanted += [s.column for s in asked if s.column] + [s.by for s in asked if s.by]
    wanted += [clinical.patient] if clinical.patient else []
    curves = any(s.kind == "survival" for s in asked)
    wanted += list(outcome.columns) if curves else []
    frame = read_frame(data, columns=wanted)
    for column, words in clinical.keep.items():
        frame = frame[frame[column].isin([words] if isinstance(words, str) else words)]
    key = clinical.patient or str(frame.columns[0] if clinical.id is None else clinical.id)
    frame = frame[~(frame[key].duplicated() & (frame[key] != ""))].reset_index(drop=True)
    numbers = {s.column: _numbers(frame, s.column) for s in asked if s.column and (s.kind == "mean" or s.edges)}
    time, event = np.full(len(frame), np.nan), np.zeros(len(frame), dtype=bool)
    if curves:
        event, known = _events(frame[str(outcome.event)], outcome)
        time = _numbers(frame, str(outcome.time))
        time = np.where(known & (time >= 0), time, np.nan)
    return People(frame, numbers, time, event)


def _events(cells: Series[str], outcome: OutcomeTable) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether the event came, and whether that is known, by the words declared and else by what such words mean."""
    yes, no = (None if word is None else plain(word) for word in (outcome.positive, outcome.negative))
    words = [plain(cell) for cell in cells]
    event = np.array([word == yes if yes is not None else word.casefold() in POSITIVE for word in words], dtype=bool)
    if no is not None:
        not_so = [word == no for word in words]
    elif yes is not None:
        not_so = [bool(word) and word != yes for word in words]
    else:
        not_so = [word.casefold() in NEGATIVE for word in words]
    return event, event | np.array(not_so, dtype=bool)


def draw(expected: Expected, cohort: People) -> tuple[list[Line], tuple[str, float, float]]:
    """Release one statistic: its lines, and (mechanism, scale of the noise, epsilon by OpenDP's map)."""
    from pharmakon.privacy import release

    statistic, price, error = expected.statistic, expected.price, expected.error
    chosen = _chosen(statistic, cohort.frame)
    name = statistic.name
    if statistic.kind == "count":
        noisy = release.count(chosen, price)
        lines = [Line(name, "", "", int(noisy.values[0]), error)]
    elif statistic.kind == "mean":
        values = cohort.numbers[str(statistic.column)]
        kept = values[chosen & np.isfinite(values)]
        found, noisy, number = release.mean(kept, float(statistic.low or 0), float(statistic.high or 0), price)
        lines = [
            Line(name, "", "mean", found, error),
            Line(name, "", "people with a value", int(number.values[0]), float("nan")),
        ]
        return lines, (noisy.mechanism, noisy.scale, noisy.price.epsilon + number.price.epsilon)
    elif statistic.kind == "histogram":
        cells, labels = _histogram(statistic, cohort)
        noisy = release.histogram(np.where(chosen, cells, -1), len(labels), price)
        lines = [Line(name, "", label, int(v), error) for label, v in zip(labels, noisy.values, strict=True)]
    else:
        times = np.array(statistic.times)
        size = 2 * len(times) + 1
        groups = statistic.groups or ("",)
        group = _places(cohort.frame[statistic.by], groups) if statistic.by else np.zeros(len(cohort.frame), np.int64)
        known = chosen & np.isfinite(cohort.time) & (group >= 0)
        cell = release.survival_cells(np.nan_to_num(cohort.time), cohort.event, times)
        noisy = release.histogram(np.where(known, group * size + cell, -1), size * len(groups), price)
        lines = []
        for i, label in enumerate(groups):
            curve = release.curve(noisy.values[i * size : (i + 1) * size], times)
            lines += [
                Line(name, label, f"{t:g}", float(s), error) for t, s in zip(curve.times, curve.survival, strict=True)
            ]
            lines += [
                Line(name, label, f"at risk {t:g}", int(n), float("nan"))
                for t, n in zip(curve.times, curve.at_risk, strict=True)
            ]
    return lines, (noisy.mechanism, noisy.scale, noisy.price.epsilon)


def _chosen(statistic: Statistic, frame: DataFrame) -> NDArray[np.bool_]:
    chosen = np.ones(len(frame), dtype=bool)
    for column, words in statistic.where.items():
        chosen &= frame[column].isin([words] if isinstance(words, str) else words).to_numpy()
    return chosen


def _histogram(statistic: Statistic, cohort: People) -> tuple[NDArray[np.int64], list[str]]:
    if statistic.categories:
        return _places(cohort.frame[str(statistic.column)], statistic.categories), list(statistic.categories)
    values, edges = cohort.numbers[str(statistic.column)], np.array(statistic.edges)
    at = np.searchsorted(edges, values, side="right") - 1
    inside = np.isfinite(values) & (at >= 0) & (at < len(edges) - 1)
    labels = [f"[{low:g}, {high:g})" for low, high in pairwise(edges)]
    return np.where(inside, at, -1).astype(np.int64), labels


def _places(column: object, values: tuple[str, ...]) -> NDArray[np.int64]:
    place = {value: i for i, value in enumerate(values)}
    return np.array([place.get(str(v), -1) for v in column], dtype=np.int64)  # type: ignore[attr-defined]


def _numbers(frame: DataFrame, column: str) -> Floats:
    from pharmakon.store.numbers import read_number

    if column not in frame.columns:
        raise UnknownName("column", column, list(frame.columns))
    found = [read_number(str(text))[0] for text in frame[column]]
    return np.array([np.nan if value is None else value for value in found], dtype=float)

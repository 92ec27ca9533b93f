"""What a response model is worth for a line, a drug or a tissue that it has not met, beside what the means are worth.

Most of what a screen varies by is the drug, so a predictor of drug means looks good: every score stands beside the
means, and the correlation inside a drug says what is learnt beyond them (DrEval, Nat. Commun. 2026; J. Cheminform.
2025, 17, 33 "specification game").
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import UsageError
from pharmakon.core.types import Floats, Progress, silent
from pharmakon.learn.metrics import r2, rmse
from pharmakon.learn.soft_impute import soft_impute
from pharmakon.learn.splits import random_folds

from .response import PENALTY, ResponseModel
from .screen import Screen

Split = Literal["mixed", "cell", "drug", "both", "tissue"]
SPLITS: tuple[Split, ...] = get_args(Split)
MODEL = "model"
FEWEST = 10
"""Lines in which a drug must have been tested for a correlation inside it, and lines of a tissue that is left out."""
FOLDS = 5


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Predictions of responses that their model did not meet, shape (n, m), NaN where there is none."""

    split: Split
    truth: Floats
    predicted: dict[str, Floats] = field(default_factory=dict)
    """The model's under "model", and the baselines' under their names."""
    likeness_of_line: Floats = field(default_factory=lambda: np.empty(0))
    """To the nearest training line, (n,); NaN where lines are not held out."""
    likeness_of_drug: Floats = field(default_factory=lambda: np.empty(0))
    """To the nearest training drug, (m,); NaN where drugs are not held out."""

    def scores(self) -> dict[str, dict[str, float]]:
        """For the model and each baseline: RMSE, R2, Pearson's r over all, and r inside a drug."""
        return {name: scores(self.truth, values) for name, values in self.predicted.items()}


def scores(truth: Floats, predicted: Floats) -> dict[str, float]:
    """RMSE in ln uM, R2, Pearson's r, mean r inside a drug, and how many responses; both (n, m), gaps ignored."""
    known = np.isfinite(truth) & np.isfinite(predicted)
    y, p = truth[known], predicted[known]
    return {
        "rmse": rmse(y, p),
        "r2": r2(y, p),
        "pearson": _correlation(y, p),
        "within_drug": within_drug(truth, predicted),
        "n": int(known.sum()),
    }


def within_drug(truth: Floats, predicted: Floats) -> float:
    """Pearson's r over the lines of a drug, averaged over the drugs of 10 lines or more; a constant counts as 0."""
    found = []
    for y, p in zip(truth.T, predicted.T, strict=True):
        known = np.isfinite(y) & np.isfinite(p)
        if known.sum() >= FEWEST:
            found.append(_correlation(y[known], p[known]))
    return float(np.mean(found)) if found else float("nan")


def cross_validate(
    screen: Screen, split: Split, *, seed: int = 0, diagonal: bool = False, progress: Progress = silent
) -> HeldOut:
    """Out-of-fold predictions of a split: five folds of responses, lines, drugs or both; or each tissue of 10 lines.

    "both" takes each fold of lines with each fold of drugs, or with `diagonal` only with the drugs of its own number
    (a fifth of the responses, five models in place of 25). Everything is learnt in the training part, but for what the
    table's authors did: the expression of GDSC came z-scored over all lines.
    """
    n, m = screen.response.shape
    held = HeldOut(
        split,
        np.where(np.isfinite(screen.response), screen.response, np.nan),
        {name: np.full((n, m), np.nan) for name in (MODEL, *BASELINES[split])},
        np.full(n, np.nan),
        np.full(m, np.nan),
    )
    if split == "mixed":
        _fill(screen, held, seed)
        return held
    every = list(parts(screen, split, seed, diagonal=diagonal))
    for done, (lines, drugs) in enumerate(every):
        progress(done, len(every), f"{split} split")
        _predict(screen, held, lines, drugs, seed)
    progress(len(every), len(every), "")
    return held


BASELINES: dict[Split, tuple[str, ...]] = {
    "mixed": ("drug mean", "cell mean", "drug + cell mean"),
    "cell": ("drug mean",),
    "drug": ("cell mean", "structure + cell mean"),
    "both": ("grand mean", "structure"),
    "tissue": ("drug mean",),
}
"""The means that are known in each split. "structure" is the potency by structure without any omics."""


def parts(
    screen: Screen, split: Split, seed: int, *, diagonal: bool = False
) -> Iterator[tuple[NDArray[np.bool_], ...]]:
    """Masks of lines (n,) and drugs (m,) that are held out together."""
    n, m = screen.response.shape
    no_lines, no_drugs = np.zeros(n, dtype=bool), np.zeros(m, dtype=bool)
    if split == "tissue":
        tissue = np.array(screen.tissue)
        names, counts = np.unique(tissue, return_counts=True)
        found = [str(name) for name, count in zip(names, counts, strict=True) if name and count >= FEWEST]
        if len(found) < 2:
            raise UsageError(f"leaving a tissue out needs two tissues of {FEWEST} lines")
        yield from ((tissue == name, no_drugs) for name in found)
        return
    of_line, of_drug = random_folds(n, random_state=seed), random_folds(m, random_state=seed)
    for fold in range(FOLDS):
        if split == "cell":
            yield of_line == fold, no_drugs
        elif split == "drug":
            yield no_lines, of_drug == fold
        else:
            others: Sequence[int] = [fold] if diagonal else range(FOLDS)
            yield from ((of_line == fold, of_drug == other) for other in others)


def _predict(screen: Screen, held: HeldOut, lines: NDArray[np.bool_], drugs: NDArray[np.bool_], seed: int) -> None:
    """Write the predictions of one part into `held`."""
    training = screen.take(~lines, ~drugs)
    tested = np.flatnonzero(training.tested.any(axis=0))
    model = ResponseModel().fit(training.take(drugs=tested), seed=seed, profiles=bool(lines.any()))
    asked = lines if lines.any() else np.ones_like(lines)
    if lines.any():
        queries = screen.profiles.take(lines)
        likeness = model.cells_.similarity_of(model.cells_.features(queries))
        held.likeness_of_line[lines] = likeness.max(axis=1)
        departures = model.departures(model.cells_.cross(queries))
    else:
        departures = model.smooth_
    if not drugs.any():
        columns = np.flatnonzero(~drugs)[tested]
        _put(held, MODEL, asked, columns, model.drug_mean_ + departures)
        _put(held, "drug mean", asked, columns, np.broadcast_to(model.drug_mean_, departures.shape))
        return
    columns = np.flatnonzero(drugs)
    smiles = [screen.smiles[j] for j in columns]
    similarity = model.structures_.cross(smiles)
    held.likeness_of_drug[columns] = similarity.max(axis=1)
    _put(held, MODEL, asked, columns, model.new(departures, smiles))
    shape = (len(departures), len(columns))
    grand, potency = np.full(shape, model.drug_mean_.mean()), np.broadcast_to(model.potency(similarity), shape)
    if lines.any():
        _put(held, "grand mean", asked, columns, grand)
        _put(held, "structure", asked, columns, potency)
    else:
        general = np.nanmean(training.response[:, tested] - model.drug_mean_, axis=1, keepdims=True)
        _put(held, "cell mean", asked, columns, grand + general)
        _put(held, "structure + cell mean", asked, columns, potency + general)


def _fill(screen: Screen, held: HeldOut, seed: int) -> None:
    """The mixed split: single responses of lines and drugs that are both known. No profile is needed."""
    places = np.argwhere(screen.tested)
    folds = random_folds(len(places), random_state=seed)
    for fold in range(FOLDS):
        mine = tuple(places[folds == fold].T)
        table = screen.response.copy()
        table[mine] = np.nan
        grand = float(np.nanmean(table))
        drug = np.where(np.isfinite(table).any(axis=0), _mean(table, 0, grand), grand)
        about = table - drug
        cell = _mean(about, 1, 0.0)
        _, smooth = soft_impute(about, penalty=PENALTY)
        found = {
            MODEL: drug + smooth,
            "drug mean": np.broadcast_to(drug, table.shape),
            "cell mean": np.broadcast_to(_mean(table, 1, grand)[:, None], table.shape),
            "drug + cell mean": drug + cell[:, None],
        }
        for name, values in found.items():
            held.predicted[name][mine] = values[mine]


def _mean(table: Floats, axis: int, otherwise: float) -> Floats:
    known = np.isfinite(table)
    count = known.sum(axis=axis)
    total: Floats = np.where(known, table, 0.0).sum(axis=axis)
    return np.where(count > 0, total / np.maximum(count, 1), otherwise)


def _put(held: HeldOut, name: str, lines: NDArray[np.bool_], columns: NDArray[np.intp], values: Floats) -> None:
    held.predicted[name][np.ix_(np.flatnonzero(lines), columns)] = values


def _correlation(y: Floats, p: Floats) -> float:
    y, p = y - y.mean(), p - p.mean()
    spread = float(np.sqrt((y @ y) * (p @ p)))
    return float(y @ p / spread) if spread > 1e-9 * len(y) else 0.0

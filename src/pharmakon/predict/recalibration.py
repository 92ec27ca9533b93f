"""A model's calibration fitted to a laboratory's own measurements; its weights stay as they are.

What is learnt: a linear correction of the value (of the log-odds for classes), and how wide intervals must be. The
interval's shape, how it grows with distance, is the model's; the laboratory's errors say by how much it is too wide or
too narrow, per bin of similarity where there are enough of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pharmakon.chem.similarity import nearest
from pharmakon.core.errors import DataError
from pharmakon.core.types import Floats
from pharmakon.learn.conformal import FEWEST, ClassConformal, NormalisedConformal
from pharmakon.learn.correction import (
    Form,
    LinearMap,
    absolute_loss,
    choose_form,
    fit_log_odds,
    fit_values,
    log_loss,
    out_of_fold,
)

from .features import Features
from .model import Model
from .scale import forward
from .training import N_FOLDS, make_folds
from .uncertainty import CUTS, LEVEL, Answer, Calibration, bins

MINIMUM = 20
MOST = 0.4
"""Where look-alikes make a fold larger than this share of the molecules, folds are random."""
_SPREAD = 0.89
"""Standard error of log(90 % quantile) of |normal| errors, times sqrt(n): sqrt(0.9 0.1) / (density 0.206 * 1.645)."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A laboratory's molecules as a model sees them; every array has n rows, `members` one column a learner."""

    members: Floats
    value: Floats
    """Blended, before any correction."""
    similarity: Floats
    y: Floats
    """Measured, on the model's own scale."""
    fold: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.y)

    def take(self, chosen: NDArray[np.bool_]) -> Measured:
        """The molecules where `chosen` (n,) is true."""
        return Measured(
            self.members[chosen], self.value[chosen], self.similarity[chosen], self.y[chosen], self.fold[chosen]
        )


@dataclass(frozen=True, slots=True)
class Seen:
    """What a model makes of a laboratory's molecules. `kept` (m,) are those it was not trained on: `lab` has these."""

    lab: Measured
    kept: NDArray[np.bool_]
    notes: list[str]


def measure(model: Model, smiles: Sequence[str], y: Floats, *, seed: int = 0) -> Seen:
    """The laboratory's standardised molecules and their values `y` (m,), in the property's unit, before `model`.

    A molecule with the fingerprint of a training molecule is left out: its error is too small. Raises DataError where
    fewer than 20 are left, or fewer than 5 of a class.
    """
    features, target = Features.from_smiles(smiles), forward(np.asarray(y, dtype=np.float64), model.transform)
    if not np.isfinite(target).all():
        raise DataError(
            "a value at or below 0 has no logarithm, and this model learnt logarithms; leave those rows out"
        )
    similarity = nearest(features.packed, model.training.packed, k=1)[0][:, 0].astype(np.float64)
    kept = similarity < 1
    known = int((~kept).sum())
    _require_enough(target[kept], known, model)
    notes = []
    if known:
        notes.append(
            f"{known:,} of {len(kept):,} molecules have the fingerprint of one that the model was trained on (the "
            "same, a homologue or a stereoisomer) and were left out: their errors are too small to learn from"
        )
    features = features.take(np.flatnonzero(kept))
    members = model.blend.members(features)
    fold, split_notes = _folds(features, seed=seed)
    lab = Measured(members, model.blend.blended(members), similarity[kept], target[kept], fold)
    return Seen(lab, kept, notes + split_notes)


def _require_enough(target: Floats, known: int, model: Model) -> None:
    beside = f" ({known} more are among the model's own training molecules)" if known else ""
    if len(target) < MINIMUM:
        raise DataError(f"{len(target)} usable molecules{beside} are too few to recalibrate on; {MINIMUM} is the least")
    rare = min(target.sum(), len(target) - target.sum())
    if model.property.kind == "classification" and rare < N_FOLDS:
        raise DataError(f"one class has {rare:.0f} molecules{beside}; {N_FOLDS} of each is the least")


def _folds(features: Features, *, seed: int) -> tuple[NDArray[np.intp], list[str]]:
    """Folds that share no look-alikes, so that a correction is judged on other series than it was learnt from."""
    folds, _ = make_folds(features, seed=seed)
    if np.bincount(folds["cluster"]).max() <= MOST * len(features):
        return folds["cluster"], []
    note = "the molecules are of few series, so the folds they were judged in are random: say nothing of other series"
    return folds["random"], [note]


def recalibrate(old: Calibration, lab: Measured, *, form: Form | None = None) -> tuple[Calibration, Form]:
    """`old` fitted to the laboratory, and the form of its correction: chosen by cross-validation unless given."""
    new = Calibration(kind=old.kind)
    if old.kind == "regression":
        before = old.point(lab.value)
        form = form or choose_form(fit_values, LinearMap.__call__, absolute_loss, before, lab.y, folds=lab.fold)
        corrected = out_of_fold(fit_values, LinearMap.__call__, before, lab.y, folds=lab.fold, form=form)
        new.map_ = fit_values(before, lab.y, form).after(old.map_)
        new.scale_ = old.scale_
        new.conformal_ = _widened(
            old.conformal_,
            np.abs(lab.y - corrected) / old.half_width(lab.members, lab.similarity),
            bins(lab.similarity),
        )
        return new, form
    before = old.answer(lab.members, lab.value, lab.similarity).value
    form = form or choose_form(fit_log_odds, LinearMap.odds, log_loss, before, lab.y, folds=lab.fold)
    corrected = out_of_fold(fit_log_odds, LinearMap.odds, before, lab.y, folds=lab.fold, form=form)
    new.map_ = fit_log_odds(before, lab.y, form).after(old.map_)
    new.venn_ = old.venn_
    new.classes_ = _class_sets(old.classes_, corrected, lab.y)
    return new, form


def _widened(old: NormalisedConformal, score: Floats, bin_: NDArray[np.intp]) -> NormalisedConformal:
    """Quantiles times the factor that the laboratory's errors ask for; `score` (n,) is |error| / half-width.

    The factor of all molecules is the conformal one, so that new ones like them are covered as promised; only where
    it would make intervals narrower is it shrunk towards 1: few molecules cannot promise that. A bin with enough
    molecules has its own factor, the other bins have one together, each shrunk towards that of all.
    """
    enough = np.bincount(bin_, minlength=len(CUTS) + 1) >= FEWEST
    group = np.where(enough[bin_], bin_, -1)
    overall = _factor(score)
    overall = overall if overall >= 1 else _shrunk(overall, 1.0, len(score))
    own = {which: _shrunk(_factor(score[group == which]), overall, int((group == which).sum())) for which in set(group)}
    factors = [own.get(which if enough[which] else -1, overall) for which in range(len(CUTS) + 1)]
    new = NormalisedConformal.from_dict(old.to_dict())
    new.quantile_ = old.quantile_ * overall
    new.bin_quantiles_ = {
        which: old.bin_quantiles_.get(which, old.quantile_) * factor for which, factor in enumerate(factors)
    }
    return new


def _factor(score: Floats) -> float:
    """Their conformal 90 % quantile; infinite where they are fewer than 9."""
    return NormalisedConformal(level=LEVEL, softening=0).fit(score, np.ones(len(score))).quantile_


def _shrunk(factor: float, towards: float, n: int) -> float:
    """The factor of n errors, drawn towards another on the log scale: positive-part James-Stein, as in correction."""
    if not np.isfinite(factor):
        return towards
    apart = float(np.log(max(factor, 1e-6) / towards))
    kept = max(0.0, 1 - _SPREAD**2 / n / apart**2) if apart else 0.0
    return float(towards * np.exp(kept * apart))


def _class_sets(old: ClassConformal, probability: Floats, y: Floats) -> ClassConformal:
    """Each class's quantile from the laboratory; with too few of a class, the wider of the model's and its worst."""
    new = ClassConformal(level=LEVEL).fit(probability, y)
    for which in (0, 1):
        if not np.isfinite(new.quantiles_[which]):
            mine = probability[(y > 0.5) == which]
            worst = [float(np.max(1 - mine if which else mine))] if len(mine) else []  # a fold may hold all of a class
            new.quantiles_[which] = max([old.quantiles_[which], *worst])
    return new


def judge(old: Calibration, lab: Measured, *, form: Form | None = None) -> tuple[Answer, Answer]:
    """Answers before and after, for all n molecules: each fold's by a recalibration that never saw its molecules."""
    before = old.answer(lab.members, lab.value, lab.similarity)
    after = Answer(before.value.copy(), before.low.copy(), before.high.copy(), before.labels.copy())
    for held in np.unique(lab.fold):
        mine = lab.fold == held
        new, _ = recalibrate(old, lab.take(~mine), form=form)
        part = lab.take(mine)
        got = new.answer(part.members, part.value, part.similarity)
        for name in Answer.__slots__:
            getattr(after, name)[mine] = getattr(got, name)
    return before, after

"""A response model with what makes its numbers usable: intervals from held-out residuals, a domain, and "cannot tell".

Intervals for drugs of the screen are calibrated on lines that were held out, those for new molecules on lines and drugs
held out together; either is right for a further cell line of that screen, and a promise about no patient.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import ModelError
from pharmakon.core.types import Floats
from pharmakon.learn.conformal import NormalisedConformal
from pharmakon.learn.domain import Domain
from pharmakon.store.models import ModelFolder, load_folder, save_folder

from .crossvalidation import MODEL, HeldOut
from .profiles import EXPRESSION, Profiles
from .response import ResponseModel
from .screen import Screen

KIND = "response"
LEVEL = 0.9
LEAST_GENES = 0.5
"""Share of the model's expression genes that a profile must have."""
LEAST_READ = 0.5
"""Share of what a profile gives of a kind that must be numbers."""
TOO_WIDE = "the interval is as wide as the spread between lines"
UNREADABLE = "the structure cannot be read"
SENSITIVE, NOT_SENSITIVE, CANNOT_TELL = "sensitive", "not sensitive", "cannot tell"
THIRD = 100 / 3
"""A prediction below this percentile of the training lines is called sensitive."""
_QUANTILES = np.linspace(0, 100, 101)


@dataclass(frozen=True, slots=True)
class Responses:
    """k profiles against q drugs or molecules; every array has shape (k, q), ln IC50 in ln uM."""

    drugs: tuple[str, ...]
    value: Floats
    low: Floats
    high: Floats
    percentile: Floats
    """Among the training lines: how many of 100 were more sensitive to that drug; of a new molecule, as predicted."""
    in_domain: NDArray[np.bool_]
    verdict: NDArray[np.str_]
    why: NDArray[np.str_]
    """Why nothing can be told, "" where something can."""
    coefficients: Floats
    """Dual coefficients (n, q), for the reasons."""


class ResponsePredictor:
    """What a folder of `pharmakon train-response` holds."""

    sigma_: Floats
    """Held-out error of each drug, (m,)."""
    quantiles_: Floats
    """Percentiles 0 to 100 of the training lines' ln IC50 of each drug, (101, m)."""
    spread_: float
    """Of all responses, 5th to 95th percentile."""
    rank_error_: float
    """Half a 90 % interval of the percentile that is predicted for a new molecule, held out with the lines."""
    line_domain: Domain
    drug_domain: Domain
    known: NormalisedConformal
    new: NormalisedConformal

    def __init__(self, model: ResponseModel, card: Mapping[str, Any] | None = None) -> None:
        self.model = model
        self.card = dict(card or {})

    @classmethod
    def calibrated(cls, screen: Screen, model: ResponseModel, lines: HeldOut, both: HeldOut) -> Self:
        """From a fitted model, and what it is worth for held-out lines, and for lines and drugs held out together."""
        self = cls(model)
        residual = lines.predicted[MODEL] - lines.truth
        self.sigma_ = _error(residual, axis=0)
        self.quantiles_ = np.nanpercentile(screen.response, _QUANTILES, axis=0)
        self.spread_ = float(np.diff(np.nanpercentile(screen.response, [5, 95]))[0])
        row, column = np.nonzero(np.isfinite(residual))
        off = residual[row, column]
        near = lines.likeness_of_line
        self.line_domain = Domain().fit(near, errors=_error(residual, axis=1), similarity=near)
        self.known = NormalisedConformal(level=LEVEL).fit(off, self.sigma_[column], self.line_domain.bins(near[row]))
        residual = both.predicted[MODEL] - both.truth
        row, column = np.nonzero(np.isfinite(residual))
        near, off = both.likeness_of_drug[column], residual[row, column]
        near_drug = both.likeness_of_drug
        self.drug_domain = Domain().fit(near_drug, errors=_error(residual, axis=0), similarity=near_drug)
        self.new = NormalisedConformal(level=LEVEL).fit(off, np.ones(len(off)), self.drug_domain.bins(near))
        self.rank_error_ = _rank_error(both.predicted[MODEL], both.truth)
        return self

    def respond(self, profiles: Profiles, drugs: Sequence[str] = (), smiles: Sequence[str] = ()) -> Responses:
        """Predictions for drugs of the screen by name, then for molecules by SMILES. Raises UnknownName for a drug."""
        from pharmakon.chem.parse import to_mol

        columns = [self.model.column(drug) for drug in drugs]
        aligned, found = profiles.aligned(self.model.cells_.genes_)
        likeness = self.model.cells_.similarity_of(self.model.cells_.features(aligned)).max(axis=1)
        departures = self.model.departures(self.model.cells_.cross(aligned))
        few = found.get(EXPRESSION, np.ones(len(profiles))) < LEAST_GENES
        far = ~self.line_domain.in_domain(likeness)
        parts = []
        if columns:
            parts.append(self._of_known(departures, np.array(columns), self.line_domain.bins(likeness)))
        if smiles:
            parts.append(self._of_new(departures, smiles))
        value, half, percentile, spread, known, coefficients = (
            np.concatenate(arrays, axis=-1) for arrays in zip(*parts, strict=True)
        )
        shape = value.shape
        why = np.full(shape, "", dtype="<U80")
        why[np.broadcast_to(2 * half >= spread, shape)] = TOO_WIDE
        why[:, ~known] = "the molecule is unlike every drug of the screen"
        why[far] = "the profile is unlike every line of the screen"
        why[few] = f"fewer than {LEAST_GENES:.0%} of the model's genes are in the profile"
        for kind, share in profiles.readable(self.model.cells_.genes_).items():
            what = kind.replace("_", " ")
            why[share < LEAST_READ] = f"fewer than {LEAST_READ:.0%} of the {what} values of the profile can be read"
        why[:, [False] * len(columns) + [to_mol(text) is None for text in smiles]] = UNREADABLE
        verdict = np.where(percentile < THIRD, SENSITIVE, NOT_SENSITIVE)
        return Responses(
            (*(self.model.drugs_[j] for j in columns), *smiles),
            value,
            value - half,
            value + half,
            percentile,
            ~far[:, None] & known[None],
            np.where(why == "", verdict, CANNOT_TELL),
            why,
            coefficients,
        )

    def save(self, path: str | Path, card: Mapping[str, Any]) -> ModelFolder:
        """Write the model's folder."""
        own = {
            "sigma": self.sigma_,
            "quantiles": self.quantiles_,
            "spread": np.array(self.spread_),
            "rank_error": np.array(self.rank_error_),
        }
        settings = {
            "line_domain": self.line_domain.to_dict(),
            "drug_domain": self.drug_domain.to_dict(),
            "known": self.known.to_dict(),
            "new": self.new.to_dict(),
        }
        return save_folder(
            path,
            card={**card, "kind": KIND, "calibration": settings},
            arrays={**self.model.to_arrays(), "calibration": own},
            texts={},
        )

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a folder. Raises ModelError where it is another model's."""
        folder = load_folder(path)
        if folder.card.get("kind") != KIND:
            raise ModelError(f"{path} is not a response model: pharmakon train-response makes one")
        arrays = {name: folder.arrays(name) for name in ("response", "cells", "structures", "calibration")}
        self = cls(ResponseModel.from_arrays(arrays), folder.card)
        own, settings = arrays["calibration"], folder.card["calibration"]
        if "rank_error" not in own:
            raise ModelError(f"{path} was made by an older version: make it again with pharmakon train-response")
        self.rank_error_ = float(own["rank_error"])
        self.sigma_, self.quantiles_, self.spread_ = own["sigma"], own["quantiles"], float(own["spread"])
        self.line_domain = Domain.from_dict(settings["line_domain"])
        self.drug_domain = Domain.from_dict(settings["drug_domain"])
        self.known = NormalisedConformal.from_dict(settings["known"])
        self.new = NormalisedConformal.from_dict(settings["new"])
        return self

    def _of_known(self, departures: Floats, columns: NDArray[np.intp], bins: NDArray[np.int64]) -> tuple[Any, ...]:
        value = self.model.drug_mean_[columns] + departures[:, columns]
        half = np.array([self.known.half_width(self.sigma_[columns], np.full(len(columns), b)) for b in bins])
        percentile = np.column_stack(
            [np.interp(value[:, at], self.quantiles_[:, j], _QUANTILES) for at, j in enumerate(columns)]
        )
        spread = self.quantiles_[95, columns] - self.quantiles_[5, columns]
        known = np.ones(len(columns), dtype=bool)
        return value, half, percentile, spread, known, self.model.dual_coef_[:, columns]

    def _of_new(self, departures: Floats, smiles: Sequence[str]) -> tuple[Any, ...]:
        likeness = self.model.structures_.cross(smiles)
        nearest = likeness.max(axis=1)
        value = self.model.new(departures, smiles)
        value[:, nearest == 0] = np.nan  # it could not be read, or shares nothing with any drug
        half = np.broadcast_to(self.new.half_width(np.ones(len(smiles)), self.drug_domain.bins(nearest)), value.shape)
        lines = np.sort(self.model.new(self.model.smooth_, smiles), axis=0)
        percentile = np.column_stack(
            [100 * np.searchsorted(lines[:, q], value[:, q]) / len(lines) for q in range(len(smiles))]
        )
        spread = np.full(len(smiles), self.spread_)
        known = self.drug_domain.in_domain(nearest)
        return value, half, percentile, spread, known, self.model.coefficients(likeness)


def _error(residual: Floats, axis: int) -> Floats:
    """Root mean square along an axis of what was measured; NaN where nothing was."""
    known = np.isfinite(residual)
    n = known.sum(axis=axis)
    total = np.where(known, residual, 0.0)
    mean: Floats = np.divide(np.sum(total**2, axis=axis), n, out=np.full(n.shape, np.nan), where=n > 0)
    return np.sqrt(mean)


def _rank_error(predicted: Floats, truth: Floats) -> float:
    """The 90 % quantile of |predicted percentile - measured percentile| of a line among the lines of a drug.

    Both arrays (n, m); a drug counts with the lines that have both numbers.
    """
    from scipy.stats import rankdata

    off = []
    for guess, true in zip(predicted.T, truth.T, strict=True):
        both = np.isfinite(guess) & np.isfinite(true)
        if both.any():
            off.append(np.abs(rankdata(guess[both]) - rankdata(true[both])) * 100 / both.sum())
    return float(np.quantile(np.concatenate(off), LEVEL))

"""How sensitive a tumour is to a drug or to any molecule: ln IC50 from its expression, mutations and copy number.

A drug of the training screen: its mean, plus kernel ridge of all drugs together over the lines' profiles, so that a
drug borrows what the others show of a line (two-step kernel ridge; Stock et al., Neural Comput. 2018, 30, 2245). A new
molecule: potency by kernel ridge over structures, plus the tumour's general sensitivity, plus what the tumour's
departures from it for similar drugs say.

Cell lines are not patients: an interval here is right for a further cell line of the same screen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import DataError, UnknownName
from pharmakon.core.types import Floats
from pharmakon.learn.component_ridge import ComponentRidge
from pharmakon.learn.kernel_ridge import KernelRidge, choose_alpha
from pharmakon.learn.soft_impute import soft_impute
from pharmakon.learn.splits import random_folds

from .cells import CellKernel
from .profiles import Profiles
from .screen import Screen
from .structures import StructureKernel

PENALTY = 9.0
"""Of the filling of the response table: 9 of a table of 580 x 170 whose largest singular value is about 270."""
INNER = 5
FEWEST_LINES, FEWEST_DRUGS = 30, 5
SHARINGS = (0.3, 1.0, 3.0, 10.0, 30.0)


@dataclass(frozen=True, slots=True)
class Push:
    """How much a gene moves a prediction from that of the average line, in ln uM; below 0: towards sensitive."""

    gene: str
    kind: str
    value: float
    push: float


class ResponseModel:
    """ln IC50 in ln uM of profiles against drugs and molecules."""

    cells_: CellKernel
    departures_out_of_fold_: Floats
    """Of the training lines, (n, m); with `potency_out_of_fold_` (m,) known after a fit, and not written down."""

    def fit(self, screen: Screen, *, seed: int = 0, profiles: bool = True) -> Self:
        """Learn from a screen; without `profiles` only what its own lines say of new molecules.

        Raises DataError below 30 lines or 5 drugs, or where a drug was never tested.
        """
        n, m = screen.response.shape
        if n < FEWEST_LINES or m < FEWEST_DRUGS:
            raise DataError(f"{n} lines and {m} drugs are too few; {FEWEST_LINES} and {FEWEST_DRUGS} are needed")
        if not screen.tested.any(axis=0).all():
            raise DataError("a drug was tested in no line; leave it out")
        self.drugs_, self.smiles_, self.lines_ = screen.drugs, screen.smiles, screen.cells
        self.drug_mean_: Floats = np.nanmean(screen.response, axis=0)
        self.drug_spread_: Floats = np.nanstd(screen.response, axis=0)
        filled, self.smooth_ = soft_impute(screen.response - self.drug_mean_, penalty=PENALTY)
        if profiles:
            self._fit_cells(screen.profiles, filled, seed)
        self._fit_structures(filled, seed)
        return self

    def known(self, profiles: Profiles) -> Floats:
        """ln IC50 (k, m) of k profiles, aligned to the model's genes, against each drug of the screen."""
        found: Floats = self.drug_mean_ + self.departures(self.cells_.cross(profiles))
        return found

    def departures(self, cross: Floats) -> Floats:
        """ln IC50 less each drug's mean (k, m), from kernel rows (k, n)."""
        found: Floats = self.ridge_mean_ + cross @ self.dual_coef_
        return found

    def new(self, departures: Floats, smiles: Sequence[str]) -> Floats:
        """ln IC50 (k, q) of k lines, given their departures (k, m) for the known drugs, against q molecules."""
        likeness = self.structures_.cross(smiles)
        general = departures.mean(axis=1, keepdims=True)
        special = (departures - general) @ self.sharing_ @ likeness.T
        found: Floats = self.potency(likeness) + general + special
        return found

    def potency(self, likeness: Floats) -> Floats:
        """Mean ln IC50 (q,) over lines, of molecules by their likeness (q, m) to the known drugs."""
        found: Floats = self.potency_mean_ + likeness @ self.potency_coef_
        return found

    def column(self, drug: str) -> int:
        """Where a drug of the screen stands. Raises UnknownName."""
        folded = {name.casefold(): j for j, name in enumerate(self.drugs_)}
        try:
            return folded[drug.casefold()]
        except KeyError:
            raise UnknownName("drug", drug, self.drugs_, hint="a new molecule goes by its SMILES") from None

    def reasons(self, profiles: Profiles, coefficients: Floats, *, most: int = 5) -> list[list[list[Push]]]:
        """For each of k profiles and each column of coefficients (n, q), what pushes most, largest first."""
        names = self.cells_.names()
        raw = np.hstack([profiles.values[kind] for kind in self.cells_.genes_])
        found = []
        for features, values in zip(self.cells_.features(profiles), raw, strict=True):
            pushes = self.cells_.pushes(features, coefficients)
            order = np.argsort(-np.abs(pushes), axis=0, kind="stable")[:most]
            found.append(
                [
                    [
                        Push(gene=names[at][0], kind=names[at][1], value=float(values[at]), push=float(pushes[at, q]))
                        for at in order[:, q]
                        if pushes[at, q]
                    ]
                    for q in range(coefficients.shape[1])
                ]
            )
        return found

    def coefficients(self, likeness: Floats) -> Floats:
        """Dual coefficients (n, q) of new molecules by their likeness (q, m): what `known` has in `dual_coef_`."""
        general = self.dual_coef_.mean(axis=1, keepdims=True)
        found: Floats = general + (self.dual_coef_ - general) @ self.sharing_ @ likeness.T
        return found

    def to_arrays(self) -> dict[str, dict[str, NDArray[Any]]]:
        """Everything `from_arrays` needs, by file."""
        own = {
            "drugs": np.array(self.drugs_, dtype=np.str_),
            "smiles": np.array(self.smiles_, dtype=np.str_),
            "lines": np.array(self.lines_, dtype=np.str_),
            "drug_mean": self.drug_mean_,
            "drug_spread": self.drug_spread_,
            "smooth": self.smooth_.astype(np.float32),
            "dual_coef": self.dual_coef_.astype(np.float32),
            "ridge_mean": self.ridge_mean_,
            "explained": self.explained_,
            "sharing": self.sharing_,
            "potency_coef": self.potency_coef_,
            "potency_mean": np.array(self.potency_mean_),
        }
        return {"response": own, "cells": self.cells_.to_arrays(), "structures": self.structures_.to_arrays()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Mapping[str, NDArray[Any]]]) -> Self:
        """The model that `to_arrays` described."""
        self, own = cls(), arrays["response"]
        self.drugs_, self.smiles_, self.lines_ = (tuple(map(str, own[name])) for name in ("drugs", "smiles", "lines"))
        self.drug_mean_, self.drug_spread_ = own["drug_mean"], own["drug_spread"]
        self.smooth_ = own["smooth"].astype(np.float64)
        self.dual_coef_, self.ridge_mean_ = own["dual_coef"].astype(np.float64), own["ridge_mean"]
        self.explained_, self.sharing_ = own["explained"], own["sharing"]
        self.potency_coef_, self.potency_mean_ = own["potency_coef"], float(own["potency_mean"])
        self.cells_ = CellKernel.from_arrays(arrays["cells"])
        self.structures_ = StructureKernel.from_arrays(arrays["structures"])
        return self

    def _fit_cells(self, profiles: Profiles, filled: Floats, seed: int) -> None:
        def kernels(rows: NDArray[np.intp]) -> tuple[Floats, Floats]:
            kernel = CellKernel().fit(profiles.take(rows), filled[rows])
            if len(rows) == len(profiles):
                self.cells_ = kernel
            return kernel.gram(), kernel.cross(profiles)

        folds = random_folds(len(profiles), n_folds=INNER, random_state=seed)
        ridge = ComponentRidge().fit(kernels, filled, folds)
        self.dual_coef_, self.ridge_mean_, self.explained_ = ridge.dual_coef_, ridge.mean_, ridge.explained_
        self.departures_out_of_fold_ = ridge.out_of_fold_

    def _fit_structures(self, filled: Floats, seed: int) -> None:
        self.structures_ = StructureKernel().fit(self.smiles_)
        gram = self.structures_.gram()
        folds = random_folds(len(gram), n_folds=min(10, len(gram)), random_state=seed)
        self.drug_folds_ = folds
        alpha, self.potency_out_of_fold_ = choose_alpha(
            gram, self.drug_mean_, folds=folds, alphas=(0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2)
        )
        ridge = KernelRidge(alpha=alpha).fit(gram, self.drug_mean_)
        self.potency_coef_, self.potency_mean_ = ridge.dual_coef_, float(ridge.intercept_)
        special = (filled - filled.mean(axis=1, keepdims=True)).T
        self.sharing_alpha_, _ = choose_alpha(gram, special, folds=folds, alphas=SHARINGS)
        self.sharing_ = np.linalg.inv(gram + self.sharing_alpha_ * np.eye(len(gram)))

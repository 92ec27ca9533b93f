"""Whether a profile is a line that the response model learnt from: then its figures are of data that were seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from .profiles import COPY_NUMBER, EXPRESSION, Profiles
from .response import ResponseModel

NEAR, MOST = 0.05, 0.9
"""A line's own values, rounded: within a twentieth of a standard deviation, in nine genes of ten. Two lines may share
the genes that neither expresses."""
FEWEST = 10
"""Genes with a value below which values tell nothing."""


@dataclass(frozen=True, slots=True)
class TrainedOn:
    """The training line that a profile is, and by what it is known."""

    line: str
    by: Literal["values", "name"]

    def sentence(self, patient: str) -> str:
        """What it means for the figures of a patient."""
        if self.by == "values":
            return (
                f"{patient} is the training line {self.line}: the model has seen how it responds, so that its figures "
                "and intervals say nothing of a new tumour"
            )
        return (
            f"{patient} bears the name of the training line {self.line}, with other values: if it is that line, its "
            "figures are of data that the model has seen"
        )


def trained_on(model: ResponseModel, profiles: Profiles) -> dict[str, TrainedOn]:
    """The profiles that are training lines, by id: by their values, else by their name, whatever its case."""
    aligned, _ = profiles.aligned(model.cells_.genes_)
    names = {line.casefold(): line for line in model.lines_}
    found: dict[str, TrainedOn] = {}
    for i, patient in enumerate(profiles.ids):
        if line := _by_values(model, aligned.take([i])):
            found[patient] = TrainedOn(line, "values")
        elif patient.casefold() in names:
            found[patient] = TrainedOn(names[patient.casefold()], "name")
    return found


def _by_values(model: ResponseModel, profile: Profiles) -> str:
    """The line with the expression of one aligned profile, or the copy number where a model has no other; or ""."""
    cells = model.cells_
    kind = EXPRESSION if EXPRESSION in cells.genes_ else COPY_NUMBER
    if kind not in cells.genes_:
        return ""
    columns = np.array([kind == of for _, of in cells.names()])
    columns[columns] = np.isfinite(profile.values[kind][0])
    if columns.sum() < FEWEST:
        return ""
    off = np.abs(cells.features(profile)[:, columns] - cells.lines_[:, columns]) / cells.weight_[columns]
    same = (off < NEAR).mean(axis=1)
    best = int(same.argmax())
    return model.lines_[best] if same[best] >= MOST else ""

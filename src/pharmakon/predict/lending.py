"""What networks of many endpoints lend to a model of one: their outputs, and honest predictions to weigh them by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import ModelError, UnknownName
from pharmakon.core.types import Floats

from .analogues import Pooled
from .outputs import NETWORKS, AnyNetwork, Output


@dataclass(frozen=True, slots=True)
class Lent:
    """k networks that learnt the endpoint among others, and the same folds as their out-of-fold predictions had.

    `folds` (n,) and `out_of_fold` (n, k) are by split, of the molecules in the order they are asked for. Shipped
    networks lend their pool too: `training` are the same molecules there, `screen` the SHA-256 of the folder.
    """

    outputs: Sequence[Output]
    folds: Mapping[str, NDArray[np.intp]]
    out_of_fold: Mapping[str, Floats]
    training: Pooled | None = None
    screen: str = ""


Lend = Callable[[Sequence[str]], Lent]
"""lend(standard SMILES) -> what is known of these molecules."""


class Lender:
    """Networks and their out-of-fold predictions, in a folder that a recipe wrote."""

    def __init__(self, folder: Path) -> None:
        self.networks: list[AnyNetwork] = []
        for kind, made in NETWORKS.items():
            with np.load(folder / f"{kind}.npz") as arrays:
                self.networks.append(made.from_arrays(dict(arrays)))
        with np.load(folder / "out_of_fold.npz") as arrays:
            self._place = {text: i for i, text in enumerate(arrays["smiles"].tolist())}
            self._tasks = arrays["tasks"].tolist()
            self._splits = [str(name) for name in arrays["splits"]]
            self._folds = {split: arrays[f"{split}.fold"] for split in self._splits}
            self._values = {split: arrays[f"{split}.value"] for split in self._splits}
        want = (len(self._place), len(self._tasks), len(self.networks))
        if any(value.shape != want for value in self._values.values()):
            raise ModelError(f"{folder} is of another version: make it again with recipes/benchmark_network.py")

    @staticmethod
    def save(
        folder: Path,
        networks: Sequence[AnyNetwork],
        smiles: Sequence[str],
        folds: Mapping[str, NDArray[np.intp]],
        values: Mapping[str, NDArray[np.float32]],
    ) -> None:
        """Write the folder: `folds` (n,) and the k networks' out-of-fold `values` (n, t, k) of each split."""
        arrays: dict[str, Any] = {
            "smiles": np.array(list(smiles)),
            "tasks": np.array(networks[0].tasks_),
            "splits": np.array(list(folds)),
        }
        arrays |= {f"{split}.fold": fold for split, fold in folds.items()}
        arrays |= {f"{split}.value": value for split, value in values.items()}
        np.savez(folder / "out_of_fold.npz", **arrays)
        for network in networks:
            np.savez_compressed(folder / f"{network.kind}.npz", **cast(dict[str, Any], network.to_arrays()))

    def lend(self, task: str, smiles: Sequence[str]) -> Lent:
        """What is known of molecules for one task. Raises UnknownName.

        One that no network met is dealt to a fold by its place, and counts there for the mean of the others.
        """
        if task not in self._tasks:
            raise UnknownName("task", task, self._tasks, where="the networks")
        column = self._tasks.index(task)
        rows = np.array([self._place.get(text, -1) for text in smiles])
        folds, values = {}, {}
        for split in self._splits:
            fold, value = self._folds[split], self._values[split][:, column]
            folds[split] = np.where(rows >= 0, fold[rows], np.arange(len(rows)) % (int(fold.max()) + 1))
            known = value[rows].astype(np.float64)
            met = rows >= 0
            values[split] = np.where(met[:, None], known, known[met].mean(axis=0) if met.any() else 0.0)
        return Lent([Output(network, task) for network in self.networks], folds, values)

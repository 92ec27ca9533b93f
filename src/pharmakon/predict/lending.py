"""What a network of many endpoints lends to a model of one: its output, and honest predictions to weigh it by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import UnknownName
from pharmakon.core.types import Floats

from .analogues import Pooled
from .network import Network, Output


@dataclass(frozen=True, slots=True)
class Lent:
    """A network that learnt the endpoint among others, and the same folds as its out-of-fold predictions had.

    `folds` and `out_of_fold` are by split, each (n,), of the molecules in the order they are asked for. A shipped
    network lends its pool too: `training` are the same molecules there, `screen` the SHA-256 of the folder.
    """

    output: Output
    folds: Mapping[str, NDArray[np.intp]]
    out_of_fold: Mapping[str, Floats]
    training: Pooled | None = None
    screen: str = ""


Lend = Callable[[Sequence[str]], Lent]
"""lend(standard SMILES) -> what is known of these molecules."""


class Lender:
    """A network and its out-of-fold predictions, in a folder that a recipe wrote."""

    def __init__(self, folder: Path) -> None:
        with np.load(folder / "network.npz") as arrays:
            self.network = Network.from_arrays(dict(arrays))
        with np.load(folder / "out_of_fold.npz") as arrays:
            self._place = {text: i for i, text in enumerate(arrays["smiles"].tolist())}
            self._tasks = arrays["tasks"].tolist()
            self._splits = [str(name) for name in arrays["splits"]]
            self._folds = {split: arrays[f"{split}.fold"] for split in self._splits}
            self._values = {split: arrays[f"{split}.value"] for split in self._splits}

    @staticmethod
    def save(
        folder: Path,
        network: Network,
        smiles: Sequence[str],
        folds: Mapping[str, NDArray[np.intp]],
        values: Mapping[str, NDArray[np.float32]],
    ) -> None:
        """Write the folder: `folds` (n,) and out-of-fold `values` (n, t) of each split."""
        arrays: dict[str, Any] = {
            "smiles": np.array(list(smiles)),
            "tasks": np.array(network.tasks_),
            "splits": np.array(list(folds)),
        }
        arrays |= {f"{split}.fold": fold for split, fold in folds.items()}
        arrays |= {f"{split}.value": value for split, value in values.items()}
        np.savez(folder / "out_of_fold.npz", **arrays)
        np.savez_compressed(folder / "network.npz", **cast(dict[str, Any], network.to_arrays()))

    def lend(self, task: str, smiles: Sequence[str]) -> Lent:
        """What is known of molecules for one task. Raises UnknownName.

        One that no network met is dealt to a fold by its place, and counts there for the task's mean.
        """
        if task not in self._tasks:
            raise UnknownName("task", task, self._tasks, where="the network")
        column = self._tasks.index(task)
        rows = np.array([self._place.get(text, -1) for text in smiles])
        folds, values = {}, {}
        for split in self._splits:
            fold, value = self._folds[split], self._values[split][:, column]
            folds[split] = np.where(rows >= 0, fold[rows], np.arange(len(rows)) % (int(fold.max()) + 1))
            known = value[rows].astype(np.float64)
            values[split] = np.where(rows >= 0, known, known[rows >= 0].mean() if (rows >= 0).any() else 0.0)
        return Lent(Output(self.network, task), folds, values)

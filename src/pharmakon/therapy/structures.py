"""How alike two drugs are: the mean of MinMax kernels over counts of ECFP4 and atom pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.types import Floats
from pharmakon.learn.minmax import MinMax

VIEWS = ("ecfp4", "atom_pair")


class StructureKernel:
    """Similarity of molecules to the training drugs, 0 to 1."""

    def fit(self, smiles: Sequence[str]) -> Self:
        """Learn n drugs; one that cannot be read is like nothing."""
        self.views_ = {view: MinMax().fit(_counts(smiles, view)) for view in VIEWS}
        return self

    def gram(self) -> Floats:
        """The kernel (n, n) of the training drugs."""
        return self._mean([kernel.gram() for kernel in self.views_.values()])

    def cross(self, smiles: Sequence[str]) -> Floats:
        """The kernel (k, n) of k molecules with the training drugs; a row of 0 for what cannot be read."""
        return self._mean([kernel.transform(_counts(smiles, view)) for view, kernel in self.views_.items()])

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Everything `from_arrays` needs."""
        return {f"{view}.{name}": a for view, kernel in self.views_.items() for name, a in kernel.to_arrays().items()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The kernel that `to_arrays` described."""
        self = cls()
        self.views_ = {
            view: MinMax.from_arrays(
                {name.removeprefix(f"{view}."): a for name, a in arrays.items() if name.startswith(f"{view}.")}
            )
            for view in VIEWS
        }
        return self

    @staticmethod
    def _mean(kernels: Sequence[NDArray[np.float32]]) -> Floats:
        found: Floats = np.mean([kernel.astype(np.float64) for kernel in kernels], axis=0)
        return found


def _counts(smiles: Sequence[str], view: str) -> Any:
    from pharmakon.chem.fingerprints import counts
    from pharmakon.chem.parse import to_mol

    return counts([to_mol(text) if text else None for text in smiles], view)

"""Every view of a list of molecules that a learner may ask for, each computed once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem import Mol

from pharmakon.chem import descriptors, fingerprints, graphs
from pharmakon.chem.standardize import standardize
from pharmakon.core.types import Floats

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

HASHED_BITS = 1024
NETWORK_BITS = 2048
HASHED_VIEWS = ("ecfp4", "atom_pair")
ORGANIC = (1, 5, 6, 7, 8, 9, 14, 15, 16, 17, 34, 35, 53)
_CARBON = Chem.MolFromSmarts("[#6]")
_FOREIGN = Chem.MolFromSmarts("[" + ";".join(f"!#{number}" for number in ORGANIC) + "]")


class Reader(Protocol):
    """A network that answers many endpoints at once."""

    def read(self, features: Features) -> Floats: ...


class Features:
    """Lazily computed, cached views of n molecules; a missing molecule is an empty row.

    Models that share a batch share its Features, so a panel of many models fingerprints a molecule once.
    """

    def __init__(self, mols: Sequence[Mol | None]) -> None:
        self.mols = mols if isinstance(mols, list) else list(mols)
        self._counts: dict[str, csr_matrix] = {}
        self._outputs: dict[int, tuple[Reader, Floats]] = {}

    @classmethod
    def from_smiles(cls, smiles: Sequence[str]) -> Features:
        """Standardise each SMILES, as the training molecules were; an unreadable one becomes a missing molecule."""
        return cls([standardize(text).mol for text in smiles])

    def __len__(self) -> int:
        return len(self.mols)

    @cached_property
    def known(self) -> NDArray[np.bool_]:
        """Which molecules could be read, shape (n,)."""
        return np.array([mol is not None for mol in self.mols], dtype=bool)

    @cached_property
    def organic(self) -> NDArray[np.bool_]:
        """Which molecules the models are about: some carbon, no metal, no attachment point, three atoms or more."""
        return np.array([mol is not None and _is_organic(mol) for mol in self.mols], dtype=bool)

    def counts(self, view: str) -> csr_matrix:
        """Unhashed count fingerprint, sparse, shape (n, 2**24)."""
        if view not in self._counts:
            self._counts[view] = fingerprints.counts(self.mols, view)
        return self._counts[view]

    @cached_property
    def hashed(self) -> NDArray[np.uint8]:
        """Counts of ECFP4 and of atom pairs, each folded into 2,048 columns: what a network sees; (n, 4096)."""
        return np.hstack([fingerprints.dense_counts(self.mols, view, NETWORK_BITS) for view in HASHED_VIEWS])

    @cached_property
    def packed(self) -> NDArray[np.uint8]:
        """ECFP4 bits packed, shape (n, 256): for Tanimoto similarity and the domain."""
        if "hashed" in self.__dict__:  # the bits are there: a column that is counted
            return np.packbits(self.hashed[:, :NETWORK_BITS] > 0, axis=1, bitorder="little")
        return fingerprints.bits(self.mols, NETWORK_BITS)

    @cached_property
    def quick(self) -> NDArray[np.float32]:
        """The descriptors that cost little, for a network; (n, d), NaN rows for missing molecules."""
        return descriptors.quick(self.mols)

    @cached_property
    def graphs(self) -> list[graphs.Graph | None]:
        """Atoms and bonds, for a graph network; None for missing molecules."""
        return [graphs.graph(mol) if mol is not None else None for mol in self.mols]

    def through(self, network: Reader) -> Floats:
        """The outputs of a network, (n, t); NaN rows for missing molecules."""
        if id(network) not in self._outputs:
            self._outputs[id(network)] = network, network.read(self)  # held, so that no other network gets its id
        return self._outputs[id(network)][1]

    @cached_property
    def descriptors(self) -> NDArray[np.float32]:
        """Physicochemical and topological descriptors, shape (n, d); NaN rows for missing molecules."""
        return descriptors.compute(self.mols)

    @cached_property
    def dense(self) -> NDArray[np.float32]:
        """What the trees see: hashed ECFP4 and atom-pair counts, then descriptors."""
        hashed = [fold(self.counts(view), HASHED_BITS) for view in HASHED_VIEWS]
        return np.hstack([*hashed, self.descriptors]).astype(np.float32)

    def dense_only(self) -> Features:
        """The same molecules with what the trees see, and nothing else that would travel to another process."""
        bare = Features(self.mols)
        bare.__dict__["dense"] = self.dense
        return bare

    def take(self, rows: NDArray[np.intp]) -> Features:
        """The Features of some of the molecules, keeping what is already computed."""
        part = Features([self.mols[i] for i in rows])
        part._counts = {view: block[rows] for view, block in self._counts.items()}
        part._outputs = {key: (network, value[rows]) for key, (network, value) in self._outputs.items()}
        for name in ("hashed", "packed", "quick", "descriptors", "dense"):
            if name in self.__dict__:
                part.__dict__[name] = self.__dict__[name][rows]
        return part


def _is_organic(mol: Mol) -> bool:
    return mol.GetNumHeavyAtoms() >= 3 and mol.HasSubstructMatch(_CARBON) and not mol.HasSubstructMatch(_FOREIGN)


def featuriser() -> dict[str, Any]:
    """What the numbers a model learnt from were: a model folder carries this, and is refused where it differs."""
    names = hashlib.sha256("\n".join(descriptors.NAMES).encode()).hexdigest()
    return {
        "descriptors": len(descriptors.NAMES),
        "descriptor_names_sha256": names,
        "hashed_views": list(HASHED_VIEWS),
        "hashed_bits": HASHED_BITS,
    }


def network_featuriser() -> dict[str, Any]:
    """The same of the numbers that a network learnt from."""
    names = hashlib.sha256("\n".join(descriptors.QUICK_NAMES).encode()).hexdigest()
    return {"quick_names_sha256": names, "hashed_views": list(HASHED_VIEWS), "hashed_bits": NETWORK_BITS}


def graph_featuriser() -> dict[str, Any]:
    """The same of a graph network."""
    names = hashlib.sha256("\n".join(descriptors.QUICK_NAMES).encode()).hexdigest()
    return {"quick_names_sha256": names, "graph": graphs.featuriser()}


def fold(counts: csr_matrix, n_bits: int) -> NDArray[np.float32]:
    """Hash sparse count columns into `n_bits` dense ones by their remainder, summing collisions."""
    out = np.zeros((counts.shape[0], n_bits), dtype=np.float32)
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    np.add.at(out, (rows, counts.indices % n_bits), counts.data)
    return np.minimum(out, 255)

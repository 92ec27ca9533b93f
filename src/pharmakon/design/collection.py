"""Collections of drug-like molecules to learn from: standardised, flat, and apart from the targets of benchmarks."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from rdkit import Chem, rdBase

from pharmakon.chem.fingerprints import bits
from pharmakon.chem.similarity import tanimoto
from pharmakon.chem.standardize import standardize
from pharmakon.core.files import replacing, sha256
from pharmakon.core.types import Progress, silent
from pharmakon.design import pmo
from pharmakon.design.graph import flat
from pharmakon.store.places import path_of

CHEMBL = (
    "chembl22_bimodal",
    "chembl30_35_rdkitblog",
    "chembl31_s4dd_mini_train",
    "chembl31_s4dd_valid",
    "chembl_reinvent_validation",
)
ARIPIPRAZOLE = "Clc4cccc(N3CCN(CCCCOc2ccc1c(NC(=O)CC1)c2)CC3)c4Cl"
COBIMETINIB = "OC1(CN(C1)C(=O)C1=C(NC2=C(F)C=C(I)C=C2)C(F)=C(F)C=C1)C1CCCCN1"
NEIGHBOUR = 0.323
"""ECFP4 similarity to a target above which GuacaMol's own training set has nothing."""
LARGEST = 60
"""Heavy atoms."""
_BLOCK = 2000


@cache
def targets() -> tuple[str, ...]:
    """What the tasks of GuacaMol and PMO look for."""
    named = (text for name, text in vars(pmo).items() if name.isupper() and isinstance(text, str))
    with rdBase.BlockLogs():
        return (ARIPIPRAZOLE, COBIMETINIB, *(text for text in named if flat(text) is not None))


def molecules(names: Sequence[str]) -> Iterator[Chem.Mol]:
    """The readable ones of some data sets, standardised and flat, of a size to be searched among."""
    for name in names:
        with gzip.open(path_of(name), "rt", encoding="utf-8") as lines:
            for line in lines:
                mol = flat(standardize(line.split()[0]).smiles) if line.strip() else None
                if mol is not None and mol.GetNumHeavyAtoms() <= LARGEST:
                    yield mol


def write(names: Sequence[str], path: Path, *, apart: Sequence[str] = (), progress: Progress = silent) -> None:
    """A file of SMILES under the heading "smiles", without what is near one of `apart`."""
    far = bits([flat(smiles) for smiles in apart])
    block: list[Chem.Mol] = []

    def kept() -> bytes:
        near = tanimoto(bits(block), far).max(axis=1) if len(far) else [0.0] * len(block)
        pairs = zip(block, near, strict=True)
        return "".join(f"{Chem.MolToSmiles(mol)}\n" for mol, similarity in pairs if similarity <= NEIGHBOUR).encode()

    with replacing(path) as out, rdBase.BlockLogs():
        out.write(b"smiles\n")
        for done, mol in enumerate(molecules(names), start=1):
            block.append(mol)
            if len(block) == _BLOCK:
                out.write(kept())
                block.clear()
                progress(done, 0, "standardising")
        out.write(kept())


def read(path: Path) -> Iterator[str]:
    """The molecules of a file that `write` made, each once."""
    with path.open(encoding="utf-8") as lines:
        next(lines)
        yield from dict.fromkeys(line.strip() for line in lines)


def collected(folder: Path, *, progress: Progress = silent) -> Path:
    """CHEMBL, apart from the targets, in a file that is made once: half an hour."""
    facts = [sha256(path_of(name)) for name in CHEMBL] + [str(NEIGHBOUR), str(LARGEST), *targets()]
    path = folder / f"chembl-{hashlib.sha256(' '.join(facts).encode()).hexdigest()[:12]}.smi"
    if not path.is_file():
        write(CHEMBL, path, apart=targets(), progress=progress)
    return path

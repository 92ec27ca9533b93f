"""Train the two priors: of ZINC250k, which benchmarks may use, and from it the one that is shipped, of ChEMBL.

    PHARMAKON_DATA=... python recipes/prior.py WORK

Molecules are standardised and flat, as the search's are. ChEMBL's (five collections of the data catalogue) leave out
the targets of the GuacaMol and PMO tasks and what is more similar to one of them than 0.323 (ECFP4), as GuacaMol's own
training set does. One molecule in 50 is held out, by its hash: `pharmakon benchmark distribution` judges by those. WORK
keeps checkpoints: a training that was stopped goes on. Four hours on one core.
"""

from __future__ import annotations

import gzip
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rdkit import Chem, rdBase

from pharmakon.chem.fingerprints import bits
from pharmakon.chem.similarity import tanimoto
from pharmakon.chem.standardize import standardize
from pharmakon.core.files import replacing
from pharmakon.design import pmo
from pharmakon.design.graph import flat
from pharmakon.store.places import path_of
from pharmakon.workflows.train_prior import PriorConfig, run

ZINC = ("zinc250k",)
CHEMBL = (
    "chembl22_bimodal",
    "chembl30_35_rdkitblog",
    "chembl31_s4dd_mini_train",
    "chembl31_s4dd_valid",
    "chembl_reinvent_validation",
)
OTHERS = (
    "Clc4cccc(N3CCN(CCCCOc2ccc1c(NC(=O)CC1)c2)CC3)c4Cl",  # aripiprazole
    "OC1(CN(C1)C(=O)C1=C(NC2=C(F)C=C(I)C=C2)C(F)=C(F)C=C1)C1CCCCN1",  # cobimetinib
)
TARGETS = [*OTHERS] + [
    text for name, text in vars(pmo).items() if name.isupper() and isinstance(text, str) and flat(text)
]
NEIGHBOUR = 0.323
LARGEST = 60
SHAPE = {"width": 192, "depth": 6, "heads": 6, "merges": 400, "context": 80}
SHIPPED = Path(__file__).parents[1] / "src/pharmakon/models/drug_like"


def molecules(names: Sequence[str]) -> Iterator[Chem.Mol]:
    """The readable ones, standardised and flat, of a size to be searched among."""
    for name in names:
        with gzip.open(path_of(name), "rt", encoding="utf-8") as lines:
            for line in lines:
                mol = flat(standardize(line.split()[0]).smiles) if line.strip() else None
                if mol is not None and mol.GetNumHeavyAtoms() <= LARGEST:
                    yield mol


def write(names: Sequence[str], path: Path, *, apart: Sequence[str] = ()) -> None:
    """A file of SMILES, without what is near one of `apart`."""
    targets = bits([flat(s) for s in apart])
    block: list[Chem.Mol] = []

    def kept() -> Iterator[str]:
        near = tanimoto(bits(block), targets).max(axis=1) if len(targets) else [0.0] * len(block)
        for mol, similarity in zip(block, near, strict=True):
            if similarity <= NEIGHBOUR:
                yield Chem.MolToSmiles(mol)

    with replacing(path) as out, rdBase.BlockLogs():
        out.write(b"smiles\n")
        for mol in molecules(names):
            block.append(mol)
            if len(block) == 2000:
                out.write("".join(f"{s}\n" for s in kept()).encode())
                block.clear()
        out.write("".join(f"{s}\n" for s in kept()).encode())


def say(done: int, total: int, note: str) -> None:
    """A line every hundred steps."""
    print(f"{done:,} of {total:,}: {note}", flush=True)


def main(work: Path) -> None:
    """Both, one after the other; what is there already is not made again."""
    work.mkdir(parents=True, exist_ok=True)
    for name, sets, apart in (("zinc", ZINC, ()), ("chembl", CHEMBL, TARGETS)):
        if not (work / f"{name}.smi").exists():
            write(sets, work / f"{name}.smi", apart=apart)
    if not (work / "zinc").exists():
        config = PriorConfig(data=work / "zinc.smi", output=work / "zinc", epochs=3, threads=1, resume=True, **SHAPE)
        run(config, progress=say)
    config = PriorConfig(
        data=work / "chembl.smi",
        name="drug_like",
        output=work / "drug_like",
        start=work / "zinc",
        epochs=4,
        rate=0.02,
        threads=1,
        resume=True,
    )
    print(run(config, progress=say).card)
    shutil.copytree(work / "drug_like", SHIPPED, dirs_exist_ok=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
